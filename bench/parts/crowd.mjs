import { setTimeout as sleep } from 'node:timers/promises';
import { optionsFor } from '../../tests/e2e/harness/stage.mjs';
import { freshRoom, onPage, sdkPeer } from '../pairs.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { KINDS } from '../site.mjs';

const CROWD = 29;
const QUICK_CROWD = 9;
const SAY_EVERY_MS = 1000;
/** What follows a join is over then: reports are gathered for 5 s, ends of candidates told after 6 s. */
const CALM_MS = 9000;

/** Milliseconds of the main thread for each second: processor time, which a busy machine spares. */
async function busyness(page, seconds) {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const read = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration').value;
    };
    const before = await read();
    const began = performance.now();
    await sleep(seconds * 1000);
    return (((await read()) - before) / ((performance.now() - began) / 1000)) * 1000;
  } finally {
    await session.detach();
  }
}

/** One page of a kind, and a crowd of ours around it that only it knows. */
function measureSubject(stage, kind, { crowd, seconds }) {
  const { site, browser, server } = stage;
  const room = freshRoom();
  return site.withFreshPage(browser, (page) =>
    site.withFreshPage(browser, async (botsPage) => {
      const subject = await sdkPeer(stage, page, kind);
      await subject.call('join', room);
      const sdk = { address: site.addressOf('ours'), options: optionsFor(server.host) };
      const id = await subject.call('ownId');
      const bots = { count: crowd, subject: id, room, sdk };
      await onPage(botsPage, 'bots.js', 'addBots', bots);
      await subject.call('met', crowd);
      await sleep(CALM_MS);
      const quiet = await busyness(page, seconds);
      await onPage(botsPage, 'bots.js', 'chatter', SAY_EVERY_MS);
      const chatting = await busyness(page, seconds);
      await onPage(botsPage, 'bots.js', 'hush');
      return { quiet, chatting };
    }),
  );
}

/** What a large room costs a page. */
export async function measure(stage) {
  const plan = stage.isQuick ? { crowd: QUICK_CROWD, seconds: 3 } : { crowd: CROWD, seconds: 8 };
  stage.tell(`A room of ${plan.crowd + 1}`);
  const samples = await measureInTurn({
    kinds: KINDS,
    rounds: Math.min(stage.rounds, 3),
    warmsUp: false,
    tell: stage.tell,
    measure: (kind) => measureSubject(stage, kind, plan),
    brief: ({ quiet, chatting }) =>
      `${quiet.toFixed(1)} ms/s, ${chatting.toFixed(1)} ms/s with messages`,
  });
  const goals = [{ beside: 'skylinkjs', atMost: 1 }];
  return {
    title: `A page in a room of ${plan.crowd + 1}`,
    note: `Data channels to ${plan.crowd} peers, no media; processor time of the page’s main thread in each second, from 9 s after the last join on: while nobody says anything, and while each peer sends a message of 100 B a second.`,
    metrics: [
      metricOf('quiet', 'ms/s', samples, ({ quiet }) => quiet, { goals }),
      metricOf('with messages', 'ms/s', samples, ({ chatting }) => chatting, { goals }),
    ],
  };
}
