// Sizes and speed beside skylinkjs, in one run: `npm run bench`.
//   npm run bench -- --only join     one part; may be given several times
//   npm run bench -- --rounds 15     measured rounds of each kind (default 7)
//   npm run bench -- --quick         fewer rounds, smaller amounts: minutes instead of an hour
//   npm run bench -- --keep          the other parts of the last report stay in it
//   npm run bench -- --no-build      take the package and the programs as they are
// A part is a file in bench/parts. SKYLINK_SERVER names another server program.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CommandFailed, run } from '../tools/run.mjs';
import { chromium, nativeEnvironment, root } from '../tools/toolchain.mjs';
import { htmlOf } from './html.mjs';
import { describeMachine, load } from './machine.mjs';
import { bundleOf, KINDS } from './site.mjs';
import { spreadOf } from './spread.mjs';
import { Stage } from './stage.mjs';
import { textOf } from './table.mjs';

const FOLDER = join(root, 'bench/report');
const REPORT = join(FOLDER, 'report.json');
const QUICK_ROUNDS = 2;

/** In the order of the report; what is not named here comes behind, by name. */
const ORDER = ['sizes', 'start', 'join', 'far-join', 'files', 'delayed-files', 'p2p-messages'];

const began = performance.now();
const tell = (line) => {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`[${seconds.padStart(6)} s] ${line}`);
};

async function namesOfParts() {
  const files = await readdir(join(root, 'bench/parts'));
  const names = files.map((file) => file.replace('.mjs', '')).sort();
  return [
    ...ORDER.filter((name) => names.includes(name)),
    ...names.filter((name) => !ORDER.includes(name)),
  ];
}

async function buildAll() {
  const env = nativeEnvironment();
  await run(['node', 'tools/build.mjs'], { env });
  if (process.env.SKYLINK_SERVER) return;
  const programs = ['skylink-server', 'impaired-path', 'media-clients', 'signaling-clients'];
  const packages = programs.flatMap((it) => ['-p', it]);
  await run(['cargo', 'build', '--profile', 'server', ...packages], { env });
}

async function measurePart(name, stage) {
  const { measure, needsPages = true } = await import(`./parts/${name}.mjs`);
  const loadBefore = load();
  if (needsPages) await stage.open();
  const section = await measure(stage);
  const made = new Date().toISOString();
  return { part: name, made, rounds: stage.rounds, loadBefore, loadAfter: load(), ...section };
}

/** Measures part after part, and hands on what there is after each: the whole takes an hour. */
async function measureAll(names, settings, write) {
  tell('bundling');
  const bundles = Object.fromEntries(
    await Promise.all(KINDS.map(async (kind) => [kind, await bundleOf(kind)])),
  );
  const stage = new Stage({ ...settings, tell }, bundles);
  const sections = [];
  try {
    let report;
    for (const name of names) {
      sections.push(await measurePart(name, stage));
      report = await write({ machine: describeMachine(stage.browser), sections });
    }
    return report;
  } finally {
    await stage.close();
  }
}

/** With the spread beside the samples, for those who read the file and do not want to reckon. */
function withSpread(report) {
  const complete = (metric) => ({
    ...metric,
    spread: Object.fromEntries(
      Object.entries(metric.samples).map(([kind, list]) => [kind, spreadOf(list)]),
    ),
  });
  const sections = report.sections.map((section) => ({
    ...section,
    metrics: section.metrics.map(complete),
    steps: section.steps?.map(complete),
  }));
  return { ...report, sections };
}

/** The parts of the last report that were not measured now, each with its own date and load. */
async function mergedWithLast(report, order) {
  if (!existsSync(REPORT)) return report;
  const last = JSON.parse(await readFile(REPORT, 'utf8'));
  const measured = new Set(report.sections.map(({ part }) => part));
  const kept = last.sections.filter(({ part }) => order.includes(part) && !measured.has(part));
  const sections = [...report.sections, ...kept];
  sections.sort((one, other) => order.indexOf(one.part) - order.indexOf(other.part));
  const chromiumOf = [report, last].map(({ machine }) => machine.chromium);
  const machine = { ...report.machine, chromium: chromiumOf.find((it) => it !== 'not started') };
  return { ...report, machine, sections };
}

async function writeReport(report) {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(REPORT, `${JSON.stringify(withSpread(report), null, 2)}\n`);
  await writeFile(join(FOLDER, 'index.html'), htmlOf(report));
}

function readArguments(parts) {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: parts },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      build: { type: 'boolean', default: true },
    },
    allowNegative: true,
  });
  const rounds = Number(values.rounds ?? (values.quick ? QUICK_ROUNDS : 7));
  const unknown = values.only.filter((part) => !parts.includes(part));
  if (unknown.length > 0) {
    throw new RangeError(`No such part: ${unknown.join(', ')}. Parts: ${parts.join(', ')}`);
  }
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`--rounds is a whole number from 1 on, not ${values.rounds}`);
  }
  const { quick, keep, build } = values;
  return { names: parts.filter((part) => values.only.includes(part)), rounds, quick, keep, build };
}

try {
  const parts = await namesOfParts();
  const { names, rounds, quick, keep, build } = readArguments(parts);
  process.env.SKYLINK_CHROMIUM ??= chromium;
  if (build) await buildAll();
  let measured;
  const report = await measureAll(names, { rounds, isQuick: quick }, async (soFar) => {
    measured = soFar;
    const merged = keep ? await mergedWithLast(soFar, parts) : soFar;
    await writeReport(merged);
    return merged;
  });
  console.log(`\n${textOf(measured)}\n`);
  console.log(
    Object.entries(report.machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('; '),
  );
  for (const { part, loadBefore, loadAfter } of measured.sections) {
    console.log(`${part}: load of the machine before ${loadBefore}, after ${loadAfter}`);
  }
  console.log('bench/report/index.html, bench/report/report.json');
} catch (error) {
  if (!(error instanceof CommandFailed || error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof RangeError ? 2 : 1;
}
