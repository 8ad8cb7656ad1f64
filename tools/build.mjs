// Makes pkg/, the npm package: `npm run build`. With --quick neither optimised nor held to the budget.
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { CommandFailed } from './run.mjs';
import { version } from './settings.mjs';
import { reportSizes } from './sizes.mjs';
import { root } from './toolchain.mjs';
import { compileModule, compileQuickly } from './wasm-module.mjs';

const isQuick = process.argv.includes('--quick');
const pkg = join(root, 'pkg');
const template = join(root, 'pkg-template');

async function manifest() {
  const fields = JSON.parse(await readFile(join(template, 'package.json'), 'utf8'));
  return `${JSON.stringify({ ...fields, version }, null, 2)}\n`;
}

async function makePackage() {
  const module = await (isQuick ? compileQuickly() : compileModule());
  const [complete, umd, slim] = await Promise.all([
    bundle('index.js', 'esm', module),
    bundle('index.js', 'umd', module),
    bundle('slim.js', 'esm', module),
  ]);
  await rm(pkg, { recursive: true, force: true });
  await mkdir(pkg);
  const files = {
    'skylink.complete.js': complete,
    'skylink.complete.umd.js': umd,
    'slim.js': slim,
    'skylink_bg.wasm': module.wasm,
    'package.json': await manifest(),
    'README.md': (await readFile(join(template, 'README.md'), 'utf8')).replace(
      '%VERSION%',
      version,
    ),
  };
  await Promise.all([
    ...Object.entries(files).map(([name, content]) => writeFile(join(pkg, name), content)),
    ...['index.d.ts', 'slim.d.ts', 'types'].map((name) =>
      cp(join(template, name), join(pkg, name), { recursive: true }),
    ),
    copyFile(join(root, 'LICENSE'), join(pkg, 'LICENSE')),
  ]);
  if (isQuick) {
    return [];
  }
  return reportSizes({
    'skylink.complete.js': complete,
    'skylink.complete.umd.js': umd,
    'slim.js (without the module)': slim,
    'skylink_bg.wasm': module.wasm,
  });
}

try {
  const complaints = await makePackage();
  for (const complaint of complaints) {
    console.error(`Over budget: ${complaint} (wasm-pack.toml)`);
  }
  process.exitCode = complaints.length > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof CommandFailed)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}
