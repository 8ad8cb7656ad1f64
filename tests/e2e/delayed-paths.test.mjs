import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { ImpairedPath } from './harness/impaired-path.mjs';
import { setStage } from './harness/stage.mjs';

const { scene } = setStage();

const ROUND_TRIP_MS = 80;
/** Two timers of a millisecond, and a machine that is busy. */
const SLACK_MS = 80;

let path;

before(async () => {
  path = await ImpairedPath.start({ delayMs: ROUND_TRIP_MS / 2 });
});

after(() => path?.stop());

/** What the browser knows of the ways to and from a page. */
const waysOf = (client) =>
  client.page.evaluate(async () => {
    const ways = { local: [], remote: [], roundTrips: [] };
    for (const connection of window.probes.connections) {
      for (const entry of (await connection.getStats()).values()) {
        // What it learned from its peer's answers is its relayed address.
        if (entry.type === 'local-candidate' && entry.candidateType === 'host') {
          ways.local.push(`${entry.address}:${entry.port}`);
        }
        if (entry.type === 'remote-candidate') ways.remote.push(`${entry.address}:${entry.port}`);
        if (entry.nominated && entry.state === 'succeeded') {
          ways.roundTrips.push(entry.currentRoundTripTime * 1000);
        }
      }
    }
    return ways;
  });

for (const [kind, otherKind] of [
  ['ours', 'ours'],
  ['ours', 'skylinkjs'],
]) {
  scene(`${kind} and ${otherKind} meet over a path with delay`, async ({ enter, room }) => {
    const media = { audio: true, video: true };
    const first = await enter(kind, 'First', { path });
    const second = await enter(otherKind, 'Second', { path });
    await first.join(room, media);
    await second.join(room, media);
    await Promise.all([first.waitForMedia(second), second.waitForMedia(first)]);

    const ways = [await waysOf(first), await waysOf(second)];
    const origins = new Set(ways.flatMap(({ local }) => local));
    assert.ok(origins.size >= 2, JSON.stringify(ways));
    for (const { remote, roundTrips } of ways) {
      assert.ok(remote.length > 0 && roundTrips.length > 0, JSON.stringify(ways));
      for (const address of remote) assert.ok(!origins.has(address), JSON.stringify(ways));
      const shortest = Math.min(...roundTrips);
      assert.ok(shortest >= ROUND_TRIP_MS - 2, JSON.stringify(ways));
      assert.ok(shortest <= ROUND_TRIP_MS + SLACK_MS, JSON.stringify(ways));
    }

    // Nothing goes another way: with the path cut, nothing arrives.
    await path.partition();
    const { arrived } = await path.counters();
    await first.page.waitForFunction(
      () => window.probes.connections.every((it) => it.iceConnectionState === 'disconnected'),
      null,
      { timeout: 30_000 },
    );
    const had = await first.receivedFrom(second.id);
    const counters = await path.counters();
    assert.equal(counters.arrived, arrived);
    assert.ok(counters.partitioned > 0);
    await path.heal();
    await first.waitForMedia(second, ['audio', 'video'], had);
  });
}

for (const otherKind of ['ours', 'skylinkjs']) {
  scene(
    `ours and ${otherKind}, who join while nothing arrives, meet later`,
    async ({ enter, room }) => {
      const cut = await ImpairedPath.start({ partitioned: true });
      try {
        const one = await enter('ours', 'One', { path: cut });
        const other = await enter(otherKind, 'Other', { path: cut });
        await one.join(room, { audio: true });
        await other.join(room, { audio: true });
        await one.waitFor('peerConnectionState', ({ state }) => state === 'failed', {
          limit: 60_000,
        });
        await cut.set({});
        await Promise.all([one.waitForMedia(other, ['audio']), other.waitForMedia(one, ['audio'])]);
      } finally {
        await cut.stop();
      }
    },
  );
}

scene(
  'a channel that 2.7.2 makes because ours is late carries messages',
  async ({ enter, room }) => {
    // Its second offer comes before it has heard of our channel.
    const slow = await ImpairedPath.start({ delayMs: 250 });
    try {
      const old = await enter('skylinkjs', 'Old', { path: slow });
      const client = await enter('ours', 'Client', { path: slow });
      await old.join(room, { audio: true });
      await client.join(room);
      const isItsOwn = ({ state, channelName }) =>
        state === 'open' && channelName.endsWith(`_${old.id}_${client.id}`);
      await Promise.all([old, client].map((one) => one.waitFor('dataChannelState', isItsOwn)));
      for (const [one, other] of [
        [old, client],
        [client, old],
      ]) {
        await one.call('sendP2PMessage', room, `from ${one.name}`);
        const isIt = ({ message }) => message.content === `from ${one.name}`;
        await other.waitFor('onIncomingMessage', isIt);
      }
    } finally {
      await slow.stop();
    }
  },
);
