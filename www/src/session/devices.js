import { Phase, Sending, pictureOf, self, voiceOf } from '../state/call-state.js';
import { Kind, deviceChosen, devicesListed } from '../state/devices.js';
import { keepPreferences } from '../state/preferences.js';
import { failed } from '../state/problems.js';
import { describeMediaFailure } from './failure.js';
import { audioOptions, videoOptions } from './options.js';

const parts = {
  [Kind.CAMERA]: { sending: 'video', key: 'cameraId', streamOf: pictureOf, options: videoOptions },
  [Kind.MICROPHONE]: {
    sending: 'audio',
    key: 'microphoneId',
    streamOf: voiceOf,
    options: audioOptions,
  },
};

/** Camera, microphone and speaker during a call. */
export function createDevices({ store, sdk, choice }) {
  const listeners = {};
  let turn = Promise.resolve();

  async function list() {
    try {
      const { audio, video } = await sdk().getStreamSources();
      store.change(
        devicesListed({
          cameras: named(video.input),
          microphones: named(audio.input),
          speakers: named(audio.output),
        }),
      );
    } catch {
      // Browsers without devices: the lists stay empty, and there is nothing to choose.
    }
  }
  navigator.mediaDevices?.addEventListener?.('devicechange', list);

  function choose(kind, deviceId) {
    const { key } = parts[kind];
    store.change(deviceChosen(key, deviceId));
    keepPreferences({ [key]: deviceId });
    return restart(kind);
  }

  function chooseSpeaker(speakerId) {
    store.change(deviceChosen('speakerId', speakerId));
    keepPreferences({ speakerId });
  }

  // One after the other: a device may be opened only when nobody else has it.
  function restart(kind) {
    turn = turn.then(() => restartNow(kind));
    return turn;
  }

  async function restartNow(kind) {
    const { phase, roomName, settings } = store.state;
    if (phase !== Phase.JOINED) return;
    const { sending, key, streamOf, options } = parts[kind];
    const me = self(store.state);
    const device = store.state[key] ? { deviceId: store.state[key] } : {};
    const isMuted = me[sending] === Sending.MUTED;
    const present = streamOf(me);
    try {
      if (present) await sdk().stopStreams(roomName, present.id);
      await sdk().sendStream(roomName, {
        [sending]: { ...options(device, settings), mute: isMuted },
      });
      choice.change({ [kind]: device });
    } catch (error) {
      store.change(failed(describeMediaFailure(error, kind)));
    }
  }

  /** Settings that hold for a device from its next start on: what runs is started again. */
  function settingsChanged(changes) {
    const me = self(store.state);
    if (('resolution' in changes || 'frameRate' in changes) && pictureOf(me)) restart(Kind.CAMERA);
    if ('echoCancellation' in changes && voiceOf(me)) restart(Kind.MICROPHONE);
  }

  return { listeners, list, choose, chooseSpeaker, start: restart, settingsChanged };
}

const named = (sources) =>
  sources
    .filter(({ deviceId }) => deviceId && deviceId !== 'default')
    .map(({ deviceId, label }) => ({ value: deviceId, label }));
