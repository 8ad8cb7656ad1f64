import assert from 'node:assert/strict';
import { gather, inState, request } from '../compat/file-scene.mjs';
import { setStage } from './harness/stage.mjs';
import { INJECTOR } from './harness/trap.mjs';

const { scene } = setStage();

/** Joins another room, and traps while that is under way. */
const trapDuringJoin = async (room) => {
  const joining = window.driver.call('joinRoom', { roomName: `${room}-other` });
  window.trapNext();
  return Promise.all([window.driver.call('getPeersInRoom', room), joining]);
};

scene(
  'a trap ends everything at once, and the room can be joined anew',
  async ({ enter, room, step }) => {
    const client = await enter('ours', 'Client', { inject: INJECTOR });
    const peer = await enter('ours', 'Peer');
    await client.join(room, { audio: true, video: true });
    await peer.join(room, { audio: true, video: true });
    await peer.waitForMedia(client);
    const firstId = client.id;

    await step('the call that trapped and every pending promise reject', async () => {
      const outcomes = await client.page.evaluate(trapDuringJoin, room);
      assert.deepEqual(
        outcomes.map(({ error }) => error?.code),
        ['ENGINE_DIED', 'ENGINE_DIED'],
      );
    });

    await step('`fatal` fires once; connections and tracks are closed', async () => {
      assert.equal(client.seen('fatal').length, 1);
      assert.equal(client.seen('fatal')[0].error.code, 'ENGINE_DIED');
      assert.deepEqual(await client.connectionStates(), ['closed']);
      const live = (await client.localTracks()).filter(({ readyState }) => readyState === 'live');
      assert.deepEqual(live, []);
      await peer.waitFor('peerLeft', ({ peerId }) => peerId === firstId);
    });

    await step('the same room with the same options', async () => {
      const after = client.mark();
      await client.page.evaluate(() => window.driver.rejoin());
      client.id = (await client.waitFor('peerJoined', ({ isSelf }) => isSelf, { after })).peerId;
      assert.notEqual(client.id, firstId);
      await Promise.all([peer.waitForMedia(client), client.waitForMedia(peer)]);
      assert.equal(await peer.call('getUserData', room, client.id), 'Client');
    });
  },
);

scene(
  'a trap ends a file that is being written to a stream of the app',
  async ({ enter, room }) => {
    const sender = await enter('ours', 'Sender');
    const receiver = await enter('ours', 'Receiver', { inject: INJECTOR });
    await gather(room, [sender, receiver]);
    const { sent, transferId } = await request(room, { sender, receiver }, { size: 30_000_000 });
    const writable = { name: 'slow', rest: 300 };
    const answer = [room, sender.id, transferId, true, { writable }];
    const answered = receiver.attempt('respondBlobRequest', ...answer);
    await receiver.waitFor('dataTransferState', inState('downloading'));

    await receiver.page.evaluate((name) => {
      window.trapNext();
      return window.driver.call('getPeersInRoom', name);
    }, room);

    assert.equal((await answered).error.code, 'ENGINE_DIED');
    assert.equal(await receiver.page.evaluate(() => window.files.ended('slow')), 'aborted');
    const [outcome] = (await sent).value;
    assert.ok(outcome[receiver.id].error);
  },
);
