import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { digest, inState, meet, request } from '../compat/file-scene.mjs';
import { ImpairedPath } from './harness/impaired-path.mjs';
import { KEEP_LEDGER } from './harness/ledger.mjs';
import { setStage } from './harness/stage.mjs';

const { scene } = setStage();

const ROUND_TRIP_MS = 50;
/** What a page takes on such a way, beside the connection that it has. */
const LANES = 7;
/** From this round trip on there are lanes, in seconds. */
const DELAY = 0.01;
const MOST_SENDS = 20;
/** Takes long enough for lanes to open and to be lost, on a fast machine as well. */
const LARGE_BLOB = { size: 30_000_000, seed: 30 };
const BLOB = { size: 12_000_000, seed: 12 };
/** What an outage costs takes long to make up for: associations begin slowly again. */
const SMALL_BLOB = { size: 5_000_000, seed: 5 };

/** How many peer connections a page made, and how many of them are not closed. */
const connectionsOf = (client) =>
  client.page.evaluate(() => ({
    made: window.probes.connections.length,
    alive: window.probes.connections.filter((it) => it.signalingState !== 'closed').length,
  }));

/** Remembers the longest round trip on the path in use that the browser told, in seconds; -1 if it was not asked. */
function noteRoundTrips() {
  const { getStats } = RTCPeerConnection.prototype;
  window.longestRoundTrip = -1;
  RTCPeerConnection.prototype.getStats = async function noted(...given) {
    const stats = await getStats.apply(this, given);
    for (const { type, selectedCandidatePairId } of stats.values()) {
      if (type !== 'transport') continue;
      const { currentRoundTripTime = 0 } = stats.get(selectedCandidatePairId) ?? {};
      window.longestRoundTrip = Math.max(window.longestRoundTrip, currentRoundTripTime);
    }
    return stats;
  };
}

/** Two pages of ours on a path, or directly. */
async function meetOver(path, { enter, room }, inject = KEEP_LEDGER) {
  const enterThere = (kind, name) => enter(kind, name, { path, inject });
  return meet({ enter: enterThere, room }, 'ours', 'ours');
}

/** Sends; `meanwhile` runs once so many percents have arrived. */
async function send(room, pair, blob, { at = 0, meanwhile } = {}) {
  const { sender, receiver } = pair;
  const { sent, transferId, marks } = await request(room, pair, blob, { timeout: 60 });
  const answer = receiver.attempt('respondBlobRequest', room, sender.id, transferId, true);
  if (meanwhile) {
    const isThere = ({ state, transferInfo }) =>
      state === 'downloading' && transferInfo.percentage >= at;
    await receiver.waitFor('dataTransferState', isThere, { after: marks.receiver });
    await meanwhile(transferId);
  }
  const { value } = await sent;
  assert.equal(value[0][receiver.id].success?.percentage, 100, JSON.stringify(value));
  await answer;
  const { data } = receiver.seen('onIncomingData', (detail) => detail.transferId === transferId)[0];
  assert.equal(await digest(receiver, data.blob), await digest(sender, blob));
}

/** Waits for the pages to have so many connections made and alive; they close without an event. */
async function settleAt(clients, expected) {
  for (const client of clients) {
    await client.page.waitForFunction(
      (alive) =>
        window.probes.connections.filter((it) => it.signalingState !== 'closed').length === alive,
      expected.alive,
    );
    assert.deepEqual(await connectionsOf(client), expected);
  }
}

/** Waits until a page has that many connections that carry data. */
const lanesOpen = (client, count) =>
  client.page.waitForFunction(
    (wanted) =>
      window.probes.connections.filter((it) => it.connectionState === 'connected').length >= wanted,
    count,
  );

/** Closes the first or last lane of a page that carries data; the SDK there does not hear of it. */
const closeLane = (client, place) =>
  client.page.waitForFunction((at) => {
    const [, ...lanes] = window.probes.connections.filter(
      (it) => it.connectionState === 'connected',
    );
    lanes.at(at)?.close();
    return lanes.length > 0;
  }, place);

scene('M-28: without delay a file takes one connection', async (play) => {
  const pair = await meetOver(undefined, play, noteRoundTrips);
  const both = Object.values(pair);
  const { page } = pair.sender;
  const madeByBoth = async () =>
    (await Promise.all(both.map(connectionsOf))).map(({ made }) => made);
  let before;
  let longest = DELAY;
  // On a busy machine a round trip may take so long without any delay that lanes are right.
  for (let sends = 1; longest >= DELAY; sends += 1) {
    assert.ok(sends <= MOST_SENDS, `the round trip took ${longest} s even at the last`);
    await page.evaluate(() => {
      window.longestRoundTrip = -1;
    });
    before = await madeByBoth();
    await send(play.room, pair, BLOB);
    longest = await page.evaluate(() => window.longestRoundTrip);
  }
  assert.ok(longest >= 0, 'nobody asked how long a round trip takes');
  assert.deepEqual(await madeByBoth(), before);
  await settleAt(both, { made: before[0], alive: 1 });
});

scene('M-28, M-01: on a path with delay a file takes several connections', async (play) => {
  const path = await ImpairedPath.start({ delayMs: ROUND_TRIP_MS / 2 });
  try {
    const { room, step } = play;
    const pair = await meetOver(path, play);
    const both = Object.values(pair);
    const ledgers = () => Promise.all(both.map(({ page }) => page.evaluate(() => window.ledger())));
    let before;

    await step('it arrives whole, and the connections go', async () => {
      await send(room, pair, BLOB);
      await settleAt(both, { made: 1 + LANES, alive: 1 });
      before = await ledgers();
    });

    await step('a lane that is lost does not lose it', async () => {
      await send(room, pair, LARGE_BLOB, {
        at: 30,
        meanwhile: () => Promise.all([closeLane(pair.receiver, 0), closeLane(pair.sender, -1)]),
      });
      await settleAt(both, { made: 1 + 2 * LANES, alive: 1 });
    });

    await step('an outage of all lanes does not lose it', async () => {
      await send(room, pair, SMALL_BLOB, {
        at: 20,
        meanwhile: async () => {
          await path.partition();
          await sleep(600);
          await path.heal();
        },
      });
      await settleAt(both, { made: 1 + 3 * LANES, alive: 1 });
    });

    await step('cancelling closes them', async () => {
      const { sender, receiver } = pair;
      const blob = { size: 60_000_000 };
      const { sent, transferId, marks } = await request(room, pair, blob);
      const answer = receiver.attempt('respondBlobRequest', room, sender.id, transferId, true);
      await receiver.waitFor('dataTransferState', inState('downloading'), {
        after: marks.receiver,
      });
      await lanesOpen(receiver, 2);
      await sender.call('cancelBlobTransfer', room, receiver.id, transferId);
      assert.ok((await sent).value[0][receiver.id].error);
      assert.ok((await answer).error);
      await settleAt(both, { made: 1 + 4 * LANES, alive: 1 });
    });

    await step('nothing is left behind', async () => {
      for (const [place, client] of both.entries()) {
        const { listeners, sockets, objects } = before[place];
        await client.page.waitForFunction(
          (wanted) =>
            Object.entries(wanted).every(([name, count]) => window.ledger()[name] <= count),
          { listeners, sockets, objects },
          { polling: 200 },
        );
      }
    });
  } finally {
    await path.stop();
  }
});
