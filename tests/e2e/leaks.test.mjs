import assert from 'node:assert/strict';
import { KEEP_LEDGER } from './harness/ledger.mjs';
import { setStage } from './harness/stage.mjs';

const { scene } = setStage();

const ROUNDS = 50;
/** What is made once and kept is there after so many. */
const WARM_UP = 5;
const MEDIA = { audio: true, video: { resolution: { width: 160, height: 120 }, frameRate: 5 } };

const ledger = (client) => client.page.evaluate(() => window.ledger());

/** Waits until the counts are those: what the browser reports late is taken off late. */
async function settlesAt(client, expected) {
  const isThere = (wanted) => {
    const now = window.ledger();
    return Object.entries(wanted).every(([name, count]) => now[name] === count);
  };
  await client.page
    .waitForFunction(isThere, expected, { polling: 200, timeout: 30_000 })
    .catch(() => {});
  assert.deepEqual(await ledger(client), { ...(await ledger(client)), ...expected });
}

/** One join and leave, with media both ways. */
async function visit(room, guest, host) {
  const marks = [guest.mark(), host.mark()];
  await guest.join(room, MEDIA);
  const { id } = guest;
  const comes =
    (peerId) =>
    ({ isSelf, peerId: from }) =>
      !isSelf && from === peerId;
  await Promise.all([
    guest.waitFor('onIncomingStream', comes(host.id), { after: marks[0] }),
    host.waitFor('onIncomingStream', comes(id), { after: marks[1] }),
    guest.waitFor('dataChannelState', ({ state }) => state === 'open', { after: marks[0] }),
  ]);
  await guest.call('leaveRoom', room);
  await host.waitFor('peerLeft', ({ peerId }) => peerId === id, { after: marks[1] });
}

/** Joins and leaves often; `check` compares what is alive at a page in the end with what was. */
function leavesNothing(title, options, check) {
  scene(title, async ({ enter, room, step }) => {
    const given = { inject: KEEP_LEDGER, plays: false, options };
    const host = await enter('ours', 'Host', given);
    const guest = await enter('ours', 'Guest', given);
    await host.join(room, MEDIA);
    const alone = { host: null, guest: null };

    await step('the first rounds', async () => {
      for (let round = 0; round < WARM_UP; round += 1) await visit(room, guest, host);
      await settlesAt(guest, { connections: 0, tracks: 0, sockets: 0, timers: 0 });
      await settlesAt(host, { connections: 0, tracks: 2, sockets: 1 });
      alone.guest = await ledger(guest);
      alone.host = await ledger(host);
      assert.equal(alone.guest.engines, 1);
      assert.ok(alone.guest.objects > 0 && alone.host.listeners > 0);
    });

    await step('all the others', async () => {
      for (let round = WARM_UP; round < ROUNDS; round += 1) await visit(room, guest, host);
    });

    for (const [who, client] of [
      ['guest', guest],
      ['host', host],
    ]) {
      await step(`as much is alive at the ${who} as before`, async () => {
        const { bytes, ...counts } = alone[who];
        await settlesAt(client, counts);
        check?.(bytes, (await ledger(client)).bytes);
      });
    }
  });
}

leavesNothing(`${ROUNDS} times in and out of a room leave nothing behind`);

// Reports wait in memory for five seconds, so how much there is at its peak depends on how fast the rounds are.
leavesNothing(
  `${ROUNDS} times in and out of a room, without reports, take no more memory`,
  { enableStatsGathering: false },
  (before, now) => {
    assert.ok(now - before <= 65_536, `the module's memory grew from ${before} to ${now} bytes`);
  },
);
