import { SkylinkConstants, SkylinkEvents } from 'skylink-wasm';
import { noticed } from '../state/call-state.js';
import { recordingChanged } from '../state/recording.js';

const { RECORDING_STATE } = SkylinkConstants;

/** Recording a room, which its media server does. */
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
  };
}

// The texts of the SDK have the form "what was given up - why".
const textOf = (error) => `${error?.message ?? error ?? 'unknown reason'}`.split(' - ').at(-1);
