import { SkylinkConstants, SkylinkEvents } from 'skylink-wasm';
import * as change from '../state/call-state.js';
import { knownPersonFrom } from './person.js';

const { MEDIA_ACCESS_FALLBACK_STATE } = SkylinkConstants;

/** Pictures and sounds that come and go, and muting one's own. */
export function createStreams({ store, sdk }) {
  const add =
    (isScreen) =>
    ({ peerId, peerInfo, stream, streamId }) => {
      store.change(change.streamAdded(peerId, { id: streamId, media: stream, isScreen }));
      store.change(change.personChanged(peerId, knownPersonFrom(store.state, peerId, peerInfo)));
    };

  const listeners = {
    [SkylinkEvents.ON_INCOMING_STREAM]: add(false),

    [SkylinkEvents.STREAM_ENDED]({ peerId, streamId }) {
      store.change(change.streamRemoved(peerId, streamId));
    },

    [SkylinkEvents.MEDIA_ACCESS_FALLBACK]({ state }) {
      if (state !== MEDIA_ACCESS_FALLBACK_STATE.FALLBACKING) return;
      store.change(change.noticed('The camera cannot be used: joining with the microphone alone.'));
    },
  };

  // Each kind has streams of its own; a shared screen is not muted with the camera.
  function mute(getTracks, isMuted) {
    const streams = change.self(store.state)?.streams ?? [];
    for (const { id, media, isScreen } of streams) {
      if (isScreen || media[getTracks]().length === 0) continue;
      const options = { audioMuted: isMuted, videoMuted: isMuted };
      sdk().muteStreams(store.state.roomName, options, id);
    }
  }

  return {
    listeners,
    setMicrophoneMuted: (isMuted) => mute('getAudioTracks', isMuted),
    setCameraMuted: (isMuted) => mute('getVideoTracks', isMuted),
  };
}
