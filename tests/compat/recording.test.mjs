import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

// A program that is not there: what comes of that is shown here.
const config = 'ffmpeg = "/nowhere/ffmpeg"\n[keys.demo]\nmcu = true\n';
const { scene } = setStage({ server: { config } });

const ENDPOINT = 'rtmp://live.example/app/key';
const REFUSAL = 'this server does not record, because it has no ffmpeg';
const NO_LIVE_STREAMS = 'this server makes no live streams, because it has no ffmpeg';
const FAILED = -1;

async function joinWithMediaServer(app, room) {
  await app.join(room);
  await app.waitFor('serverPeerJoined');
}

const refused = async (app, ...call) => (await app.attempt(...call)).error?.message;

for (const kind of ['ours', 'skylinkjs']) {
  scene(
    `R-38, R-42, R-43: ${kind} is refused what lacks something, before the media server is asked`,
    async ({ enter, room }) => {
      const app = await enter(kind, 'App');
      await joinWithMediaServer(app, room);
      assert.equal(
        await refused(app, 'stopRecording', room),
        'Failed to stop recording - There is no existing recording in-progress',
      );
      assert.equal(
        await refused(app, 'startRTMPSession', room),
        'Unable to start RTMP Session stream id is missing',
      );
      assert.equal(
        await refused(app, 'startRTMPSession', room, 'stream'),
        'Unable to start RTMP Session as Endpoint is missing',
      );
      assert.deepEqual([...app.seen('recordingState'), ...app.seen('rtmpState')], []);
    },
  );

  scene(`E-38, M-37: ${kind} hears that nothing records here`, async ({ enter, room }) => {
    const app = await enter(kind, 'App');
    await joinWithMediaServer(app, room);

    // The promise of skylinkjs stays pending.
    const start = app.attempt('startRecording', room).catch(() => null);
    const failed = await app.waitFor('recordingState');
    assert.deepEqual([failed.state, failed.error], [FAILED, REFUSAL]);
    assert.deepEqual(await app.call('getRecordings', room), {});
    if (kind === 'ours') {
      const { error } = await start;
      assert.deepEqual([error.code, error.message], ['MEDIA_SERVER_ERROR', REFUSAL]);
      assert.deepEqual(app.pageErrors, []);
    }
  });
}

scene(
  'E-47, M-38, T-16: a live stream that the server refuses is told, and rejects',
  async ({ enter, room }) => {
    const app = await enter('ours', 'App');
    await joinWithMediaServer(app, room);
    const { error } = await app.attempt('startRTMPSession', room, 'stream', ENDPOINT);
    assert.deepEqual([error.code, error.message], ['MEDIA_SERVER_ERROR', NO_LIVE_STREAMS]);
    const { state, rtmpId, error: told } = await app.waitFor('rtmpState');
    assert.deepEqual([state, told.message], [FAILED, NO_LIVE_STREAMS]);
    assert.match(rtmpId, /^[0-9a-f-]{36}$/);
    // Live streams are told of by events alone: no method lists them.
    assert.deepEqual(await app.call('getRecordings', room), {});
    assert.deepEqual(app.pageErrors, []);
  },
);
