import { SkylinkConstants, SkylinkEvents } from 'skylink-wasm';
import { noticed, pictureOf, self } from '../state/call-state.js';
import { liveStreamAdded, liveStreamRemoved, recordingChanged } from '../state/recording.js';

const { RECORDING_STATE, RTMP_STATE } = SkylinkConstants;

/** Recording a room, and streaming a picture live. Both are done by the room's media server. */
export function createRecording({ store, sdk }) {
  const say = (text) => store.change(noticed(text));

  const listeners = {
    // Everybody in the room is told, whoever pressed the button.
    [SkylinkEvents.RECORDING_STATE]({ state, recordingId, error }) {
      store.change(recordingChanged(state === RECORDING_STATE.START ? recordingId : null));
      if (state === RECORDING_STATE.START) say('This room is recorded now.');
      if (state === RECORDING_STATE.STOP) say('The recording has ended.');
      if (state === RECORDING_STATE.ERROR) say(`The recording failed: ${textOf(error)}`);
    },

    [SkylinkEvents.RTMP_STATE]({ state, rtmpId, error }) {
      if (state === RTMP_STATE.START) return;
      store.change(liveStreamRemoved(rtmpId));
      if (state === RTMP_STATE.ERROR) say(`The live stream failed: ${textOf(error)}`);
    },
  };

  const attempt = async (call) => {
    try {
      await call(store.state.roomName);
    } catch (error) {
      say(textOf(error));
    }
  };

  return {
    listeners,

    start: () => attempt((roomName) => sdk().startRecording(roomName)),
    stop: () => attempt((roomName) => sdk().stopRecording(roomName)),

    /** Sends one's own picture to an RTMP server. */
    startLive: (endpoint) =>
      attempt(async (roomName) => {
        const picture = pictureOf(self(store.state));
        if (!picture) throw new Error('Switch your camera on first.');
        const id = await sdk().startRTMPSession(roomName, picture.id, endpoint);
        store.change(liveStreamAdded({ id, endpoint }));
        say('Your picture is live.');
      }),

    stopLive: (id) =>
      attempt(async (roomName) => {
        await sdk().stopRTMPSession(roomName, id);
        store.change(liveStreamRemoved(id));
      }),
  };
}

// The texts of the SDK have the form "what was given up - why".
const textOf = (error) => `${error?.message ?? error ?? 'unknown reason'}`.split(' - ').at(-1);
