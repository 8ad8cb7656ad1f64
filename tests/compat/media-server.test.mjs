import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const REFUSED = [
  ['startRecording', [], 'Failed to start recording - MCU is not connected'],
  ['stopRecording', [], 'Failed to stop recording - MCU is not connected'],
  [
    'startRTMPSession',
    ['stream', 'rtmp://live.example/app/key'],
    'Unable to start RTMP session as MCU is not connected',
  ],
  ['stopRTMPSession', ['session'], 'Unable to stop RTMP as MCU is not connected'],
];

for (const kind of ['ours', 'skylinkjs']) {
  scene(
    `M-12, M-37, M-38, M-40, M-41, R-34, R-37, R-41, R-44, Q-16: ${kind} in a room without media server`,
    async ({ enter, room }) => {
      const app = await enter(kind, 'App');
      await app.join(room);
      for (const [method, rest, text] of REFUSED) {
        const { error } = await app.attempt(method, room, ...rest);
        assert.equal(error?.message, text, method);
        assert.deepEqual(await app.attempt(method, 'elsewhere', ...rest), { value: null }, method);
      }
      // The media server is asked for before what it would need.
      const { error } = await app.attempt('startRTMPSession', room);
      assert.equal(error?.message, 'Unable to start RTMP session as MCU is not connected');
      assert.deepEqual(await app.call('getRecordings', room), {});
      assert.equal(await app.call('getRecordings', 'elsewhere'), null);
      assert.deepEqual([...app.seen('recordingState'), ...app.seen('rtmpState')], []);
      assert.deepEqual(app.pageErrors, []);
    },
  );
}
