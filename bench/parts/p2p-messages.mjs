import { RAW, withPair } from '../pairs.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { KINDS } from '../site.mjs';

/** Bytes, messages of one round, and the even load under which delays are taken. */
const PLANS = [
  { size: 100, name: '100 B', count: 20_000, paced: { count: 4000, perSecond: 2000 } },
  { size: 10_000, name: '10 KB', count: 3000, paced: { count: 600, perSecond: 300 } },
];
const QUICK_SHARE = 0.2;

function sendMany(stage, kind, { size, count, paced }) {
  const share = stage.isQuick ? QUICK_SHARE : 1;
  return withPair(stage, kind, async (sender, receiver) => {
    const run = async (name, plan) => {
      await receiver.call('expectMessages', plan.count);
      const sent = await sender.call(name, { size, ...plan });
      return { ...sent, ...(await receiver.call('receivedMessages')) };
    };
    const plan = { count: Math.round(count * share) };
    const { began, lastAt } = await run('stream', plan);
    const { p99 } = await run('pace', { ...paced, count: Math.round(paced.count * share) });
    return { rate: (plan.count / (lastAt - began)) * 1000, p99 };
  });
}

/** Peer-to-peer messages. */
export async function measure(stage) {
  const metrics = [];
  for (const plan of PLANS) {
    stage.tell(`Peer-to-peer messages of ${plan.name}`);
    const samples = await measureInTurn({
      kinds: [...KINDS, RAW],
      rounds: stage.rounds,
      tell: stage.tell,
      measure: (kind) => sendMany(stage, kind, plan),
      brief: ({ rate, p99 }) => `${rate.toFixed(0)}/s, p99 ${p99.toFixed(1)} ms`,
    });
    const goals = [
      { beside: 'skylinkjs', atLeast: 3 },
      { beside: RAW, atLeast: 0.8 },
    ];
    const under = `${plan.name}: p99 delay at ${plan.paced.perSecond}/s`;
    metrics.push(
      metricOf(`${plan.name}: messages`, '1/s', samples, ({ rate }) => rate, { goals }),
      metricOf(under, 'ms', samples, ({ p99 }) => p99, {
        goals: [{ beside: 'skylinkjs', atMost: 1 }],
      }),
    );
  }
  return {
    title: 'Peer-to-peer messages',
    note: 'One page sends texts to another with sendP2PMessage as fast as the buffer of the channel empties, until the last one was heard; then at an even rate, for the delay.',
    metrics,
  };
}
