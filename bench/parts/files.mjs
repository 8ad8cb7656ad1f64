import { costOf } from '../processes.mjs';
import { RAW, withPair } from '../pairs.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { KINDS } from '../site.mjs';

const MB = 1e6;
const MEASURED = [...KINDS, RAW];

/** Bytes, and how many rounds at the most: a gigabyte takes skylinkjs minutes. */
const SIZES = [
  { size: MB, name: '1 MB', rounds: Infinity },
  { size: 100 * MB, name: '100 MB', rounds: 5 },
  { size: 1000 * MB, name: '1 GB', rounds: 1 },
];
const QUICK_SIZES = [SIZES[0], { size: 20 * MB, name: '20 MB', rounds: 3 }];

/** Sends one file between two fresh pages: MB/s, and what it cost. */
export function sendOnce(stage, kind, size) {
  return withPair(stage, kind, async (sender, receiver) => {
    const { result, processor, memory } = await costOf(stage.browser, async () => {
      await receiver.call('expectFile');
      const sent = await sender.call('sendFile', size);
      const received = await receiver.call('receivedFile');
      if (received.size !== size) throw new Error(`${received.size} of ${size} bytes came`);
      return Math.max(received.at, sent.done) - sent.began;
    });
    return { rate: size / MB / (result / 1000), processor: processor / (size / 1e9), memory };
  });
}

const brief = ({ rate, processor, memory }) =>
  `${rate.toFixed(1)} MB/s, ${processor.toFixed(0)} s/GB, ${memory.toFixed(0)} MiB`;

async function measureSize(stage, { size, name, rounds }) {
  stage.tell(`A file of ${name}`);
  const samples = await measureInTurn({
    kinds: MEASURED,
    rounds: Math.min(rounds, stage.rounds),
    warmsUp: size < 100 * MB,
    tell: stage.tell,
    measure: (kind) => sendOnce(stage, kind, size),
    brief,
  });
  const curve = { at: size / MB, axis: 'MB' };
  const speed = {
    ...curve,
    series: 'file, MB/s',
    goals: [
      { beside: 'skylinkjs', atLeast: 3 },
      { beside: RAW, atLeast: 0.9 },
    ],
  };
  const lines = [metricOf(`${name}: speed`, 'MB/s', samples, (sample) => sample.rate, speed)];
  if (size > MB) {
    const memory = { ...curve, series: 'pages above their beginning, MiB' };
    lines.push(
      metricOf(`${name}: processor time`, 's/GB', samples, (sample) => sample.processor),
      metricOf(`${name}: memory of both pages`, 'MiB', samples, (sample) => sample.memory, memory),
    );
  }
  return lines;
}

/** Ours to 2.7.2, beside 2.7.2 to 2.7.2: the protocol of 2.7.2 in both cases. */
async function measureToOriginal(stage) {
  stage.tell('A file to 2.7.2');
  const size = (stage.isQuick ? 2 : 20) * MB;
  const samples = await measureInTurn({
    kinds: KINDS,
    rounds: Math.min(3, stage.rounds),
    tell: stage.tell,
    measure: (kind) => sendOnce(stage, [kind, 'skylinkjs'], size),
    brief,
  });
  const goals = [{ beside: 'skylinkjs', atLeast: 1 }];
  return metricOf(`${size / MB} MB to 2.7.2`, 'MB/s', samples, (sample) => sample.rate, { goals });
}

/** Files between two pages on this machine. */
export async function measure(stage) {
  const metrics = [];
  for (const plan of stage.isQuick ? QUICK_SIZES : SIZES) {
    metrics.push(...(await measureSize(stage, plan)));
  }
  metrics.push(await measureToOriginal(stage));
  return {
    title: 'Files on this machine',
    note: 'Two pages in processes of their own, until both sides know that all is there. Processor time is that of the whole browser. The raw channel sends chunks of 64 KiB with up to 1 MiB in the buffer, gathers them in a blob, and checks nothing; ours compares a digest.',
    metrics,
  };
}
