import { SkylinkConstants, SkylinkEvents } from 'skylink-wasm';
import { noticed, pictureOf, self } from '../state/call-state.js';
import {
  liveStreamAsked,
  liveStreamBegan,
  liveStreamEnded,
  liveStreamRefused,
  placeOf,
} from '../state/live-streams.js';
import { failed } from '../state/problems.js';

const { RTMP_STATE } = SkylinkConstants;

/** Sending one's own picture and sound to RTMP servers, which the room's media server does. */
export function createLiveStreams({ store, sdk }) {
  const say = (text) => store.change(noticed(text));
  const fail = (text) => store.change(failed(text));
  const isOwn = (id) => store.state.liveStreams.some((stream) => stream.id === id);

  const listeners = {
    // Everybody in the room is told of every live stream.
    [SkylinkEvents.RTMP_STATE]({ state, rtmpId, error }) {
      if (state === RTMP_STATE.START || !isOwn(rtmpId)) return;
      store.change(liveStreamEnded(rtmpId));
      if (state === RTMP_STATE.ERROR) {
        fail(`The live stream failed: ${error?.message ?? 'unknown reason'}.`);
      } else say('The live stream has ended.');
    },
  };

  return {
    listeners,

    async start(endpoint) {
      const picture = pictureOf(self(store.state));
      if (!picture) {
        fail('No live stream: switch your camera on first.');
        return;
      }
      const stream = { id: null, place: placeOf(endpoint), isLive: false };
      store.change(liveStreamAsked(stream));
      try {
        const { roomName } = store.state;
        const id = await sdk().startRTMPSession(roomName, picture.id, endpoint);
        store.change(liveStreamBegan(stream, id));
        say('Your picture is live.');
      } catch (error) {
        store.change(liveStreamRefused(stream));
        fail(`No live stream: ${error.message}.`);
      }
    },

    async stop(id) {
      try {
        await sdk().stopRTMPSession(store.state.roomName, id);
      } catch (error) {
        fail(`The live stream goes on: ${error.message}.`);
      }
    },
  };
}
