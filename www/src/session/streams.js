import { SkylinkConstants, SkylinkEvents } from 'skylink-wasm';
import * as change from '../state/call-state.js';
import { failed } from '../state/problems.js';
import { knownPersonFrom } from './person.js';

const { MEDIA_ACCESS_FALLBACK_STATE } = SkylinkConstants;

/** Pictures and sounds that come and go, and muting one's own. */
export function createStreams({ store, sdk }) {
  const add =
    (isScreen) =>
    ({ peerId, peerInfo, stream, streamId, isVideo, isAudio }) => {
      const added = { id: streamId, media: stream, isVideo, isAudio, isScreen };
      store.change(change.streamAdded(peerId, added));
      store.change(change.personChanged(peerId, knownPersonFrom(store.state, peerId, peerInfo)));
    };

  const listeners = {
    [SkylinkEvents.ON_INCOMING_STREAM]: add(false),
    [SkylinkEvents.ON_INCOMING_SCREEN_STREAM]: add(true),

    [SkylinkEvents.STREAM_ENDED]({ peerId, streamId }) {
      store.change(change.streamRemoved(peerId, streamId));
    },

    [SkylinkEvents.MEDIA_ACCESS_FALLBACK]({ state }) {
      if (state !== MEDIA_ACCESS_FALLBACK_STATE.FALLBACKING) return;
      store.change(failed('The camera cannot be used: joining with the microphone alone.'));
    },
  };

  function mute(stream, isMuted) {
    if (!stream) return;
    const options = { audioMuted: isMuted, videoMuted: isMuted };
    sdk().muteStreams(store.state.roomName, options, stream.id);
  }

  const me = () => change.self(store.state);

  return {
    listeners,
    // By the stream's id: without one a shared screen would be muted with the camera.
    setMicrophoneMuted: (isMuted) => mute(change.voiceOf(me()), isMuted),
    setCameraMuted: (isMuted) => mute(change.pictureOf(me()), isMuted),
  };
}
