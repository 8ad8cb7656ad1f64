import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';
import { assertError, joinsNow } from '../e2e/second-attempt.mjs';

const { scene } = setStage();

const AUDIO = { audio: true };
const ofPeer = (id) => (detail) => detail.peerId === id && !detail.isSelf;

async function assertNothingCaptured(client) {
  const tracks = await client.localTracks();
  assert.ok(tracks.every(({ readyState }) => readyState === 'ended'));
}

for (const kind of ['skylinkjs', 'ours']) {
  for (const other of ['skylinkjs', 'ours']) {
    scene(
      `M-20, E-05, E-06: ${kind} joins the same room twice, ${other} follows`,
      async ({ enter, room }) => {
        const peer = await enter(other, 'Peer');
        await peer.join(room, AUDIO);
        const client = await enter(kind, 'Client');
        await client.join(room, AUDIO);
        const firstId = client.id;
        await peer.waitForMedia(client, ['audio']);
        await client.join(room, AUDIO);
        assert.notEqual(client.id, firstId);
        await peer.waitFor('peerLeft', ofPeer(firstId));
        await peer.waitFor('peerJoined', ofPeer(client.id));
        await peer.waitForMedia(client, ['audio']);
        await client.waitForMedia(peer, ['audio']);
      },
    );

    scene(
      `M-11, E-06: the page of ${kind} is closed, ${other} is told`,
      async ({ enter, room }) => {
        const peer = await enter(other, 'Peer');
        await peer.join(room, AUDIO);
        const client = await enter(kind, 'Client');
        await client.join(room, AUDIO);
        await peer.waitForMedia(client, ['audio']);
        await client.page.close();
        const { peerInfo } = await peer.waitFor('peerLeft', ofPeer(client.id));
        assert.equal(peerInfo.userData, 'Client');
        const left = await peer.call('getPeersInRoom', room);
        assert.deepEqual(Object.keys(left), [peer.id]);
      },
    );
  }

  scene(`M-21, E-06: ${kind} leaves all rooms`, async ({ enter, room }) => {
    const [red, blue] = [`${room}-red`, `${room}-blue`];
    const client = await enter(kind, 'Client');
    await client.join(red, AUDIO);
    await client.join(blue, AUDIO);
    assert.deepEqual((await client.call('leaveAllRooms')).sort(), [blue, red]);
    assert.equal(client.seen('peerLeft', ({ isSelf }) => isSelf).length, 2);
    await assertNothingCaptured(client);
    await joinsNow(client, await enter(kind, 'Peer'), red);
  });

  scene(`M-20, M-22: ${kind} comes back after leaving`, async ({ enter, room }) => {
    const peer = await enter(kind, 'Peer');
    await peer.join(room, AUDIO);
    const client = await enter(kind, 'Client');
    const ids = new Set();
    for (let round = 1; round <= 3; round += 1) {
      await client.join(room, AUDIO);
      ids.add(client.id);
      await Promise.all([
        client.waitForMedia(peer, ['audio']),
        peer.waitForMedia(client, ['audio']),
      ]);
      await client.call('leaveRoom', room);
      await peer.waitFor('peerLeft', ofPeer(client.id));
      await assertNothingCaptured(client);
    }
    assert.equal(ids.size, 3);
  });

  scene(
    `M-07, M-22: ${kind} finds its rooms whatever the case of their names`,
    async ({ enter, room }) => {
      const client = await enter(kind, 'Client');
      await client.join(room);
      assert.equal((await client.call('getPeerInfo', room.toUpperCase())).userData, 'Client');
      assert.equal(await client.call('leaveRoom', room.toUpperCase()), room);
    },
  );

  scene(
    `M-20, O-01, R-07: ${kind} joins its default room, and no room at all without one`,
    async ({ enter, room }) => {
      const homely = await enter(kind, 'Homely', { options: { defaultRoom: room } });
      await homely.call('joinRoom', {});
      const { room: joined } = await homely.waitFor('peerJoined');
      assert.equal(joined.roomName, room);
      const homeless = await enter(kind, 'Homeless');
      const { error } = await homeless.attempt('joinRoom', {});
      assert.equal(error.message ?? error, 'No room name specified');
    },
  );
}

scene(
  'M-22, Q-04: leaving during the join ends it, and nothing stays behind',
  async ({ enter, room }) => {
    const witness = await enter('ours', 'Witness');
    await witness.join(room, AUDIO);
    const client = await enter('ours', 'Client');
    const [joined, left] = await client.attemptTogether([
      ['joinRoom', { roomName: room, ...AUDIO }],
      ['leaveRoom', room],
    ]);
    assertError(joined, 'LEFT_DURING_JOIN');
    assert.equal(left.error, undefined, JSON.stringify(left));

    // What is waited for between the two calls, so that each stage of the join is cut off.
    const stages = [
      (after) =>
        client.waitFor('readyStateChange', ({ readyState }) => readyState === 2, { after }),
      (after) => client.waitFor('channelOpen', undefined, { after }),
      (after) => client.waitFor('mediaAccessSuccess', undefined, { after }),
    ];
    for (const reached of stages) {
      const after = client.mark();
      const joining = client.attempt('joinRoom', { roomName: room, ...AUDIO });
      await reached(after);
      const leaving = await client.attempt('leaveRoom', room);
      assert.equal(leaving.error, undefined, JSON.stringify(leaving));
      const outcome = await joining;
      // The answer may have been quicker than the call to leave.
      if (outcome.error !== undefined) assertError(outcome, 'LEFT_DURING_JOIN');
      await assertNothingCaptured(client);
      assert.equal(await client.call('getPeerInfo', room), null);
    }
    await joinsNow(client, await enter('ours', 'Peer'), room);
    await client.waitFor('peerJoined', ({ peerId }) => peerId === witness.id);
    const inRoom = await witness.call('getPeersInRoom', room);
    assert.equal(Object.keys(inRoom).length, 3);
  },
);

scene(
  'M-21, Q-05: leaving all rooms without having joined one settles',
  async ({ enter, room }) => {
    const client = await enter('ours', 'Client');
    assert.deepEqual(await client.call('leaveAllRooms'), []);
    await joinsNow(client, await enter('ours', 'Peer'), room);
  },
);
