import { addressOfRoom } from '../state/address.js';
import { Connection, Phase, noticed, otherPeople } from '../state/call-state.js';
import { byId, setText } from './element.js';

/** The top line of a room: its name, how the connection stands, and the link to it. */
export function createRoomBar(store) {
  const words = byId('status-words');
  const link = byId('link');

  byId('copy-link').addEventListener('click', async () => {
    const address = addressOfRoom(store.state.roomName);
    try {
      await navigator.clipboard.writeText(address);
      store.change(noticed('The link to this room is copied.'));
    } catch {
      // Without a secure page there is no clipboard: the person can copy from a field instead.
      window.prompt('Copy the link to this room:', address);
    }
  });
  link.addEventListener('focus', () => link.select());

  return store.subscribe((state) => {
    setText(byId('room-heading'), state.roomName);
    byId('lock-mark').hidden = !state.roomIsLocked;
    byId('recording-mark').hidden = state.recordingId === null;
    byId('alone').hidden = state.phase !== Phase.JOINED || otherPeople(state).length > 0;
    if (state.roomName) link.value = addressOfRoom(state.roomName);

    const connection = connectionInWords(state);
    words.parentElement.dataset.state = connection.name;
    setText(words, connection.words);
    setText(byId('status-count'), connection.name === 'connected' ? countInWords(state) : '');
    document.title = titleOf(state);
  });
}

/** How the connection stands: a name for style sheets and tests, and the words for people. */
function connectionInWords(state) {
  if (state.phase === Phase.LOST) return { name: 'lost', words: 'Connection lost' };
  if (state.isRejoining) return { name: 'reconnecting', words: 'Reconnecting…' };
  if (state.phase !== Phase.JOINED) return { name: 'connecting', words: 'Connecting…' };
  const others = otherPeople(state);
  if (others.some(({ connection }) => connection === Connection.RECONNECTING)) {
    return { name: 'reconnecting', words: 'Reconnecting…' };
  }
  if (others.some(({ connection }) => connection === Connection.CONNECTING)) {
    return { name: 'connecting', words: 'Connecting…' };
  }
  return { name: 'connected', words: 'Connected' };
}

const countInWords = ({ people }) => (people.length > 1 ? `${people.length} people` : '');

function titleOf({ phase, roomName, unreadCount }) {
  if (phase === Phase.FORM) return 'Skylink demo';
  const unread = unreadCount > 0 ? `(${unreadCount}) ` : '';
  return `${unread}${roomName} – Skylink demo`;
}
