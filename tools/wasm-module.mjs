// Compiles src/ to WebAssembly, shrinks it and packs it.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { arrange } from './arrange.mjs';
import { pack } from './pack.mjs';
import { run } from './run.mjs';
import { settings } from './settings.mjs';
import { shortenGlue } from './short-names.mjs';
import { hasOwnStd, root, wasmEnvironment } from './toolchain.mjs';

/**
 * @typedef {object} Module
 * @property {string} glue path of the glue code
 * @property {Buffer} wasm
 * @property {import('./pack.mjs').Packed} packed the same
 * @property {Buffer} unpacker
 */

const { target, profile, name, rustflags } = settings['wasm-pack'];
const folder = join(root, 'target/wasm/out');
const WASM_TARGET = 'wasm32-unknown-unknown';

const wasmPack = (kind) => [
  ...['wasm-pack', 'build', `--${kind}`, '--target', target],
  ...['--no-opt', '--no-pack', '--no-typescript'],
  ...['--out-dir', folder, '--out-name', name],
];

const smallEnvironment = () =>
  wasmEnvironment('small', [...rustflags, ...(hasOwnStd ? settings['small-std'].rustflags : [])]);

/** @returns what wasm-opt says of it */
async function shrink(module, shrunk, flags = []) {
  const command = [...settings['wasm-opt'].flags, ...flags, module, '-o', shrunk];
  const wasmOpt = join(root, 'node_modules/.bin/wasm-opt');
  const { stdout } = await promisify(execFile)(wasmOpt, command, { maxBuffer: 2 ** 26 });
  return stdout;
}

/** What older browsers compile at once on the main thread. */
const LARGEST_UNPACKER = 4096;

async function compileUnpacker() {
  const env = smallEnvironment();
  const cargo = ['cargo', 'build', '--quiet', '--release', '--target', WASM_TARGET];
  await run([...cargo, '-p', 'skylink-unpacker'], { env });
  const built = join(env.CARGO_TARGET_DIR, WASM_TARGET, 'release/skylink_unpacker.wasm');
  const shrunk = join(folder, 'unpacker.wasm');
  await shrink(built, shrunk);
  const unpacker = await readFile(shrunk);
  if (unpacker.length > LARGEST_UNPACKER) {
    throw new Error(`unpacker/ has ${unpacker.length} bytes, more than ${LARGEST_UNPACKER}`);
  }
  return unpacker;
}

/**
 * For work on the code: a fraction of the time, panics with texts, several times the size.
 * @returns {Promise<Module>}
 */
export async function compileQuickly() {
  await run(wasmPack('dev'), { env: wasmEnvironment('full') });
  const wasm = await readFile(join(folder, `${name}_bg.wasm`));
  const unpacker = await compileUnpacker();
  const packed = await pack(wasm, unpacker, { isQuick: true });
  return { glue: join(folder, `${name}.js`), wasm, packed, unpacker };
}

/** @returns {Promise<Module>} */
export async function compileModule() {
  await run(wasmPack(profile), { env: smallEnvironment() });
  const shrunk = join(folder, 'shrunk.wasm');
  const names = await shrink(join(folder, `${name}_bg.wasm`), shrunk, [
    '--minify-imports-and-exports-and-modules',
  ]);
  const glue = join(folder, 'shortened.js');
  const text = await readFile(join(folder, `${name}.js`), 'utf8');
  await writeFile(glue, shortenGlue(text, JSON.parse(names)));
  const wasm = arrange(await readFile(shrunk));
  const unpacker = await compileUnpacker();
  return { glue, wasm, packed: await pack(wasm, unpacker), unpacker };
}
