// Compiles src/ to WebAssembly and shrinks it.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import zopfli from '@gfx/zopfli';
import { run } from './run.mjs';
import { settings } from './settings.mjs';
import { shortenGlue } from './short-names.mjs';
import { hasOwnStd, root, wasmEnvironment } from './toolchain.mjs';

/**
 * @typedef {object} Module
 * @property {string} glue path of the glue code
 * @property {Buffer} wasm
 * @property {Buffer} deflated the same, raw deflate; zopfli makes it 5 % smaller than zlib can
 */

const { target, profile, name, rustflags } = settings['wasm-pack'];
const folder = join(root, 'target/wasm/out');

const wasmPack = (kind) => [
  ...['wasm-pack', 'build', `--${kind}`, '--target', target],
  ...['--no-opt', '--no-pack', '--no-typescript'],
  ...['--out-dir', folder, '--out-name', name],
];

/**
 * For work on the code: a fraction of the time, panics with texts, several times the size.
 * @returns {Promise<Module>}
 */
export async function compileQuickly() {
  await run(wasmPack('dev'), { env: wasmEnvironment('full') });
  const wasm = await readFile(join(folder, `${name}_bg.wasm`));
  return { glue: join(folder, `${name}.js`), wasm, deflated: deflateRawSync(wasm) };
}

/** @returns {Promise<Module>} */
export async function compileModule() {
  const forSmallStd = hasOwnStd ? settings['small-std'].rustflags : [];
  const env = wasmEnvironment('small', [...rustflags, ...forSmallStd]);
  await run(wasmPack(profile), { env });

  const module = join(folder, `${name}_bg.wasm`);
  const shrunk = join(folder, 'shrunk.wasm');
  const { stdout } = await promisify(execFile)(
    join(root, 'node_modules/.bin/wasm-opt'),
    [...settings['wasm-opt'].flags, module, '-o', shrunk],
    { maxBuffer: 2 ** 26 },
  );
  const glue = join(folder, 'shortened.js');
  const text = await readFile(join(folder, `${name}.js`), 'utf8');
  await writeFile(glue, shortenGlue(text, JSON.parse(stdout)));
  const wasm = await readFile(shrunk);
  const deflated = await zopfli.deflateAsync(wasm, { numiterations: 15 });
  return { glue, wasm, deflated: Buffer.from(deflated) };
}
