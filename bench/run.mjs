// Sizes and speed beside skylinkjs, in one run: `npm run bench`.
//   npm run bench -- --only join     one part (sizes, start, join); may be given several times
//   npm run bench -- --rounds 15     measured rounds of each kind (default 7)
//   npm run bench -- --no-build      take the package and the server as they are
// SKYLINK_SERVER names another server program.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../tests/e2e/harness/browser.mjs';
import { Server } from '../tests/e2e/harness/server.mjs';
import { CommandFailed, run } from '../tools/run.mjs';
import { chromium, nativeEnvironment, root } from '../tools/toolchain.mjs';
import { htmlOf } from './html.mjs';
import { measureJoin } from './join.mjs';
import { describeMachine, load } from './machine.mjs';
import { bundleOf, KINDS, Site } from './site.mjs';
import { measureSizes } from './sizes.mjs';
import { spreadOf } from './spread.mjs';
import { measureStart } from './start.mjs';
import { textOf } from './table.mjs';

const IN_BROWSER = { start: measureStart, join: measureJoin };
const PARTS = ['sizes', ...Object.keys(IN_BROWSER)];
const FOLDER = join(root, 'bench/report');

const began = performance.now();
const tell = (line) => {
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`[${seconds.padStart(6)} s] ${line}`);
};

async function buildAll() {
  const env = nativeEnvironment();
  await run(['node', 'tools/build.mjs'], { env });
  if (process.env.SKYLINK_SERVER) return;
  await run(['cargo', 'build', '--profile', 'server', '-p', 'skylink-server'], { env });
}

async function measureInBrowser(parts, bundles, rounds) {
  const stage = { rounds, tell };
  try {
    stage.server = await Server.start();
    stage.site = await Site.start(bundles);
    stage.browser = await launchBrowser();
    const machine = describeMachine(stage.browser);
    const sections = [];
    for (const part of parts) sections.push(await IN_BROWSER[part](stage));
    return { machine, sections };
  } finally {
    await stage.browser?.close();
    await stage.site?.stop();
    await stage.server?.stop();
  }
}

async function measure(parts, rounds) {
  const made = new Date().toISOString();
  const loadBefore = load();
  tell('bundling');
  const bundles = Object.fromEntries(
    await Promise.all(KINDS.map(async (kind) => [kind, await bundleOf(kind)])),
  );
  const sizes = parts.includes('sizes') ? await measureSizes(bundles) : null;
  const inBrowser = parts.filter((part) => part in IN_BROWSER);
  const { machine, sections } =
    inBrowser.length > 0
      ? await measureInBrowser(inBrowser, bundles, rounds)
      : { machine: describeMachine(null), sections: [] };
  return { made, machine, rounds, loadBefore, loadAfter: load(), sizes, sections };
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

async function writeReport(report) {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'report.json'), `${JSON.stringify(withSpread(report), null, 2)}\n`);
  await writeFile(join(FOLDER, 'index.html'), htmlOf(report));
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: PARTS },
      rounds: { type: 'string', default: '7' },
      build: { type: 'boolean', default: true },
    },
    allowNegative: true,
  });
  const rounds = Number(values.rounds);
  const unknown = values.only.filter((part) => !PARTS.includes(part));
  if (unknown.length > 0) {
    throw new RangeError(`No such part: ${unknown.join(', ')}. Parts: ${PARTS.join(', ')}`);
  }
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`--rounds is a whole number from 1 on, not ${values.rounds}`);
  }
  return { parts: PARTS.filter((part) => values.only.includes(part)), rounds, build: values.build };
}

try {
  const { parts, rounds, build } = readArguments();
  process.env.SKYLINK_CHROMIUM ??= chromium;
  if (build) await buildAll();
  const report = await measure(parts, rounds);
  await writeReport(report);
  const { machine, loadBefore, loadAfter } = report;
  console.log(`\n${textOf(report)}\n`);
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('; '),
  );
  console.log(`load of the machine before ${loadBefore}, after ${loadAfter}`);
  console.log('bench/report/index.html, bench/report/report.json');
} catch (error) {
  if (!(error instanceof CommandFailed || error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof RangeError ? 2 : 1;
}
