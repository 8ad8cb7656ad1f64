import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const AUDIO = { audio: true };
const KINDS = ['ours', 'skylinkjs'];

const ofPeer = (peer) => (detail) => detail.peerId === peer.id && !detail.isSelf;
const sorted = (object) => Object.keys(object).sort();

const PEER_INFO = ['agent', 'config', 'mediaStatus', 'room', 'settings', 'userData'];
const ROOM = ['duration', 'id', 'inRoom', 'isLocked', 'roomName', 'roomSessionId'];

async function meet(enter, room, first, second, options = AUDIO) {
  const one = await enter(first, 'One');
  const two = await enter(second, 'Two');
  await one.join(room, options);
  await two.join(room, options);
  await Promise.all([
    one.waitFor('peerJoined', ofPeer(two)),
    two.waitFor('peerJoined', ofPeer(one)),
  ]);
  await Promise.all([one.waitForMedia(two, ['audio']), two.waitForMedia(one, ['audio'])]);
  return [one, two];
}

function assertAgent(agent) {
  assert.equal(agent.name, 'chrome');
  assert.equal(typeof agent.version, 'number');
  assert.equal(agent.pluginVersion, null);
  assert.equal(agent.SMProtocolVersion, '2.1.0');
  assert.equal(agent.DTProtocolVersion, '0.1.3');
  assert.match(agent.SDKVersion, /^\d+\.\d+\.\d+/);
}

/** What one client knows of a member, itself included. */
function assertPeerInfo(info, { name, hasVideo = false }) {
  assert.deepEqual(sorted(info), PEER_INFO);
  assert.equal(info.userData, name);
  assert.deepEqual(sorted(info.room), ROOM);
  assert.equal(info.room.inRoom, true);
  assert.equal(info.room.isLocked, false);
  assertAgent(info.agent);
  assert.deepEqual(sorted(info.config), [
    'enableDataChannel',
    'enableIceRestart',
    'priorityWeight',
  ]);
  assert.equal(typeof info.config.priorityWeight, 'number');
  const streamIds = Object.keys(info.mediaStatus);
  assert.equal(streamIds.length, hasVideo ? 2 : 1);
  assert.deepEqual(info.mediaStatus[streamIds[0]], { audioMuted: 1, videoMuted: -1 });
  assert.deepEqual(info.settings.audio[streamIds[0]], {
    stereo: false,
    echoCancellation: true,
    exactConstraints: false,
  });
  assert.equal(info.settings.video, false);
}

scene(
  'M-07, M-11, E-05, T-01, T-02, T-03, T-04, S-11, S-12: what clients know of each other',
  async ({ enter, step, room }) => {
    const [one, two] = await meet(enter, room, ...KINDS);
    for (const [client, peer] of [
      [one, two],
      [two, one],
    ]) {
      await step(`${client.kind}: getPeerInfo of itself and of the other`, async () => {
        assertPeerInfo(await client.call('getPeerInfo', room), client);
        assertPeerInfo(await client.call('getPeerInfo', room, client.id), client);
        assertPeerInfo(await client.call('getPeerInfo', room, peer.id), peer);
        assert.equal(await client.call('getPeerInfo', room, 'nobody'), '[undefined]');
      });
      await step(`${client.kind}: getPeersInRoom, the own entry last`, async () => {
        const peers = await client.call('getPeersInRoom', room);
        assert.deepEqual(Object.keys(peers), [peer.id, client.id]);
        for (const [id, { isSelf, ...info }] of Object.entries(peers)) {
          assert.equal(isSelf, id === client.id);
          assertPeerInfo(info, id === client.id ? client : peer);
        }
      });
      await step(`${client.kind}: peerJoined of both`, async () => {
        const own = client.seen('peerJoined', ({ isSelf }) => isSelf)[0];
        assert.deepEqual(sorted(own), ['isSelf', 'peerId', 'peerInfo', 'peerSessionId', 'room']);
        assert.equal(typeof own.peerSessionId, 'string');
        const [other] = client.seen('peerJoined', ofPeer(peer));
        assert.deepEqual(sorted(other), ['isSelf', 'peerId', 'peerInfo', 'room']);
        assert.deepEqual(sorted(other.room), ROOM);
        assert.equal(other.peerInfo.userData, peer.name);
      });
      await step(`${client.kind}: payloads are copies`, async () => {
        const changed = await client.page.evaluate((name) => {
          window.skylink.getPeerInfo(name).userData = 'changed';
          window.skylink.getPeersInRoom(name);
          return window.skylink.getPeerInfo(name).userData;
        }, room);
        assert.equal(changed, client.name);
      });
    }
  },
);

scene('M-22, E-06: leaving is told to both sides with what was known', async ({ enter, room }) => {
  const [one, two] = await meet(enter, room, ...KINDS);
  const third = await enter('ours', 'Three');
  await third.join(room);
  for (const leaver of [two, one]) {
    await third.waitFor('peerJoined', ofPeer(leaver));
    assert.equal(await leaver.call('leaveRoom', room), room);
    const own = await leaver.waitFor('peerLeft', ({ isSelf }) => isSelf);
    assert.deepEqual(sorted(own), ['isSelf', 'peerId', 'peerInfo', 'room']);
    assert.equal(own.room.inRoom, false);
    assert.equal(own.peerId, leaver.id);
    const told = await third.waitFor('peerLeft', ofPeer(leaver));
    assert.deepEqual(sorted(told), ['isSelf', 'peerId', 'peerInfo', 'room']);
    assert.equal(told.peerInfo.userData, leaver.name);
    assert.equal(await third.call('getPeerInfo', room, leaver.id), '[undefined]');
    assert.equal(await leaver.call('getPeerInfo', room), null);
    if (leaver === two) await one.waitForConnectionCount(room, 1);
  }
  assert.deepEqual(Object.keys(await third.call('getPeersInRoom', room)), [third.id]);
});

scene(
  'M-18, M-35, E-04, T-01: custom data set in the room reach the others',
  async ({ enter, step, room }) => {
    const [one, two] = await meet(enter, room, ...KINDS);
    for (const [client, peer] of [
      [one, two],
      [two, one],
    ]) {
      for (const data of ['text', { nested: { list: [1, 'two', null] } }, 7, true]) {
        await step(`${client.kind} sets ${JSON.stringify(data)}`, async () => {
          const after = peer.mark();
          const ownAfter = client.mark();
          assert.equal(await client.call('setUserData', room, data), '[undefined]');
          const own = await client.waitFor('peerUpdated', ({ isSelf }) => isSelf, {
            after: ownAfter,
          });
          assert.deepEqual(sorted(own), ['isSelf', 'peerId', 'peerInfo']);
          assert.deepEqual(own.peerInfo.userData, data);
          assert.deepEqual(await client.call('getUserData', room), data);
          const told = await peer.waitFor('peerUpdated', ofPeer(client), { after });
          assert.deepEqual(told.peerInfo.userData, data);
          assert.deepEqual(await peer.call('getUserData', room, client.id), data);
        });
      }
    }
  },
);

for (const kind of KINDS) {
  scene(`M-18: getUserData of ${kind} where there is none`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    const peer = await enter('ours', 'Peer');
    await peer.join(room, { userData: undefined });
    await client.join(room, { userData: undefined });
    await client.waitFor('peerJoined', ofPeer(peer));
    assert.equal(await client.call('getUserData', room), '[undefined]');
    assert.equal(await client.call('getUserData', room, peer.id), '');
    await client.call('setUserData', room, 'mine');
    assert.equal(await client.call('getUserData', room, 'nobody'), 'mine');
  });
}

scene('M-35, Q-21: custom data of ours read back as they were set', async ({ enter, room }) => {
  const [one, two] = await meet(enter, room, 'ours', 'skylinkjs');
  for (const data of ['{"looks":"like JSON"}', '', null, false, 0, [], {}]) {
    const after = two.mark();
    await one.call('setUserData', room, data);
    assert.deepEqual(await one.call('getUserData', room), data);
    await two.waitFor('peerUpdated', ofPeer(one), { after });
  }
  // Last, so that the others have been taken in: what peers know is a value as well.
  const after = two.mark();
  await one.call('setUserData', room, { at: 'last' });
  await two.waitFor('peerUpdated', (detail) => detail.peerInfo.userData?.at === 'last', { after });
  assert.deepEqual(two.pageErrors, []);
});

for (const kind of KINDS) {
  scene(`M-35, Q-31: ${kind} sets custom data while a peer comes in`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    await client.join(room, AUDIO);
    const peer = await enter('ours', 'Peer');
    const joining = peer.call('joinRoom', { roomName: room, ...AUDIO });
    await client.waitFor('peerJoined', ({ isSelf }) => !isSelf);
    await client.call('setUserData', room, { set: 'early' });
    await joining;
    const about = ({ peerInfo, isSelf }) => !isSelf && peerInfo.userData?.set === 'early';
    await peer.until(
      () => peer.seen('peerUpdated', about)[0] ?? peer.seen('peerJoined', about)[0],
      'the custom data set during the handshake',
    );
  });
}
