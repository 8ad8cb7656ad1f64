import { SkylinkConstants, SkylinkEvents } from 'skylink-wasm';
import {
  Connection,
  mediaServerConnected,
  noticed,
  personById,
  personChanged,
} from '../state/call-state.js';
import { failed } from '../state/problems.js';

const { ICE_CONNECTION_STATE: Ice, PEER_TYPE } = SkylinkConstants;

/** How the connection to each person stands. */
export function createConnections({ store, sdk }) {
  const listeners = {
    [SkylinkEvents.ICE_CONNECTION_STATE]({ peerId, state }) {
      if (peerId === PEER_TYPE.MCU) {
        const connection = connectionAfter(store.state.mediaServer, state);
        if (connection) store.change(mediaServerConnected(connection));
        return;
      }
      const person = personById(store.state, peerId);
      const connection = person && connectionAfter(person.connection, state);
      if (connection) store.change(personChanged(peerId, { connection }));
    },
  };

  /** Looks for a new way to somebody: an ICE restart, without ending anything. */
  async function refresh(peerId) {
    const { roomName } = store.state;
    const name = personById(store.state, peerId)?.name;
    store.change(noticed(`Looking for a new way to ${name}…`));
    try {
      await sdk().refreshConnection(roomName, peerId, true);
    } catch {
      store.change(failed(`The connection to ${name} cannot be renewed now.`));
    }
  }

  return { listeners, refresh };
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
