import { SkylinkEvents } from 'skylink-wasm';
import * as change from '../state/call-state.js';
import { knownPersonFrom, personFrom } from './person.js';

/** Who is in the room, and what they tell about themselves as custom data. */
export function createPeople({ store, sdk, choice }) {
  const show = ({ peerId, peerInfo }) => {
    store.change(change.personChanged(peerId, knownPersonFrom(store.state, peerId, peerInfo)));
  };

  const listeners = {
    [SkylinkEvents.PEER_JOINED]({ peerId, peerInfo, isSelf }) {
      const person = personFrom(peerId, peerInfo);
      if (isSelf) {
        store.change(change.selfJoined(person));
        return;
      }
      store.change(change.personSeen(person));
      store.change(change.noticed(`${person.name} is here.`));
    },

    [SkylinkEvents.PEER_LEFT]({ peerId, isSelf }) {
      const person = change.personById(store.state, peerId);
      if (isSelf || !person) return;
      store.change(change.personLeft(peerId));
      store.change(change.noticed(`${person.name} left.`));
    },

    [SkylinkEvents.PEER_UPDATED](detail) {
      const before = change.personById(store.state, detail.peerId);
      show(detail);
      const now = change.personById(store.state, detail.peerId);
      if (now && !now.isSelf && now.hasRaisedHand && !before.hasRaisedHand) {
        store.change(change.noticed(`${now.name} raises a hand.`));
      }
    },
    [SkylinkEvents.STREAM_MUTED]: show,
  };

  const ownData = () => {
    const data = change.self(store.state)?.customData;
    return typeof data === 'object' && data !== null ? data : {};
  };

  /** Everybody in the room sees it; the name on the tile is a part of it. */
  function setCustomData(data) {
    if (store.state.phase !== change.Phase.JOINED) return;
    choice.change({ userData: data });
    sdk().setUserData(store.state.roomName, data);
  }

  return {
    listeners,
    setCustomData,
    rename: (name) => setCustomData({ ...ownData(), name }),
    raiseHand: (isRaised) => setCustomData({ ...ownData(), hand: isRaised }),
  };
}
