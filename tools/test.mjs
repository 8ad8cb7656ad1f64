// Every test, one part after the other; stops at the first that fails.
//   npm test                       all parts
//   npm test -- --only e2e         one part; may be given several times
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CommandFailed, run } from './run.mjs';
import {
  chromedriver,
  nativeEnvironment,
  root,
  wasmClippy,
  wasmEnvironment,
} from './toolchain.mjs';

const native = nativeEnvironment();
const forWasm = wasmEnvironment('full');

const here = (...command) => ({ command, env: native });
const wasm = (...command) => ({ command, env: forWasm });

const testsIn = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => `${folder}/${name}`);
const PACKAGING = 'tests/packaging.test.mjs';
/** For each file, in milliseconds: what hangs fails, and is named. */
const LONGEST_TEST = 600_000;
const NODE_TEST = ['node', '--test', '--test-concurrency=1', `--test-timeout=${LONGEST_TEST}`];
const nodeTest = (...files) => here(...NODE_TEST, ...files);

const CLIPPY_FLAGS = ['--quiet', '--all-targets', '--', '-D', 'warnings'];
const WASM_CRATE = 'skylink-wasm';

const documents = ({ command, env }, ...flags) => ({
  command: [...command, 'doc', '--quiet', '--no-deps', ...flags],
  env: { ...env, RUSTDOCFLAGS: '-D warnings' },
});

const PROGRAMS = ['-p', 'skylink-server', '-p', 'impaired-path'];
const SERVER = here('cargo', 'build', '--quiet', '--profile', 'server', ...PROGRAMS);

/** Steps of each part, in the order in which they run. */
const PARTS = {
  lint: [
    here('cargo', 'fmt', '--all', '--check'),
    here('cargo', 'clippy', '--workspace', '--exclude', WASM_CRATE, ...CLIPPY_FLAGS),
    wasm(...wasmClippy, '-p', WASM_CRATE, '--target', 'wasm32-unknown-unknown', ...CLIPPY_FLAGS),
    documents(here('cargo'), '--workspace', '--exclude', WASM_CRATE),
    documents(wasm('cargo'), '-p', WASM_CRATE, '--target', 'wasm32-unknown-unknown'),
    here('eslint', '.'),
    here('prettier', '--check', '--log-level', 'warn', '.'),
    here('tsc', '-p', 'tests/types'),
    here('node', 'tools/api-examples.mjs'),
    here('node', 'tools/api-reference.mjs', '--check'),
    here('node', 'tools/checklist.mjs', '--check'),
  ],
  native: [
    here('cargo', 'test', '--quiet', '--workspace', '--exclude', WASM_CRATE),
    nodeTest(...testsIn('tests').filter((file) => file !== PACKAGING)),
  ],
  build: [here('node', 'tools/build.mjs')],
  browser: [wasm('wasm-pack', 'test', '--headless', '--chrome', '--chromedriver', chromedriver)],
  packaging: [nodeTest(PACKAGING)],
  e2e: [SERVER, nodeTest(...testsIn('tests/e2e'))],
  compat: [SERVER, nodeTest(...testsIn('tests/compat'))],
  demo: [here('node', 'www/build.mjs'), nodeTest(...testsIn('tests/demo'))],
};

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

async function runPart(name) {
  for (const { command, env } of PARTS[name]) {
    console.log(`\n--- ${name}: ${command.join(' ').replaceAll(`${root}/`, '')}`);
    await run(command, { env });
  }
}

async function runParts(names) {
  const results = [];
  for (const name of names) {
    const since = performance.now();
    try {
      await runPart(name);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      results.push(`${name.padEnd(12)}FAILED  ${seconds(since)}  ${error.message}`);
      process.exitCode = 1;
      break;
    }
    results.push(`${name.padEnd(12)}passed  ${seconds(since)}`);
  }
  const left = names.slice(results.length).map((name) => `${name.padEnd(12)}not run`);
  console.log(`\n=== Summary\n${[...results, ...left].join('\n')}`);
}

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const names = values.only ?? Object.keys(PARTS);
const unknown = names.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. Parts: ${Object.keys(PARTS).join(', ')}`);
  process.exitCode = 2;
} else {
  await runParts(names);
}
