// Sizes of the entries, beside skylinkjs bundled the same way, and the budget.
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { settings } from './settings.mjs';
import { hasOwnStd, root } from './toolchain.mjs';

export function sizesOf(content) {
  const bytes = Buffer.from(content);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
}

/** What an app's bundle carries that imports the default export of skylinkjs. */
async function bundledOriginal() {
  const { outputFiles } = await build({
    stdin: { contents: "export { default } from 'skylinkjs';", resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    legalComments: 'none',
    logLevel: 'error',
    target: settings.bundle.target,
    define: { global: 'globalThis' },
  });
  return outputFiles[0].contents;
}

const cell = (value) => String(value).padStart(9);

/** @param {Record<string, Buffer | string>} entries by name @returns {string[]} complaints */
export async function reportSizes(entries) {
  const rows = Object.entries(entries).map(([name, content]) => [name, sizesOf(content)]);
  rows.push(['skylinkjs, bundled', sizesOf(await bundledOriginal())]);
  console.log(`${'bytes'.padEnd(34)}${cell('raw')}${cell('gzip')}${cell('brotli')}`);
  for (const [name, { raw, gzip, brotli }] of rows) {
    console.log(`${name.padEnd(34)}${cell(raw)}${cell(gzip)}${cell(brotli)}`);
  }

  const { 'ordinary-std-factor': factor, ...budget } = settings.budget;
  const sizes = Object.fromEntries(rows);
  return Object.entries(budget).flatMap(([name, limits]) =>
    Object.entries(limits)
      .map(([kind, limit]) => [kind, Math.round(limit * (hasOwnStd ? 1 : factor))])
      .filter(([kind, limit]) => sizes[name][kind] > limit)
      .map(
        ([kind, limit]) => `${name} has ${sizes[name][kind]} bytes ${kind}, the budget is ${limit}`,
      ),
  );
}
