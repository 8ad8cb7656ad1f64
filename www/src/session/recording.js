import { SkylinkConstants, SkylinkEvents } from 'skylink-wasm';
import { noticed } from '../state/call-state.js';
import { failed } from '../state/problems.js';
import { recordingBegan, recordingEnded, recordingFileCame } from '../state/recording.js';

const { RECORDING_STATE } = SkylinkConstants;

/** Recording a room, which its media server does. */
export function createRecording({ store, sdk }) {
  const say = (text) => store.change(noticed(text));
  const fail = (text) => store.change(failed(text));

  const listeners = {
    // Everybody in the room is told, whoever pressed the button.
    [SkylinkEvents.RECORDING_STATE]({ state, recordingId, error, link }) {
      if (state === RECORDING_STATE.START) {
        store.change(recordingBegan(recordingId, Date.now()));
        say('This room is recorded now.');
      }
      if (state === RECORDING_STATE.STOP) {
        store.change(recordingEnded(recordingId));
        say('The recording has ended. Its file is being made.');
      }
      if (state === RECORDING_STATE.LINK) {
        store.change(recordingFileCame(recordingId, link.mixin));
        say('The file of the recording is ready.');
      }
      if (state === RECORDING_STATE.ERROR) {
        store.change(recordingEnded(recordingId));
        fail(`The recording failed: ${textOf(error)}`);
      }
    },
  };

  const attempt = async (call) => {
    try {
      await call(store.state.roomName);
    } catch (error) {
      fail(textOf(error));
    }
  };

  return {
    listeners,

    start: () => attempt((roomName) => sdk().startRecording(roomName)),
    stop: () => attempt((roomName) => sdk().stopRecording(roomName)),
  };
}

// The texts of the SDK have the form "what was given up - why".
const textOf = (error) => `${error?.message ?? error ?? 'unknown reason'}`.split(' - ').at(-1);
