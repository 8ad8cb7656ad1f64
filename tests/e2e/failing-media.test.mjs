import assert from 'node:assert/strict';
import { setStage } from './harness/stage.mjs';
import { joinsNow } from './second-attempt.mjs';

const { scene } = setStage();

const BOTH = { audio: true, video: true };
const NOBODY_ASKED = { permissions: [] };

const mediaEvents = (client) =>
  client.events
    .filter(({ name }) => name.startsWith('mediaAccess'))
    .map(({ name, detail }) => [name, detail.state ?? detail.isAudioFallbackError ?? null]);

function assertRefused(outcome) {
  assert.equal(outcome.error?.name, 'NotAllowedError', JSON.stringify(outcome));
}

async function allowCapture(client) {
  await client.context.grantPermissions(['camera', 'microphone']);
}

for (const kind of ['skylinkjs', 'ours']) {
  scene(`${kind}: camera and microphone refused`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client', NOBODY_ASKED);
    assertRefused(await client.attempt('joinRoom', { roomName: room, ...BOTH }));
    await client.waitFor('mediaAccessFallback', ({ state }) => state === -1);
    assert.deepEqual(mediaEvents(client), [
      ['mediaAccessFallback', 0],
      ['mediaAccessError', true],
      ['mediaAccessFallback', -1],
    ]);
    assert.equal(client.seen('mediaAccessError')[0].error.name, 'NotAllowedError');
    assert.deepEqual(client.seen('peerJoined'), []);
    if (kind === 'skylinkjs') await client.call('leaveRoom', room);
    await allowCapture(client);
    await joinsNow(client, await enter(kind, 'Peer'), room);
  });

  scene(`${kind}: camera refused without falling back to audio`, async ({ enter, room }) => {
    const options = { audioFallback: false };
    const client = await enter(kind, 'Client', { options, permissions: ['microphone'] });
    assertRefused(await client.attempt('joinRoom', { roomName: room, ...BOTH }));
    assert.deepEqual(mediaEvents(client), [['mediaAccessError', false]]);
    const tracks = await client.localTracks();
    assert.ok(tracks.every(({ readyState }) => readyState === 'ended'));
    if (kind === 'skylinkjs') await client.call('leaveRoom', room);
    await allowCapture(client);
    await joinsNow(client, await enter(kind, 'Peer'), room);
  });

  scene(`${kind}: camera refused, the microphone is used alone`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client', { permissions: ['microphone'] });
    const peer = await enter(kind, 'Peer');
    await peer.join(room, BOTH);
    const [audio, video] = await client.join(room, BOTH);
    assert.equal(audio.audio, 1);
    assert.equal(video, null);
    assert.deepEqual(mediaEvents(client), [
      ['mediaAccessFallback', 0],
      ['mediaAccessSuccess', null],
    ]);
    assert.equal(client.seen('mediaAccessSuccess')[0].isAudioFallback, true);
    await peer.waitForMedia(client, ['audio']);
    await client.waitForMedia(peer);
  });

  scene(`${kind}: capture refused outside a room`, async ({ enter }) => {
    const client = await enter(kind, 'Client', NOBODY_ASKED);
    assertRefused(await client.attempt('getUserMedia', BOTH));
    assert.deepEqual(mediaEvents(client), []);
    await allowCapture(client);
    const [audio, video] = await client.call('getUserMedia', BOTH);
    assert.equal(audio.audio, 1);
    assert.equal(video.video, 1);
  });
}
