import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Where each kind of client comes from. */
const PACKAGES = {
  ours: async () => {
    const folder = path('../../../pkg/');
    const { exports } = JSON.parse(await readFile(`${folder}package.json`, 'utf8'));
    const entry = exports['.'];
    return folder + (typeof entry === 'string' ? entry : (entry.import ?? entry.default));
  },
  skylinkjs: async () => path('../../../node_modules/skylinkjs/src/index.js'),
};

async function bundle(kind) {
  const { outputFiles } = await build({
    entryPoints: [path('page/driver.js')],
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'error',
    alias: { 'client-under-test': await PACKAGES[kind]() },
    define: { global: 'window' },
  });
  return outputFiles[0].text;
}

const html = (kind) =>
  `<!doctype html><meta charset="utf-8"><title>${kind}</title><body><script src="/${kind}.js"></script>`;

/** Serves one page for each kind of client, on an origin of its own as an application would be. */
export class Pages {
  #http;
  #bundles = new Map();

  static async start() {
    const pages = new Pages();
    pages.#http = createServer((request, response) => pages.#answer(request, response));
    pages.#http.listen(0, '127.0.0.1');
    await once(pages.#http, 'listening');
    pages.origin = `http://127.0.0.1:${pages.#http.address().port}`;
    return pages;
  }

  async #answer(request, response) {
    const [, kind, extension] = /^\/(\w+)\.(html|js)$/.exec(request.url) ?? [];
    if (!PACKAGES[kind]) {
      response.writeHead(404).end();
      return;
    }
    try {
      const text = extension === 'html' ? html(kind) : await this.#script(kind);
      const type = extension === 'html' ? 'text/html' : 'text/javascript';
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(text);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }

  #script(kind) {
    if (!this.#bundles.has(kind)) this.#bundles.set(kind, bundle(kind));
    return this.#bundles.get(kind);
  }

  address(kind, hostname) {
    const address = new URL(`${this.origin}/${kind}.html`);
    if (hostname) address.hostname = hostname;
    return address.href;
  }

  async stop() {
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }
}
