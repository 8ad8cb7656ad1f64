/** Messages, to whom the next one goes, and on which way. */

/** @enum {string} */
export const Way = {
  SERVER: 'server',
  PEERS: 'peers',
};

export const noChat = {
  messages: [],
  unreadCount: 0,
  /** Peer ids; none means everybody. */
  receivers: [],
  way: Way.SERVER,
  secretIds: [],
  selectedSecretId: '',
  /** Messages that came and could not be decrypted. */
  unreadableCount: 0,
  /** Whether the server keeps messages for those who come later: if it can, and if it is wanted. */
  canKeepMessages: false,
  keepsMessages: false,
};

/** A call may last for days, and anybody may send anything: older messages and more of a text go. */
export const MOST_MESSAGES = 500;
export const LONGEST_TEXT = 4000;

const latest = (messages) => messages.slice(-MOST_MESSAGES);
const numbered = (message) => ({
  ...message,
  text:
    message.text.length > LONGEST_TEXT
      ? `${message.text.slice(0, LONGEST_TEXT)} […]`
      : message.text,
  serial: (lastSerial += 1),
});

let lastSerial = 0;

/**
 * @param message `{ senderId, sender, isSelf, isPrivate, receivers, isDirect, secretId, isEarlier,
 *   text, time }`, where `receivers` is the words for whom a private message is for
 */
export const messageArrived = (message) => (state) => ({
  messages: latest([...state.messages, numbered(message)]),
  unreadCount:
    message.isSelf || state.openPanel === 'chat' ? state.unreadCount : state.unreadCount + 1,
});

/** Puts messages of earlier in their place; those that were seen live are there already. */
export const historyLoaded = (earlier) => (state) => {
  const live = state.messages.filter(({ isEarlier }) => !isEarlier);
  const unknown = earlier.filter(
    ({ senderId, text }) => !live.some((one) => one.senderId === senderId && one.text === text),
  );
  const all = [...unknown.map(numbered), ...live].sort((one, other) => one.time - other.time);
  return { messages: latest(all) };
};

export const receiversChosen = (receivers) => () => ({ receivers });

export const receiverToggled =
  (id) =>
  ({ receivers }) => ({
    receivers: receivers.includes(id) ? receivers.filter((one) => one !== id) : [...receivers, id],
  });

export const receiverLeft =
  (id) =>
  ({ receivers }) => ({ receivers: receivers.filter((one) => one !== id) });

export const wayChosen = (way) => () => ({ way });

export const secretsChanged = (secretIds, selectedSecretId) => () => ({
  secretIds,
  selectedSecretId,
});

export const messageUnreadable =
  () =>
  ({ unreadableCount }) => ({ unreadableCount: unreadableCount + 1 });

export const unreadableForgotten = () => () => ({ unreadableCount: 0 });

export const keepingChanged = (changes) => () => changes;

/** Whether the next message will be kept: the server keeps only encrypted ones for everybody. */
export const willBeKept = ({ way, keepsMessages, canKeepMessages, selectedSecretId, receivers }) =>
  way === Way.SERVER &&
  canKeepMessages &&
  keepsMessages &&
  selectedSecretId !== '' &&
  receivers.length === 0;
