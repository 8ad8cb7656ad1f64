/** Messages and to whom the next one goes. */

export const noChat = {
  messages: [],
  unreadCount: 0,
  /** Peer ids; none means everybody. */
  receivers: [],
};

let lastSerial = 0;

/**
 * @param message `{ isSelf, sender, isPrivate, receivers, text, time }`, where `receivers` is the
 *   words for whom a private message is for
 */
export const messageArrived = (message) => (state) => ({
  messages: [...state.messages, { ...message, serial: (lastSerial += 1) }],
  unreadCount:
    message.isSelf || state.openPanel === 'chat' ? state.unreadCount : state.unreadCount + 1,
});

export const receiversChosen = (receivers) => () => ({ receivers });

export const receiverToggled =
  (id) =>
  ({ receivers }) => ({
    receivers: receivers.includes(id) ? receivers.filter((one) => one !== id) : [...receivers, id],
  });

export const receiverLeft =
  (id) =>
  ({ receivers }) => ({ receivers: receivers.filter((one) => one !== id) });
