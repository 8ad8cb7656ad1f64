import { RAW } from '../pairs.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { KINDS } from '../site.mjs';
import { sendOnce } from './files.mjs';

const MB = 1e6;

/** Milliseconds of a round trip, loss, and what is to be reached beside skylinkjs. */
const PATHS = [
  { roundTrip: 20, loss: 0, beside: 20 },
  { roundTrip: 50, loss: 0, beside: 30 },
  { roundTrip: 100, loss: 0, beside: 30 },
  { roundTrip: 50, loss: 0.01 },
];

/** skylinkjs sends one chunk for each round trip from first to last: a tenth tells its speed. */
const SIZES = { ours: 20 * MB, [RAW]: 20 * MB, skylinkjs: 2 * MB };
const QUICK_SIZES = { ours: 5 * MB, [RAW]: 5 * MB, skylinkjs: MB };

async function measurePath(stage, { roundTrip, loss, beside }) {
  const name = `${roundTrip} ms${loss ? `, ${loss * 100} % lost` : ''}`;
  stage.tell(`A file over ${name}`);
  const sizes = stage.isQuick ? QUICK_SIZES : SIZES;
  const samples = await stage.onPath({ delayMs: roundTrip / 2, loss }, () =>
    measureInTurn({
      kinds: [...KINDS, RAW],
      rounds: Math.min(stage.rounds, 3),
      warmsUp: false,
      tell: stage.tell,
      measure: (kind) => sendOnce(stage, kind, sizes[kind]),
      brief: ({ rate }) => `${rate.toFixed(2)} MB/s`,
    }),
  );
  const goals = [{ beside: RAW, atLeast: 1.5 }];
  if (beside) goals.unshift({ beside: 'skylinkjs', atLeast: beside });
  const curve = loss ? {} : { series: 'file over delay, MB/s', at: roundTrip, axis: 'ms' };
  return metricOf(name, 'MB/s', samples, ({ rate }) => rate, { goals, ...curve });
}

/** Files over paths with delay. */
export async function measure(stage) {
  const metrics = [];
  for (const path of stage.isQuick ? PATHS.slice(0, 2) : PATHS) {
    metrics.push(await measurePath(stage, path));
  }
  return {
    title: 'Files over paths with delay',
    note: '20 MB (skylinkjs: 2 MB, its speed does not depend on the size) through a relay that holds up every datagram. The raw channel is one peer connection.',
    metrics,
  };
}
