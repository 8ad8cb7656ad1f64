import { SkylinkEvents } from 'skylink-wasm';
import { Phase, isSharing, noticed, personById } from '../state/call-state.js';

/** Sharing one's own screen. The screens of others come like other streams, see `streams.js`. */
export function createScreen({ store, sdk }) {
  const listeners = {
    [SkylinkEvents.ON_INCOMING_SCREEN_STREAM]({ peerId, isSelf, isVideo }) {
      if (isSelf || !isVideo) return;
      const name = personById(store.state, peerId)?.name ?? 'Somebody';
      store.change(noticed(`${name} shares a screen.`));
    },

    [SkylinkEvents.STREAM_ENDED]({ peerId, isSelf, isScreensharing, isVideo }) {
      if (!isScreensharing || !isVideo) return;
      const name = personById(store.state, peerId)?.name;
      if (isSelf) store.change(noticed('Your screen is not shared any more.'));
      else if (name) store.change(noticed(`${name} shares the screen no longer.`));
    },
  };

  /** The browser asks which screen, window or tab; people may change their mind there. */
  async function start() {
    const { phase, roomName } = store.state;
    if (phase !== Phase.JOINED || isSharing(store.state)) return;
    // Without sound where the browser or the person gives none.
    const stream = await sdk().shareScreen(roomName, { audio: true, video: true });
    if (!stream) store.change(noticed('No screen is shared.'));
  }

  const stop = () => sdk().stopScreen(store.state.roomName);

  return { listeners, start, stop };
}
