// A folder with the packed package installed as `skylinkjs`, and apps built on it by bundlers.
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { build as vite, createLogger } from 'vite';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const exec = promisify(execFile);

const page = (script, type = 'module') =>
  `<!doctype html><meta charset="utf-8"><title>App</title><script type="${type}" src="${script}"></script>`;

export async function installPackage() {
  const folder = await mkdtemp(join(tmpdir(), 'skylink-packaging-'));
  const { stdout } = await exec('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: join(root, 'pkg'),
  });
  const [packed] = [JSON.parse(stdout)].flatMap((answer) =>
    Array.isArray(answer) ? answer : Object.values(answer),
  );
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({
      private: true,
      type: 'module',
      dependencies: { skylinkjs: `file:./${packed.filename}` },
    }),
  );
  await exec('npm', ['install', '--offline', '--no-audit', '--no-fund'], { cwd: folder });
  for (const name of ['app.js', 'slim-app.js']) {
    await copyFile(join(root, 'tests/packaging', name), join(folder, name));
  }
  return {
    folder,
    files: packed.files.map(({ path }) => path).sort(),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Builds with no settings at all; any warning counts as a failure. */
export async function buildWithVite({ folder }) {
  const warnings = [];
  const logger = createLogger('silent');
  for (const level of ['warn', 'warnOnce', 'error']) {
    logger[level] = (text) => warnings.push(text);
  }
  await writeFile(join(folder, 'index.html'), page('/app.js'));
  await vite({
    root: folder,
    base: './',
    configFile: false,
    customLogger: logger,
    build: { outDir: 'dist/vite', chunkSizeWarningLimit: 5000 },
  });
  return warnings;
}

export async function buildWithEsbuild({ folder }, entry, outdir) {
  const { warnings } = await esbuild({
    entryPoints: [join(folder, entry)],
    absWorkingDir: folder,
    bundle: true,
    format: 'esm',
    outdir: join(folder, outdir),
    logLevel: 'silent',
  });
  await writeFile(join(folder, outdir, 'index.html'), page(entry));
  return warnings;
}

/** What a page without any bundler loads. */
export async function copyForScriptTags({ folder }) {
  const installed = join(folder, 'node_modules/skylinkjs');
  const umd = join(folder, 'dist/umd');
  await mkdir(umd, { recursive: true });
  await copyFile(join(installed, 'skylink.complete.umd.js'), join(umd, 'skylink.js'));
  await writeFile(join(umd, 'index.html'), page('skylink.js', 'text/javascript'));
  await copyFile(join(installed, 'skylink_bg.wasm'), join(folder, 'dist/slim/skylink_bg.wasm'));
}

export async function copyTypeSamples({ folder }) {
  const samples = join(root, 'tests/types');
  for (const name of (await readdir(samples)).filter((file) => file.endsWith('.ts'))) {
    await cp(join(samples, name), join(folder, 'types', name));
  }
}

export const tsc = join(root, 'node_modules/.bin/tsc');
