import { SkylinkConstants, SkylinkEvents } from 'skylink-wasm';
import { Connection, personById, personChanged } from '../state/call-state.js';

const { ICE_CONNECTION_STATE: Ice } = SkylinkConstants;

/** How the connection to each person stands. */
export function createConnections({ store }) {
  const listeners = {
    [SkylinkEvents.ICE_CONNECTION_STATE]({ peerId, state }) {
      const person = personById(store.state, peerId);
      const connection = person && connectionAfter(person.connection, state);
      if (connection) store.change(personChanged(peerId, { connection }));
    },
  };

  return { listeners };
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
