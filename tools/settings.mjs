// wasm-pack.toml: the settings of the npm package.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { root } from './toolchain.mjs';

export const settings = parse(readFileSync(join(root, 'wasm-pack.toml'), 'utf8'));

const workspace = parse(readFileSync(join(root, 'Cargo.toml'), 'utf8')).workspace.package;

export const { version } = workspace;
