import { SkylinkConstants, SkylinkEvents } from 'skylink-wasm';
import { Phase, noticed, roomLockChanged } from '../state/call-state.js';
import { failed } from '../state/problems.js';
import { describeRefusal } from './failure.js';
import { personFrom } from './person.js';

const { PEER_TYPE, SYSTEM_ACTION } = SkylinkConstants;

/** What concerns the whole room: its lock, and what the server says or does. */
export function createRoom({ store, sdk, onPutOut, onLost, onFatal }) {
  const listeners = {
    [SkylinkEvents.ROOM_LOCK]({ isLocked, isSelf, peerInfo }) {
      const who = isSelf ? 'You' : personFrom('', peerInfo).name;
      store.change(roomLockChanged(isLocked));
      store.change(noticed(`${who} ${isLocked ? 'locked' : 'unlocked'} the room.`));
    },

    [SkylinkEvents.SERVER_PEER_JOINED]({ serverPeerType }) {
      if (serverPeerType === PEER_TYPE.MCU) store.change({ hasMediaServer: true });
    },

    [SkylinkEvents.SYSTEM_ACTION]({ action, reason, info }) {
      if (action === SYSTEM_ACTION.WARNING) {
        store.change(failed(info ? `The server warns: ${info}.` : 'The server warns.'));
      } else onPutOut(describeRefusal({ reason, info }));
    },

    [SkylinkEvents.SESSION_DISCONNECT]() {
      if (store.state.phase === Phase.JOINED) onLost();
    },

    // Not one of skylinkjs: the SDK itself stopped, and offers to begin again.
    fatal: ({ rejoin }) => onFatal(rejoin),
  };

  function setLocked(isLocked) {
    const { phase, roomName } = store.state;
    if (phase !== Phase.JOINED) return;
    if (isLocked) sdk().lockRoom(roomName);
    else sdk().unlockRoom(roomName);
  }

  return { listeners, setLocked };
}
