import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sizesOf } from '../../tools/sizes.mjs';
import { root } from '../../tools/toolchain.mjs';

export const needsPages = false;

const GOALS = [{ beside: 'skylinkjs', atMost: 0.65 }];
const SLIM_AND_MODULE = ['slim.js', 'skylink_bg.wasm'];

/** What apps and their users have to load. */
export async function measure({ bundles, tell }) {
  tell('Sizes');
  const slim = await Promise.all(
    SLIM_AND_MODULE.map(async (name) => sizesOf(await readFile(join(root, 'pkg', name)))),
  );
  const bundled = { ours: sizesOf(bundles.ours), skylinkjs: sizesOf(bundles.skylinkjs) };
  const metrics = ['raw', 'gzip', 'brotli'].flatMap((key) => {
    const goals = key === 'raw' ? [] : GOALS;
    const skylinkjs = [bundled.skylinkjs[key] / 1000];
    const together = slim.reduce((sum, part) => sum + part[key], 0) / 1000;
    const line = (title, ours) => ({
      title,
      unit: 'kB',
      samples: { ours: [ours], skylinkjs },
      goals,
    });
    return [
      line(`default entry, ${key}`, bundled.ours[key] / 1000),
      line(`slim entry and its module, ${key}`, together),
    ];
  });
  return {
    title: 'Sizes in an app’s bundle',
    note: 'Both bundled and minified alike by esbuild, everything in one file; for the slim entry the file and the module beside it.',
    metrics,
  };
}
