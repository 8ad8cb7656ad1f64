import assert from 'node:assert/strict';
import { setStage } from './harness/stage.mjs';

const { scene } = setStage();

const BOTH = { audio: true, video: true };

const ownStreams = (client) => client.seen('onIncomingStream', ({ isSelf }) => isSelf);

async function seeEachOther(one, other) {
  await Promise.all([one.waitForMedia(other), other.waitForMedia(one)]);
}

async function assertAllEnded(client) {
  const tracks = await client.localTracks();
  assert.ok(tracks.length > 0);
  assert.ok(tracks.every(({ readyState }) => readyState === 'ended'));
}

for (const kind of ['skylinkjs', 'ours']) {
  scene(`${kind} joins with streams that it got before`, async ({ enter, room }) => {
    const peer = await enter('skylinkjs', 'Peer');
    await peer.join(room, BOTH);
    const client = await enter(kind, 'Client');
    const [audio, video] = await client.call('getUserMedia', BOTH);
    assert.deepEqual([audio.audio, audio.video, video.audio, video.video], [1, 0, 0, 1]);
    const after = client.mark();
    const outcome = await client.call('joinRoom', { roomName: room }, [audio, video]);
    assert.equal(outcome, null);
    client.id = (await client.waitFor('peerJoined', ({ isSelf }) => isSelf, { after })).peerId;
    await seeEachOther(client, peer);
    assert.equal(ownStreams(client).length, 2);
    assert.deepEqual(client.seen('mediaAccessSuccess'), []);
    await client.call('leaveRoom', room);
    await assertAllEnded(client);
  });

  scene(`${kind} joins with one stream of the application's own`, async ({ enter, room }) => {
    const peer = await enter('skylinkjs', 'Peer');
    await peer.join(room, BOTH);
    const client = await enter(kind, 'Client');
    const stream = await client.capture(BOTH);
    const outcome = await client.call('joinRoom', { roomName: room }, stream);
    assert.equal(outcome, null);
    client.id = (await client.waitFor('peerJoined', ({ isSelf }) => isSelf)).peerId;
    await seeEachOther(client, peer);
    // Sound and picture are sent as two streams, so their ids are new ones.
    const ids = ownStreams(client).map(({ streamId }) => streamId);
    assert.equal(new Set(ids).size, 2);
    assert.ok(!ids.includes(stream.stream));
  });

  scene(`${kind} refuses streams that cannot be used`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    const { error } = await client.attempt('joinRoom', { roomName: room }, [null]);
    const text = error.message ?? error;
    assert.equal(text, 'Invalid prefetched streams provided');
  });

  scene(`${kind} captures in the room and sends it to those who come`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    await client.join(room);
    assert.deepEqual(ownStreams(client), []);
    const [audio, video] = await client.call('getUserMedia', room, BOTH);
    assert.deepEqual(
      ownStreams(client).map(({ streamId }) => streamId),
      [audio.stream, video.stream],
    );
    assert.equal(client.seen('mediaAccessSuccess').length, 2);
    const { [client.id]: own } = await client.call('getStreams', room);
    assert.deepEqual(Object.keys(own.streams.audio), [audio.stream]);
    assert.deepEqual(Object.keys(own.streams.video), [video.stream]);
    const peer = await enter('skylinkjs', 'Peer');
    await peer.join(room, BOTH);
    await seeEachOther(client, peer);
  });

  scene(`${kind} keeps its streams when it leaves and asks for that`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    await client.join(room, BOTH);
    await client.call('leaveRoom', room, false);
    const kept = await client.localTracks();
    assert.deepEqual(
      kept.map(({ readyState }) => readyState),
      ['live', 'live'],
    );
    await client.join(`${room}-next`, BOTH);
    await client.call('leaveRoom', `${room}-next`);
    const now = await client.localTracks();
    assert.deepEqual(
      now.map(({ readyState }) => readyState),
      ['live', 'live', 'ended', 'ended'],
    );
  });

  scene(`${kind} starts muted when asked to`, async ({ enter, room }) => {
    const peer = await enter('skylinkjs', 'Peer');
    await peer.join(room, BOTH);
    const client = await enter(kind, 'Client');
    const [audio, video] = await client.join(room, {
      audio: { mute: true },
      video: { mute: true },
    });
    const { peerInfo } = await peer.waitFor('peerJoined', ({ peerId }) => peerId === client.id);
    assert.equal(peerInfo.mediaStatus[audio.stream].audioMuted, 0);
    assert.equal(peerInfo.mediaStatus[video.stream].videoMuted, 0);
  });
}
