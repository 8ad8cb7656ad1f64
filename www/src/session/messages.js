import { SkylinkEvents } from 'skylink-wasm';
import { Phase, noticed, personById } from '../state/call-state.js';
import { messageArrived } from '../state/chat.js';
import { personFrom } from './person.js';

/** Chat messages to everybody or to chosen people. */
export function createMessages({ store, sdk }) {
  const listeners = {
    [SkylinkEvents.ON_INCOMING_MESSAGE](detail) {
      const message = messageFrom(store.state, detail);
      store.change(messageArrived(message));
      if (!message.isSelf && store.state.openPanel !== 'chat') {
        const way = message.isPrivate ? ' (private)' : '';
        store.change(noticed(`${message.sender}${way}: ${message.text}`));
      }
    },
  };

  /** Tells whether the message could be handed over. */
  function send(text) {
    const { phase, roomName, receivers } = store.state;
    try {
      if (phase !== Phase.JOINED) throw new Error('there is no connection');
      sdk().sendMessage(roomName, text, receivers);
      return true;
    } catch (error) {
      store.change(noticed(`The message was not sent: ${reasonOf(error)}.`));
      return false;
    }
  }

  return { listeners, send };
}

function messageFrom(state, { peerId, isSelf, peerInfo, message }) {
  const { content, targetPeerId, isPrivate } = message;
  const sender = personById(state, peerId)?.name ?? personFrom(peerId, peerInfo).name;
  const targets = [targetPeerId].flat().map((id) => personById(state, id)?.name);
  return {
    isSelf,
    sender: isSelf ? 'You' : sender,
    isPrivate,
    receivers: isSelf ? targets.filter(Boolean).join(', ') : 'you',
    text: typeof content === 'string' ? content : JSON.stringify(content),
    time: new Date(),
  };
}

// The texts of the SDK have the form "what was given up - why".
const reasonOf = ({ message }) => message.split(' - ').at(-1).toLowerCase();
