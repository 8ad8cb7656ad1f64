// Bundles pkg-template/ and the module into the entry files of the npm package.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { settings, version } from './settings.mjs';
import { root } from './toolchain.mjs';

/**
 * The glue keeps its state in variables of its module: made a function, each instance of the
 * WebAssembly part gets its own, and callbacks of a dead one never reach a fresh one. Its own ways
 * to load a module are left out.
 */
function glueFactory(text) {
  const imports = text.match(/^import .*$/gm) ?? [];
  const end = text.indexOf('async function __wbg_load(');
  const body = text
    .slice(0, end)
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/^export (?=class|function)/gm, '');
  if (end < 0 || /^export /m.test(body) || !body.includes('function __wbg_finalize_init(')) {
    throw new Error("wasm-bindgen's glue looks different: see tools/bundle.mjs");
  }
  return `${imports.join('\n')}
    export function makeGlue() {
      ${body}
      return { Session, imports: __wbg_get_imports, finish: __wbg_finalize_init };
    }`;
}

/** @param {import('./wasm-module.mjs').Module} module */
function moduleParts({ glue, packed: { packed, layout }, unpacker }) {
  return {
    name: 'module-parts',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^skylink-(glue|module)$/ }, ({ path }) => ({
        path,
        namespace: 'parts',
      }));
      onLoad({ filter: /^skylink-module$/, namespace: 'parts' }, () => ({
        contents: `export const LAYOUT = ${JSON.stringify(layout)};
          export const PACKED = '${packed.toString('base64')}';
          export const UNPACKER = '${unpacker.toString('hex')}';`,
      }));
      onLoad({ filter: /^skylink-glue$/, namespace: 'parts' }, async () => ({
        contents: glueFactory(await readFile(glue, 'utf8')),
        resolveDir: dirname(glue),
      }));
    },
  };
}

const UMD = {
  banner: `(function (root, make) {
  if (typeof exports === 'object' && typeof module !== 'undefined') module.exports = make();
  else if (typeof define === 'function' && define.amd) define([], make);
  else root.Skylink = make();
})(typeof globalThis !== 'undefined' ? globalThis : self, function () {`,
  footer: 'return Skylink; });',
};

/**
 * @param {string} entry file of pkg-template/
 * @param {'esm' | 'umd'} format
 * @param {import('./wasm-module.mjs').Module} module
 * @returns {Promise<string>}
 */
export async function bundle(entry, format, module) {
  const isUmd = format === 'umd';
  const { outputFiles } = await build({
    entryPoints: [join(root, 'pkg-template', entry)],
    bundle: true,
    minify: true,
    write: false,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    // The first only in the part of the glue that is left out; the second where the glue names the
    // same file once for each function taken from it.
    logOverride: { 'empty-import-meta': 'silent', 'duplicate-object-key': 'silent' },
    target: settings.bundle.target,
    // The slim entry finds its module by it.
    supported: { 'import-meta': true },
    format: isUmd ? 'iife' : 'esm',
    globalName: isUmd ? 'Skylink' : undefined,
    banner: { js: isUmd ? UMD.banner : '' },
    footer: { js: isUmd ? UMD.footer : '' },
    define: { SDK_VERSION_TEXT: JSON.stringify(version) },
    plugins: [moduleParts(module)],
  });
  return outputFiles[0].text;
}
