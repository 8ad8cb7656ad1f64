import { element, icon, setText } from './element.js';

/** One message of the chat. */
export function createMessageEntry({ sender, receivers, isSelf, isPrivate, text, time }) {
  const head = element(
    'p',
    { class: 'message-head' },
    element('span', { class: 'message-sender' }, sender),
    element('time', { datetime: time.toISOString() }, shortTime(time)),
  );
  if (isPrivate) {
    head.append(
      element(
        'span',
        { class: 'message-private' },
        icon('lock'),
        `Private${receivers ? ` to ${receivers}` : ''}`,
      ),
    );
  }
  const body = element('p', { class: 'message-text' });
  setText(body, text);
  return element(
    'div',
    {
      class: 'message',
      data: { test: 'message', self: String(isSelf), private: String(isPrivate) },
    },
    head,
    body,
  );
}

const shortTime = (time) => time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
