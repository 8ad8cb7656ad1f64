import { SkylinkConstants, SkylinkEventManager } from 'skylink-wasm';
import * as change from '../state/call-state.js';
import { connectionLost, describeRefusal } from './failure.js';
import { personFrom } from './person.js';

const {
  EVENTS,
  ICE_CONNECTION_STATE: Ice,
  MEDIA_ACCESS_FALLBACK_STATE,
  SYSTEM_ACTION,
} = SkylinkConstants;
const { Connection } = change;

/**
 * Turns the events of the SDK into changes of the state.
 * Returns the function that removes every listener again.
 */
export function listenToSdk(store, { onPutOut }) {
  const listeners = {
    [EVENTS.PEER_JOINED]: ({ peerId, peerInfo, isSelf }) => {
      const person = personFrom(peerId, peerInfo);
      if (isSelf) {
        store.change(change.selfJoined(person));
        return;
      }
      store.change(change.personSeen(person));
      store.change(change.noticed(`${person.name} is here.`));
    },

    [EVENTS.PEER_LEFT]: ({ peerId, isSelf }) => {
      if (isSelf) return;
      const person = change.personById(store.state, peerId);
      if (!person) return;
      store.change(change.personLeft(peerId));
      store.change(change.noticed(`${person.name} left.`));
    },

    [EVENTS.PEER_UPDATED]: ({ peerId, peerInfo }) => showPeerInfo(peerId, peerInfo),
    [EVENTS.STREAM_MUTED]: ({ peerId, peerInfo }) => showPeerInfo(peerId, peerInfo),

    [EVENTS.ON_INCOMING_STREAM]: ({ peerId, peerInfo, stream, streamId }) => {
      showPeerInfo(peerId, peerInfo);
      store.change(change.streamAdded(peerId, { id: streamId, media: stream }));
    },

    [EVENTS.STREAM_ENDED]: ({ peerId, streamId }) => {
      store.change(change.streamRemoved(peerId, streamId));
    },

    [EVENTS.ON_INCOMING_MESSAGE]: ({ peerId, isSelf, peerInfo, message }) => {
      store.change(
        change.messageArrived(messageFrom(store.state, peerId, isSelf, peerInfo, message)),
      );
    },

    [EVENTS.ROOM_LOCK]: ({ isLocked, isSelf, peerInfo }) => {
      const who = isSelf ? 'You' : personFrom('', peerInfo).name;
      store.change(change.roomLockChanged(isLocked));
      store.change(change.noticed(`${who} ${isLocked ? 'locked' : 'unlocked'} the room.`));
    },

    [EVENTS.ICE_CONNECTION_STATE]: ({ peerId, state }) => {
      const person = change.personById(store.state, peerId);
      const connection = person && connectionAfter(person.connection, state);
      if (connection) store.change(change.personChanged(peerId, { connection }));
    },

    [EVENTS.MEDIA_ACCESS_FALLBACK]: ({ state }) => {
      if (state !== MEDIA_ACCESS_FALLBACK_STATE.FALLBACKING) return;
      store.change(change.noticed('The camera cannot be used: joining with the microphone alone.'));
    },

    [EVENTS.SYSTEM_ACTION]: ({ action, reason, info }) => {
      if (action === SYSTEM_ACTION.WARNING) {
        store.change(change.noticed(info || 'Warning from the server.'));
      } else onPutOut(describeRefusal({ reason, info }));
    },

    [EVENTS.SESSION_DISCONNECT]: () => {
      if (store.state.phase === change.Phase.JOINED) {
        store.change(change.connectionLost(connectionLost));
      }
    },
  };

  function showPeerInfo(peerId, peerInfo) {
    store.change(change.personChanged(peerId, personFrom(peerId, peerInfo)));
  }

  const entries = Object.entries(listeners).map(([name, listener]) => [
    name,
    ({ detail }) => listener(detail),
  ]);
  for (const [name, listener] of entries) SkylinkEventManager.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of entries) SkylinkEventManager.removeEventListener(name, listener);
  };
}

function connectionAfter(present, iceState) {
  switch (iceState) {
    case Ice.CONNECTED:
    case Ice.COMPLETED:
      return Connection.CONNECTED;
    case Ice.DISCONNECTED:
      return Connection.RECONNECTING;
    case Ice.FAILED:
      return Connection.LOST;
    case Ice.CHECKING:
      return present === Connection.CONNECTING ? Connection.CONNECTING : Connection.RECONNECTING;
    default:
      return null;
  }
}

function messageFrom(state, peerId, isSelf, peerInfo, message) {
  const sender = change.personById(state, peerId)?.name ?? personFrom(peerId, peerInfo).name;
  const targetId = [message.targetPeerId].flat()[0];
  const { content } = message;
  return {
    isSelf,
    sender: isSelf ? 'You' : sender,
    isPrivate: message.isPrivate,
    receiver: isSelf ? (change.personById(state, targetId)?.name ?? '') : 'you',
    text: typeof content === 'string' ? content : JSON.stringify(content),
    time: new Date(),
  };
}
