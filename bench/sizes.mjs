import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sizesOf } from '../tools/sizes.mjs';
import { root } from '../tools/toolchain.mjs';

/** @param {Record<string, Buffer>} bundles by kind */
export async function measureSizes(bundles) {
  const file = (name) => readFile(join(root, 'pkg', name));
  const [slim, module] = await Promise.all([file('slim.js'), file('skylink_bg.wasm')]);
  const parts = [sizesOf(slim), sizesOf(module)];
  const together = (key) => parts.reduce((sum, part) => sum + part[key], 0);
  return {
    bundles: { ours: sizesOf(bundles.ours), skylinkjs: sizesOf(bundles.skylinkjs) },
    slim: Object.fromEntries(Object.keys(parts[0]).map((key) => [key, together(key)])),
  };
}
