import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { settings } from '../tools/settings.mjs';
import { root } from '../tools/toolchain.mjs';

/** Both SDKs, by the names that the report uses. */
export const KINDS = ['ours', 'skylinkjs'];

const PACKAGES = {
  ours: join(root, 'pkg'),
  skylinkjs: join(root, 'node_modules/skylinkjs'),
};

const EXPORTS = 'default, SkylinkConstants, SkylinkEventManager, SkylinkLogger';

/** An SDK as the bundler of an app delivers it: one minified module. */
export async function bundleOf(kind) {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${EXPORTS} } from 'sdk';`, resolveDir: root },
    alias: { sdk: PACKAGES[kind] },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    legalComments: 'none',
    logLevel: 'error',
    target: settings.bundle.target,
    define: { global: 'globalThis' },
  });
  return Buffer.from(outputFiles[0].contents);
}

/** Where pages get the cipher of skylinkjs from. */
export const CRYPTO_JS = '/crypto-js.js';

async function bundleOfCryptoJs() {
  const { outputFiles } = await build({
    stdin: { contents: "export { default } from 'crypto-js';", resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    logLevel: 'error',
  });
  return Buffer.from(outputFiles[0].contents);
}

/** What runs in the pages. */
const SCRIPTS = join(root, 'bench/page');
const SCRIPT = 'text/javascript; charset=utf-8';

/** Serves an empty page, the bundles and the scripts that measure, compressed as a CDN does it. */
export class Site {
  #http;
  #files = new Map([
    ['/', { type: 'text/html', body: gzipSync('<!doctype html><title>bench</title><body>') }],
  ]);

  /** @param {Record<string, Buffer>} bundles by kind */
  static async start(bundles) {
    const site = new Site();
    for (const kind of KINDS) site.#add(site.addressOf(kind), bundles[kind]);
    site.#add(CRYPTO_JS, await bundleOfCryptoJs());
    for (const name of await readdir(SCRIPTS)) {
      site.#add(`/page/${name}`, await readFile(join(SCRIPTS, name)));
    }
    site.#http = createServer((request, response) => site.#answer(request, response));
    site.#http.listen(0, '127.0.0.1');
    await once(site.#http, 'listening');
    site.origin = `http://127.0.0.1:${site.#http.address().port}`;
    return site;
  }

  addressOf(kind) {
    return `/sdk/${kind}.js`;
  }

  #add(address, content) {
    this.#files.set(address, { type: SCRIPT, body: gzipSync(content, { level: 9 }) });
  }

  #answer(request, response) {
    const file = this.#files.get(request.url);
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const headers = { 'content-type': file.type, 'content-encoding': 'gzip' };
    response.writeHead(200, { ...headers, 'cache-control': 'no-store' }).end(file.body);
  }

  /**
   * A page without history: a context of its own, so nothing is cached and no code is compiled.
   * With a path, it reaches its peers over that; with an origin, it finds the site there.
   */
  async withFreshPage(browser, use, path = null, { origin } = this) {
    const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
    try {
      await path?.install(context);
      const page = await context.newPage();
      await page.goto(origin);
      return await use(page);
    } finally {
      await context.close();
    }
  }

  async stop() {
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }
}
