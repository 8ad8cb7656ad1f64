import assert from 'node:assert/strict';
import { digest, gather, meet, request } from '../compat/file-scene.mjs';
import { ImpairedPath } from './harness/impaired-path.mjs';
import { setStage } from './harness/stage.mjs';

const { scene } = setStage();

const BLOB = { size: 30_000_000, seed: 30 };
/** A transfer that outlives an outage has to be patient. */
const PATIENCE_SECONDS = 120;

/** Runs in the page: `window.channels` are those that it opened, in their order. */
const KEEP_CHANNELS = () => {
  window.channels = [];
  const { createDataChannel } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createDataChannel = function create(...given) {
    const channel = createDataChannel.apply(this, given);
    window.channels.push(Object.assign(channel, { connection: this }));
    return channel;
  };
};

/** Sends a file, breaks off what `breakOff` does at so many percents, and expects all of it. */
async function send(room, { sender, receiver }, at, breakOff, options) {
  const { sent, transferId, marks } = await request(room, { sender, receiver }, BLOB, options);
  const answer = receiver.attempt('respondBlobRequest', room, sender.id, transferId, true);
  answer.catch(() => {});
  const isThere = ({ state, transferInfo }) =>
    state === 'downloading' && transferInfo.percentage >= at;
  await receiver.waitFor('dataTransferState', isThere, { after: marks.receiver });
  await breakOff(transferId);
  const { value } = await sent;
  assert.equal(value[0][receiver.id].success?.percentage, 100, JSON.stringify(value));
  assert.equal((await answer).value[sender.id].success.percentage, 100);
  const { data } = receiver.seen('onIncomingData', (detail) => detail.transferId === transferId)[0];
  assert.equal(await digest(receiver, data.blob), await digest(sender, BLOB));
  // Never back to the beginning.
  const parts = receiver
    .seen('dataTransferState', ({ state }) => state === 'downloading', marks.receiver)
    .map(({ transferInfo }) => transferInfo.percentage);
  assert.deepEqual(
    parts,
    parts.toSorted((one, other) => one - other),
  );
}

scene('M-28, E-08: a file goes on through another channel when its own is lost', async (play) => {
  const { enter, room } = play;
  const enterWatched = (kind, name) => enter(kind, name, { inject: KEEP_CHANNELS });
  const pair = await meet({ enter: enterWatched, room }, 'ours', 'ours');
  const { page } = pair.sender;
  let label;
  await send(room, pair, 20, async (transferId) => {
    label = transferId;
    await page.evaluate((id) => window.channels.find((it) => it.label === id).close(), transferId);
  });
  // Lanes have connections of their own; a busy machine may look like a path with delay.
  const opened = await page.evaluate((id) => {
    const [first, ...others] = window.channels.filter((it) => it.label === id);
    return others.filter(({ connection }) => connection === first.connection).length;
  }, label);
  assert.equal(opened, 1);
});

scene('M-28, M-25: a file goes on when ICE was restarted after an outage', async (play) => {
  const path = await ImpairedPath.start({ delayMs: 1 });
  try {
    const { enter, room } = play;
    const pair = await meet(
      { enter: (kind, name) => enter(kind, name, { path }), room },
      'ours',
      'ours',
    );
    await send(room, pair, 10, async () => {
      const { sender, receiver } = pair;
      const mark = sender.mark();
      await path.partition();
      const isCut = ({ state }) => state === 'disconnected' || state === 'failed';
      await sender.waitFor('iceConnectionState', isCut, { after: mark });
      await path.heal();
      await sender.call('refreshConnection', room, receiver.id, true);
    });
  } finally {
    await path.stop();
  }
});

scene('M-28, E-08: what an outage broke comes back by itself', async ({ enter, room }) => {
  const path = await ImpairedPath.start({ delayMs: 1 });
  try {
    const [sender, receiver, onlooker] = [
      await enter('ours', 'Sender', { path }),
      await enter('ours', 'Receiver', { path }),
      await enter('skylinkjs', 'Onlooker', { path }),
    ];
    await gather(room, [sender, receiver, onlooker]);
    const ours = [sender, receiver];
    for (const client of ours) client.callLimitMs = PATIENCE_SECONDS * 1000;
    const cut = ours.map((client) => [client, onlooker]);
    const healed = [...cut, [sender, receiver], [receiver, sender]];
    const marked = () => new Map(ours.map((client) => [client, client.mark()]));
    const reach = (connections, state, marks = marked()) =>
      Promise.all(
        connections.map(([client, { id }]) => {
          const isIt = (detail) => detail.state === state && detail.peerId === id;
          return client.waitFor('peerConnectionState', isIt, { after: marks.get(client) });
        }),
      );
    let marks;
    const outage = async () => {
      await path.partition();
      // Between two of ours one may hear of the other's restart before it has seen a failure.
      await reach(cut, 'failed');
      // The second time it is the restart that comes to nothing, after half a minute in all.
      await reach(cut, 'failed');
      marks = marked();
      await path.heal();
    };
    await send(room, { sender, receiver }, 10, outage, { timeout: PATIENCE_SECONDS });
    await reach(healed, 'connected', marks);
    for (const client of ours) {
      await onlooker.call('sendP2PMessage', room, 'There?', client.id);
      const isIt = ({ message, peerId }) => message.content === 'There?' && peerId === onlooker.id;
      await client.waitFor('onIncomingMessage', isIt, { after: marks.get(client) });
    }
  } finally {
    await path.stop();
  }
});
