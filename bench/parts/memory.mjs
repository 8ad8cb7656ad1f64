import { freshRoom, onPage, sdkPeer } from '../pairs.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { KINDS } from '../site.mjs';

const GUESTS = 5;
const KIB = 1024;

/** Bytes of JavaScript objects and of the module, after everything that can be freed is. */
async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  try {
    for (let time = 0; time < 2; time += 1) await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return { objects: usedSize, module: await onPage(page, 'heap.js', 'wasmMemory') };
  } finally {
    await session.detach();
  }
}

async function openPeer(stage, page, kind) {
  await page.evaluate(() => import('/page/heap.js'));
  return sdkPeer(stage, page, kind);
}

/** A host, and guests who come to stay. */
function measurePeers(stage, kind) {
  const room = freshRoom();
  return stage.site.withFreshPage(stage.browser, async (hostPage) => {
    const host = await openPeer(stage, hostPage, kind);
    await host.call('join', room);
    const heaps = [];
    const withGuests = (count) =>
      stage.site.withFreshPage(stage.browser, async (page) => {
        const guest = await openPeer(stage, page, kind);
        await guest.call('join', room);
        await guest.call('met', count);
        await host.call('met', count);
        heaps.push(await heapOf(hostPage));
        if (count < GUESTS) await withGuests(count + 1);
      });
    await withGuests(1);
    const perPeer = (part) => (heaps.at(-1)[part] - heaps[0][part]) / (GUESTS - 1) / KIB;
    return {
      objects: perPeer('objects'),
      module: perPeer('module'),
      whole: (heaps[0].objects + heaps[0].module) / KIB,
    };
  });
}

/** A guest who comes and goes; by how much the host has grown after so many times. */
function measureRounds(stage, kind, { warmUp, rounds }) {
  const room = freshRoom();
  const { site, browser } = stage;
  return site.withFreshPage(browser, (hostPage) =>
    site.withFreshPage(browser, async (guestPage) => {
      const host = await openPeer(stage, hostPage, kind);
      const guest = await openPeer(stage, guestPage, kind);
      await host.call('join', room);
      const visit = async () => {
        await guest.call('join', room);
        await Promise.all([guest, host].map((peer) => peer.call('met', 1)));
        await guest.call('leave');
        await Promise.all([guest, host].map((peer) => peer.call('met', 0)));
      };
      for (let round = 0; round < warmUp; round += 1) await visit();
      const total = async () => {
        const { objects, module } = await heapOf(hostPage);
        return objects + module;
      };
      const before = await total();
      for (let round = 0; round < rounds; round += 1) await visit();
      return ((await total()) - before) / KIB;
    }),
  );
}

/** What a page keeps in memory. */
export async function measure(stage) {
  stage.tell('Memory of each peer');
  const peers = await measureInTurn({
    kinds: KINDS,
    rounds: Math.min(stage.rounds, 3),
    warmsUp: false,
    tell: stage.tell,
    measure: (kind) => measurePeers(stage, kind),
    brief: ({ objects, module, whole }) =>
      `${objects.toFixed(0)} + ${module.toFixed(0)} KiB each, ${whole.toFixed(0)} KiB with one`,
  });
  const plan = stage.isQuick ? { warmUp: 3, rounds: 10 } : { warmUp: 10, rounds: 100 };
  stage.tell(`Memory after ${plan.rounds} joins and leaves`);
  const rounds = await measureInTurn({
    kinds: KINDS,
    rounds: 1,
    warmsUp: false,
    tell: stage.tell,
    measure: (kind) => measureRounds(stage, kind, plan),
    brief: (grown) => `${grown.toFixed(0)} KiB more`,
  });
  const goals = [{ beside: 'skylinkjs', atMost: 1 }];
  const each = ({ objects, module }) => objects + module;
  return {
    title: 'Memory of a page',
    note: 'Objects of JavaScript and the memory of the module, after garbage was collected; the browser’s own part of a connection is the same for both. A module’s memory grows in steps of 64 KiB and never shrinks.',
    metrics: [
      metricOf('page with one peer', 'KiB', peers, ({ whole }) => whole, { goals }),
      metricOf('each further peer', 'KiB', peers, each, { goals }),
      metricOf(`growth in ${plan.rounds} joins and leaves`, 'KiB', rounds, (it) => it, { goals }),
    ],
  };
}
