import { optionsFor } from '../../tests/e2e/harness/stage.mjs';
import { traceMainThread } from '../main-thread.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { KINDS } from '../site.mjs';

const ms = (value) => `${value.toFixed(1)} ms`;
const sum = (values) => values.reduce((total, value) => total + value, 0);

function startOn(page, { site, server }, kind) {
  const sdk = site.addressOf(kind);
  const settings = { sdk, options: optionsFor(server.host), hasModule: kind === 'ours' };
  return page.evaluate(async (given) => {
    const { start } = await import('/page/start.js');
    return start(given);
  }, settings);
}

const GOAL = { goals: [{ beside: 'skylinkjs', atMost: 1 }] };

/** From the import to the constructed instance, each time in a fresh page. */
export async function measure(stage) {
  const { site, browser, rounds, tell } = stage;
  tell('Import -> constructed instance');
  const timed = await measureInTurn({
    kinds: KINDS,
    rounds,
    tell,
    measure: (kind) => site.withFreshPage(browser, (page) => startOn(page, stage, kind)),
    brief: ({ constructed, ready }) => `constructed ${ms(constructed)}, ready ${ms(ready)}`,
  });

  // In pages of their own: tracing itself takes time.
  tell('Main thread until everything is loaded');
  const marks = { from: 'bench:started', to: 'bench:ready' };
  const traced = await measureInTurn({
    kinds: KINDS,
    rounds,
    tell,
    measure: (kind) =>
      site.withFreshPage(browser, (page) =>
        traceMainThread(browser, page, marks, () => startOn(page, stage, kind)),
      ),
    brief: ({ busy, processor }) => `busy ${ms(busy)}, of it processor time ${ms(processor)}`,
  });

  return {
    title: 'Start: from import to a constructed instance',
    note: 'A fresh page each time, nothing cached. "Loaded": the WebAssembly module can be called; skylinkjs has nothing left to load after the constructor.',
    metrics: [
      metricOf('import → constructed', 'ms', timed, (sample) => sample.constructed, GOAL),
      metricOf('last byte → constructed', 'ms', timed, (sample) => sample.evaluated),
      metricOf('constructor alone', 'ms', timed, (sample) => sample.constructor),
      metricOf('import → loaded', 'ms', timed, (sample) => sample.ready),
      metricOf('main thread busy until loaded', 'ms', traced, (sample) => sample.busy),
      metricOf('main thread processor time', 'ms', traced, (sample) => sample.processor),
      metricOf('longest task', 'ms', traced, (sample) => sample.longest, GOAL),
      metricOf('long tasks (over 50 ms)', 'tasks', timed, ({ longTasks }) => longTasks.length),
      metricOf('time in long tasks', 'ms', timed, ({ longTasks }) => sum(longTasks)),
    ],
  };
}
