// Where tools/setup found or put the tools, and the environments to run them in.
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const found = JSON.parse(readFileSync(join(root, 'target/toolchain.json'), 'utf8'));

/** The std was built from Debian's source: full for tests, small for the package. */
export const hasOwnStd = found.wasmStd !== '';
export const chromedriver = found.chromedriver;
export const chromium = found.chromium;

const onPath = (...folders) => [...folders, process.env.PATH].join(delimiter);

/**
 * For wasm builds. Each std has a target folder of its own, and native builds another one: the
 * compilers differ, and sharing would make each build undo the other.
 * @param {'full' | 'small'} kind of std
 * @param {string[]} [rustflags]
 */
export function wasmEnvironment(kind, rustflags = []) {
  const environment = {
    ...process.env,
    PATH: onPath(
      ...(hasOwnStd ? [join(found.wasmStd, kind, 'bin')] : []),
      found.wasmBindgen,
      found.wasmPack,
      join(root, 'node_modules/.bin'),
    ),
    CARGO_TARGET_DIR: join(root, 'target/wasm', kind),
    RUSTFLAGS: rustflags.join(' '),
  };
  delete environment.CARGO_ENCODED_RUSTFLAGS;
  if (hasOwnStd) {
    // Clippy does not come through the wrapper that names the sysroot.
    environment.SYSROOT = join(found.wasmStd, kind);
    if (rustflags.length > 0) {
      environment.RUSTC_BOOTSTRAP = '1';
    }
  }
  return environment;
}

/** The clippy that belongs to the compiler of wasm builds. */
export const wasmClippy = hasOwnStd ? ['/usr/bin/cargo-clippy', 'clippy'] : ['cargo', 'clippy'];

/** For native builds and for the tests that Node runs. */
export function nativeEnvironment() {
  return {
    ...process.env,
    PATH: onPath(join(root, 'node_modules/.bin')),
    SKYLINK_CHROMIUM: chromium,
  };
}
