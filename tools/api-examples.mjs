// Compiles every example of the declarations of the package, as an app would: each is the body of an
// async function, in a module that imports the package. What else it uses, such as the app's elements,
// is declared in tests/types/examples/surroundings.d.ts.
//   node tools/api-examples.mjs
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './toolchain.mjs';

const SOURCE = 'pkg-template';
const MODULES = join(root, 'target/examples');
const SETTINGS = {
  extends: '../../tests/types/tsconfig.json',
  include: ['*.ts', '../../tests/types/examples/*.d.ts'],
};

const OPENING = [
  "import Skylink, { SkylinkConstants, SkylinkEventManager, SkylinkEvents } from 'skylinkjs';",
  'export async function example(): Promise<void> {',
];
const CLOSING = ['}', ''];
const PROBLEM = /^(?:\S*\/)?example-(\d+)\.ts\((\d+),\d+\): (.*)$/gm;

/** The examples of a file of declarations, with the number of the line that each begins in. */
function examplesOf(path) {
  const found = [];
  let example = null;
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    if (/^\s*\* @example\s*$/.test(line)) {
      example = { path, firstLine: index + 2, lines: [] };
      found.push(example);
    } else if (/^\s*(\*\/|\* @)/.test(line)) {
      example = null;
    } else {
      example?.lines.push(line.replace(/^\s*\* ?/, ''));
    }
  }
  return found;
}

const types = readdirSync(join(root, SOURCE, 'types')).map((name) => `${SOURCE}/types/${name}`);
const examples = [`${SOURCE}/index.d.ts`, ...types].flatMap(examplesOf);
if (examples.length === 0) throw new Error('The declarations have no examples.');

rmSync(MODULES, { recursive: true, force: true });
mkdirSync(MODULES, { recursive: true });
writeFileSync(join(MODULES, 'tsconfig.json'), JSON.stringify(SETTINGS));
for (const [number, { lines }] of examples.entries()) {
  const text = [...OPENING, ...lines, ...CLOSING].join('\n');
  writeFileSync(join(MODULES, `example-${number}.ts`), text);
}

const { status, stdout } = spawnSync('tsc', ['--pretty', 'false', '-p', MODULES], {
  cwd: root,
  encoding: 'utf8',
  env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
});
if (status !== 0) {
  const told = stdout.replace(PROBLEM, (_, number, line, text) => {
    const { path, firstLine } = examples[number];
    return `${path}:${firstLine + Number(line) - OPENING.length - 1}: ${text}`;
  });
  console.error(told || 'tsc could not be run');
  process.exitCode = 1;
}
