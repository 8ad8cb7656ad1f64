import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const KINDS = ['ours', 'skylinkjs'];
const PRIVILEGED = { options: { appKey: 'demo-privileged' } };

for (const kind of KINDS) {
  scene(
    `M-08, E-23, C-24: ${kind} with a privileged key lists the peers of all rooms`,
    async ({ enter, room }) => {
      const other = `${room}-other`;
      const member = await enter('skylinkjs', 'Member');
      const stranger = await enter('ours', 'Stranger');
      const guard = await enter(kind, 'Guard', PRIVILEGED);
      await member.join(room);
      await stranger.join(other);
      await guard.join(room);
      const list = await guard.call('getPeers', room);
      assert.deepEqual(list[room], [member.id]);
      assert.deepEqual(list[other], [stranger.id]);
      const states = guard.seen('getPeersStateChange');
      assert.deepEqual(states, [
        { state: 'enquired', privilegePeerId: guard.id, peerList: null },
        { state: 'dispatched', privilegePeerId: null, peerList: list },
        { state: 'received', privilegePeerId: guard.id, peerList: list },
      ]);
      const all = await guard.call('getPeers', room, true);
      assert.deepEqual(all[room], [member.id, guard.id]);
    },
  );

  scene(`M-08, R-33: ${kind} without privileges lists nobody`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    await client.join(room);
    const { error } = await client.attempt('getPeers', room);
    assert.equal(error.message, 'Please upgrade your key to privileged to use this function');
    assert.equal(await client.call('getPeers', 'nowhere'), null);
    assert.deepEqual(client.seen('getPeersStateChange'), []);
  });

  scene(`M-09, T-02: ${kind} tells the settings of the others`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    const peer = await enter('ours', 'Peer');
    await client.join(room);
    assert.deepEqual(await client.call('getPeersCustomSettings', room), {});
    assert.equal(await client.call('getPeersCustomSettings', 'nowhere'), null);
    await peer.join(room, { audio: true, bandwidth: { audio: 50 } });
    await client.waitFor('dataChannelState', ({ state }) => state === 'open');
    const settings = await client.call('getPeersCustomSettings', room);
    assert.deepEqual(Object.keys(settings), [peer.id]);
    const { audio, video, data, maxBandwidth } = settings[peer.id];
    const expected = { stereo: false, echoCancellation: true, exactConstraints: false };
    assert.deepEqual(Object.values(audio), [expected]);
    assert.equal(video, false);
    assert.equal(data, true);
    assert.deepEqual(maxBandwidth, { audio: 50 });
  });
}

scene('M-08, B21: two lists asked for at once answer each call', async ({ enter, room }) => {
  const guard = await enter('ours', 'Guard', PRIVILEGED);
  await guard.join(room);
  const [some, all] = await guard.attemptTogether([
    ['getPeers', room],
    ['getPeers', room, true],
  ]);
  assert.equal(some.value[room], undefined);
  assert.deepEqual(all.value[room], [guard.id]);
});
