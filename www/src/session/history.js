import { SkylinkEvents } from 'skylink-wasm';
import { Phase, noticed, personById } from '../state/call-state.js';
import { historyLoaded, keepingChanged } from '../state/chat.js';
import { textOf } from './messages.js';
import { nameFrom } from './person.js';

/** Messages that the server keeps, for app keys that allow it. */
export function createHistory({ store, sdk }) {
  // Those who wrote may have left, or come back under another id.
  const names = new Map();

  const listeners = {
    [SkylinkEvents.PEER_JOINED]({ peerId, peerInfo, isSelf }) {
      names.set(peerId, isSelf ? 'You' : nameFrom(peerInfo.userData));
      if (!isSelf) return;
      // At first the SDK keeps messages whenever the app key allows it.
      const canKeepMessages = sdk().getMessagePersistence(store.state.roomName);
      store.change(keepingChanged({ canKeepMessages, keepsMessages: canKeepMessages }));
      load();
    },

    [SkylinkEvents.STORED_MESSAGES]({ storedMessages }) {
      const before = store.state.messages.length;
      store.change(historyLoaded(storedMessages.map(earlierMessage)));
      const count = store.state.messages.length - before;
      if (count > 0) {
        const words = count === 1 ? 'One earlier message is' : `${count} earlier messages are`;
        store.change(noticed(`${words} in the chat.`));
      }
    },
  };

  function load() {
    const { phase, canKeepMessages, roomName } = store.state;
    if (phase === Phase.JOINED && canKeepMessages) sdk().getStoredMessages(roomName);
  }

  function earlierMessage({ senderPeerId, content, timeStamp }) {
    const sender = personById(store.state, senderPeerId)?.name ?? names.get(senderPeerId);
    return {
      senderId: senderPeerId,
      sender: names.get(senderPeerId) === 'You' ? 'You' : (sender ?? 'Somebody'),
      isSelf: names.get(senderPeerId) === 'You',
      isPrivate: false,
      receivers: '',
      isDirect: false,
      secretId: '',
      isEarlier: true,
      text: textOf(content),
      time: new Date(timeStamp),
    };
  }

  return {
    listeners,
    load,
    setKept: (keepsMessages) => store.change(keepingChanged({ keepsMessages })),
  };
}
