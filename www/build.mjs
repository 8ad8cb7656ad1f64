// Makes the demo: bundles www/src with the built package of pkg/ into www/dist.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, 'src');
const target = join(here, 'dist');
const packageFolder = join(here, '..', 'pkg');

const isMissing = await readFile(join(packageFolder, 'package.json')).then(
  () => false,
  () => true,
);
if (isMissing) {
  console.error('The demo needs the built package: run "npm run build" first, it makes pkg/.');
  process.exit(1);
}

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });

// Names that change with the content let browsers and proxies keep the files for ever.
const { metafile } = await build({
  entryPoints: { app: join(source, 'main.js'), style: join(source, 'styles', 'demo.css') },
  outdir: target,
  entryNames: '[name]-[hash]',
  alias: { 'skylink-wasm': packageFolder },
  external: ['icon.svg'],
  bundle: true,
  minify: true,
  sourcemap: 'linked',
  format: 'esm',
  target: ['es2022', 'chrome111', 'firefox113', 'safari16.4'],
  metafile: true,
  logLevel: 'warning',
});

const nameOf = (ending) =>
  relative(
    target,
    Object.keys(metafile.outputs).find((path) => path.endsWith(ending)),
  );
const page = await readFile(join(source, 'index.html'), 'utf8');
const icons = await readFile(join(source, 'icons.svg'), 'utf8');
await writeFile(
  join(target, 'index.html'),
  page
    .replace('%SCRIPT%', nameOf('.js'))
    .replace('%STYLE%', nameOf('.css'))
    .replace('%ICONS%', () => icons),
);
await copyFile(join(source, 'icon.svg'), join(target, 'icon.svg'));
console.log(`The demo is in ${relative(process.cwd(), target) || target}.`);
