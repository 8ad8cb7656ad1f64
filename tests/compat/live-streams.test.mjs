import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { setStage } from '../e2e/harness/stage.mjs';
import { freePort, RtmpSink } from './rtmp-sink.mjs';

const config = '[live_streams]\nprivate_addresses = true\n[keys.demo]\nmcu = true\n';
const stage = setStage({ server: { config } });
const { scene } = stage;

const MEDIA = { audio: true, video: { resolution: { width: 160, height: 120 }, frameRate: 10 } };
const STARTED = 0;
const STOPPED = 1;
const FAILED = -1;
/** All that a page is told of any endpoint that is not reached: more would tell it which ports are open. */
const UNREACHED = 'the endpoint cannot be reached, or does not take the stream';
const ID = /^[0-9a-f-]{36}$/;

let sink;
before(async () => {
  sink = await RtmpSink.start();
});
after(() => sink?.stop());

/** Joins with camera and microphone; the id of the camera's stream. */
async function joinWithCamera(member, room) {
  await member.join(room, MEDIA);
  await member.waitFor('serverPeerJoined');
  const isOwnCamera = ({ isSelf, isVideo }) => isSelf && isVideo;
  return (await member.waitFor('onIncomingStream', isOwnCamera)).streamId;
}

function holdsBoth({ h264, aac }) {
  assert.ok(h264 > 5, `${h264} pictures`);
  assert.ok(aac > 5, `${aac} packets of sound`);
}

const toldOf = (member, id) =>
  member.seen('rtmpState', ({ rtmpId }) => rtmpId === id).map(({ state }) => state);

for (const [kind, other] of [
  ['ours', 'skylinkjs'],
  ['skylinkjs', 'ours'],
]) {
  scene(
    `E-47, M-38, M-41: ${kind} streams live, over a restart of the RTMP server, and ${other} is told`,
    async ({ enter, room }) => {
      const key = `secret-of-${kind}`;
      const app = await enter(kind, 'App');
      const streamId = await joinWithCamera(app, room);
      const witness = await enter(other, 'Witness');
      await witness.join(room);
      await witness.waitFor('serverPeerJoined');

      const id = await app.call('startRTMPSession', room, streamId, sink.endpoint(key));
      assert.match(id, ID);
      for (const member of [app, witness]) {
        const told = await member.waitFor('rtmpState');
        assert.deepEqual([told.state, told.rtmpId, told.error], [STARTED, id, null]);
      }
      await sink.receives(key);
      await sink.halt();
      await sink.launch();
      await sink.receives(key);

      // Any member may stop it.
      assert.equal(await witness.call('stopRTMPSession', room, id), id);
      for (const member of [app, witness]) {
        await member.waitFor('rtmpState', ({ state }) => state === STOPPED);
        assert.deepEqual(toldOf(member, id), [STARTED, STOPPED], 'nobody hears of the restart');
        assert.deepEqual(member.pageErrors, []);
      }
      holdsBoth(await sink.recording(key));
      assert.ok(!stage.server.output.includes(key), 'the stream key is in the log');
    },
  );
}

scene('E-47, M-38: two endpoints at once, until the publisher leaves', async ({ enter, room }) => {
  const app = await enter('ours', 'App');
  const streamId = await joinWithCamera(app, room);
  const witness = await enter('ours', 'Witness');
  await witness.join(room);
  await witness.waitFor('serverPeerJoined');
  const start = (key) => app.call('startRTMPSession', room, streamId, sink.endpoint(key));
  const ids = await Promise.all([start('first'), start('second')]);
  await Promise.all([sink.receives('first'), sink.receives('second')]);

  const late = await enter('ours', 'Late');
  await late.join(room);
  for (const id of ids) {
    await late.waitFor('rtmpState', ({ state, rtmpId }) => state === STARTED && rtmpId === id);
  }
  await app.call('leaveRoom', room);
  for (const id of ids) {
    await witness.waitFor('rtmpState', ({ state, rtmpId }) => state === STOPPED && rtmpId === id);
  }
  holdsBoth(await sink.recording('first'));
  holdsBoth(await sink.recording('second'));
});

scene('E-47, M-38, M-41, Q-29: what cannot be streamed rejects', async ({ enter, room }) => {
  const app = await enter('ours', 'App');
  const streamId = await joinWithCamera(app, room);
  const refuse = async (method, ...rest) => {
    const { error } = await app.attempt(method, room, ...rest);
    assert.equal(error?.code, 'MEDIA_SERVER_ERROR');
    const { state, error: told } = app.seen('rtmpState').at(-1);
    assert.deepEqual([state, told.message], [FAILED, error.message]);
    return error.message;
  };
  const closed = `rtmp://127.0.0.1:${await freePort()}/live/hidden-key`;
  assert.equal(
    await refuse('startRTMPSession', streamId, closed),
    `the live stream could not be kept up: ${UNREACHED}`,
  );
  assert.match(stage.server.output, /Connection refused/);
  assert.equal(
    await refuse('startRTMPSession', streamId, 'http://127.0.0.1/live/hidden-key'),
    'the endpoint must begin with rtmp:// or rtmps://',
  );
  assert.equal(
    await refuse('startRTMPSession', 'no-such-stream', sink.endpoint('hidden-key')),
    'nobody in the room sends this stream',
  );
  assert.equal(
    await refuse('stopRTMPSession', '00000000-0000-4000-8000-000000000000'),
    'there is no such live stream',
  );
  assert.ok(!stage.server.output.includes('hidden-key'), 'the stream key is in the log');
  assert.deepEqual(app.pageErrors, []);
});

// Its promise stays pending, and it fires no event: it knows no stream that never began.
scene('Q-29: skylinkjs is sent the error of a refused port', async ({ enter, room }) => {
  const app = await enter('skylinkjs', 'App');
  const streamId = await joinWithCamera(app, room);
  const endpoint = `rtmp://127.0.0.1:${await freePort()}/live/key`;
  app.attempt('startRTMPSession', room, streamId, endpoint).catch(() => {});
  const isError = ({ message }) => /"?rtmpEvent"?/.test(JSON.stringify(message));
  const { message } = await app.waitFor('channelMessage', isError);
  const { action, error } = typeof message === 'string' ? JSON.parse(message) : message;
  assert.equal(action, 'error');
  assert.equal(error, `the live stream could not be kept up: ${UNREACHED}`);
  assert.deepEqual(app.seen('rtmpState'), []);
});

// The last of this file, since it leaves no server.
scene('M-38: a server that is killed leaves no ffmpeg behind', async ({ enter, room }) => {
  const app = await enter('ours', 'App');
  const streamId = await joinWithCamera(app, room);
  await app.call('startRTMPSession', room, streamId, sink.endpoint('orphan'));
  await sink.receives('orphan');
  await stage.server.crash();
  // Only ffmpeg's end completes it.
  holdsBoth(await sink.recording('orphan'));
});
