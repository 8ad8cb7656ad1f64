import { SkylinkEvents } from 'skylink-wasm';
import { Phase, noticed, personById } from '../state/call-state.js';
import { Way, messageArrived, willBeKept } from '../state/chat.js';
import { failed } from '../state/problems.js';
import { personFrom } from './person.js';

const LONGEST_NOTICE = 200;

/** Chat messages to everybody or to chosen people, over the server or from browser to browser. */
export function createMessages({ store, sdk }) {
  const listeners = {
    [SkylinkEvents.ON_INCOMING_MESSAGE](detail) {
      const message = messageFrom(store.state, detail);
      store.change(messageArrived(message));
      if (!message.isSelf && store.state.openPanel !== 'chat') {
        const way = message.isPrivate ? ' (private)' : '';
        store.change(noticed(`${message.sender}${way}: ${shortened(message.text)}`));
      }
    },
  };

  /** Tells whether the message could be handed over. */
  function send(text) {
    const { phase, way } = store.state;
    try {
      if (phase !== Phase.JOINED) throw new Error('there is no connection');
      if (way === Way.PEERS) sendToPeers(text);
      else sendOverServer(text);
      return true;
    } catch (error) {
      store.change(failed(`The message was not sent: ${reasonOf(error)}.`));
      return false;
    }
  }

  function sendToPeers(text) {
    const { roomName, receivers } = store.state;
    sdk().sendP2PMessage(roomName, text, receivers.length > 0 ? receivers : null);
  }

  // The SDK refuses what cannot be kept while keeping is on, so it is switched for each message.
  function sendOverServer(text) {
    const { roomName, receivers } = store.state;
    const isKept = willBeKept(store.state);
    if (isKept !== sdk().getMessagePersistence(roomName)) {
      sdk().setMessagePersistence(roomName, isKept);
    }
    sdk().sendMessage(roomName, text, receivers);
  }

  return { listeners, send };
}

function messageFrom(state, { peerId, isSelf, peerInfo, message }) {
  const { content, targetPeerId, senderPeerId, isPrivate, isDataChannel } = message;
  const sender = personById(state, peerId)?.name ?? personFrom(peerId, peerInfo).name;
  const targets = [targetPeerId].flat().map((id) => personById(state, id)?.name);
  return {
    senderId: senderPeerId,
    sender: isSelf ? 'You' : sender,
    isSelf,
    isPrivate,
    receivers: isSelf ? targets.filter(Boolean).join(', ') : 'you',
    isDirect: isDataChannel,
    // Only the sender is told with which secret a message was encrypted.
    secretId: isSelf && !isDataChannel ? state.selectedSecretId : '',
    isEarlier: false,
    text: textOf(content),
    time: new Date(),
  };
}

/** For a glance; the whole text is in the chat. */
const shortened = (text) =>
  text.length > LONGEST_NOTICE ? `${text.slice(0, LONGEST_NOTICE)}…` : text;

export const textOf = (content) =>
  typeof content === 'string' ? content : JSON.stringify(content);

// The texts of the SDK have the form "what was given up - why".
const reasonOf = ({ message }) => message.split(' - ').at(-1).toLowerCase();
