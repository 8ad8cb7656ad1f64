// The demo pages of the npm package skylinkjs, unchanged, with this package in the place of its build.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

const PACKAGE = path('../../node_modules/skylinkjs/');
const JQUERY = path('../../node_modules/jquery/dist/jquery.min.js');

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.mp4': 'video/mp4',
};

/** Where the pages look for the SDK: `demos/` here, `public/` there. */
const SDK = new Set(['/build/skylink.complete.js', '/dist/skylink.complete.js']);

/** The settings that the pages' author tells everybody to write; both kinds of page find theirs. */
const settings = (host) => `
const room = new URLSearchParams(location.search).get('room');
export const APPKEYS = { P2P: 'demo', MCU: 'demo' };
export const config = {
  appKey: new URLSearchParams(location.search).get('appKey') ?? APPKEYS.P2P,
  defaultRoom: room,
  enableDataChannel: true,
  audioFallback: false,
  enableIceTrickle: true,
  roomServer: '//${host}',
  forceSSL: false,
};
export default config;
`;

/** What the pages load from elsewhere; nothing of the others matters here. */
const ELSEWHERE = [
  ['jquery.min.js', () => readFile(JQUERY, 'utf8')],
  ['nanoid.js', () => 'export const nanoid = () => crypto.randomUUID();'],
  ['', () => ''],
];

async function originalSdk() {
  const { outputFiles } = await build({
    entryPoints: [join(PACKAGE, 'src/index.js')],
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'error',
    define: { global: 'window' },
  });
  return outputFiles[0].text;
}

/** Serves the pages with one kind of SDK, `ours` or `skylinkjs`. */
export class DemoSite {
  #http;
  #sdk;
  #settings;

  static async start(kind, host) {
    const site = new DemoSite();
    site.#sdk = await (kind === 'ours'
      ? readFile(path('../../pkg/skylink.complete.js'), 'utf8')
      : originalSdk());
    site.#settings = settings(host);
    site.#http = createServer((request, response) => site.#answer(request, response));
    site.#http.listen(0, '127.0.0.1');
    await once(site.#http, 'listening');
    site.origin = `http://127.0.0.1:${site.#http.address().port}`;
    return site;
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, this.origin);
    try {
      const content = await this.#contentOf(pathname);
      response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'text/plain' });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  }

  #contentOf(pathname) {
    if (SDK.has(pathname)) return this.#sdk;
    if (pathname.endsWith('/config.js')) return this.#settings;
    return readFile(join(PACKAGE, normalize(pathname)));
  }

  /** Opens one of the pages; what it loads from other sites is answered here. */
  async open(context, page, search) {
    const opened = await context.newPage();
    await opened.route(
      (url) => url.hostname !== '127.0.0.1',
      async (route) => {
        const { pathname } = new URL(route.request().url());
        const [, content] = ELSEWHERE.find(([end]) => pathname.endsWith(end));
        const contentType = TYPES[extname(pathname)] ?? 'text/javascript';
        await route.fulfill({ contentType, body: await content() });
      },
    );
    await opened.goto(`${this.origin}/${page}/index.html?${new URLSearchParams(search)}`);
    return opened;
  }

  async stop() {
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }
}
