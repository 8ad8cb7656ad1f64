import { element, icon, setText } from './element.js';

/** One message of the chat. */
export function createMessageEntry(message) {
  const { sender, isSelf, isPrivate, isEarlier, text, time } = message;
  const head = element(
    'p',
    { class: 'message-head' },
    element('span', { class: 'message-sender' }, sender),
    element('time', { datetime: time.toISOString() }, timeInWords(time)),
    ...marksOf(message),
  );
  const body = element('p', { class: 'message-text' });
  setText(body, text);
  return element(
    'div',
    {
      class: 'message',
      data: {
        test: 'message',
        self: String(isSelf),
        private: String(isPrivate),
        earlier: String(isEarlier),
      },
    },
    head,
    body,
  );
}

function marksOf({ isPrivate, receivers, isDirect, secretId }) {
  const marks = [];
  if (isPrivate) marks.push(mark('private', 'lock', `Private${receivers && ` to ${receivers}`}`));
  if (isDirect) marks.push(mark('direct', 'direct', 'Peer to peer'));
  if (secretId) marks.push(mark('encrypted', 'key', `Encrypted with ${secretId}`));
  return marks;
}

const mark = (kind, iconName, words) =>
  element('span', { class: `message-mark ${kind}` }, icon(iconName), words);

function timeInWords(time) {
  const clock = time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday ? clock : `${time.toLocaleDateString()} ${clock}`;
}
