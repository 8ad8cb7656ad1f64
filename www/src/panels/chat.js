import { otherPeople } from '../state/call-state.js';
import { receiverToggled, receiversChosen } from '../state/chat.js';
import { createChatOptions } from '../view/chat-options.js';
import { createMessageEntry } from '../view/message-entry.js';
import { createReceiverChips } from '../view/receiver-chips.js';
import { element, icon, setText } from '../view/element.js';

const LONGEST_MESSAGE = 2000;

export const chatPanel = { id: 'chat', title: 'Chat', iconName: 'chat', create: createChat };

function createChat({ store, session }) {
  const log = createLog();
  const options = createChatOptions({ store, session });
  const composer = createComposer({ store, session });

  return {
    element: element(
      'div',
      { class: 'chat' },
      log.element,
      element('div', { class: 'chat-foot' }, options.element, composer.element),
    ),
    focus: composer.focus,
    opened: log.showEnd,
    badge: ({ unreadCount }) => ({ number: unreadCount, meaning: 'unread' }),
    show(state) {
      log.show(state.messages);
      options.show(state);
      composer.show(state);
    },
  };
}

function createLog() {
  const empty = element('p', { class: 'chat-empty' }, 'No messages yet.');
  const list = element('div', {
    class: 'chat-log',
    role: 'log',
    'aria-label': 'Messages',
    tabindex: '0',
    data: { test: 'chat-log' },
  });
  let shown = [];

  function showEnd() {
    list.scrollTop = list.scrollHeight;
  }

  return {
    element: element('div', { class: 'chat-messages' }, empty, list),

    show(messages) {
      if (messages === shown) return;
      const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
      // The oldest may have gone, or earlier ones may have come between.
      const gone = Math.max(shown.indexOf(messages[0]), 0);
      const left = shown.slice(gone);
      const isContinued = left.every((message, index) => message === messages[index]);
      if (isContinued) [...list.children].slice(0, gone).forEach((entry) => entry.remove());
      else list.replaceChildren();
      const fresh = isContinued ? messages.slice(left.length) : messages;
      shown = messages;
      empty.hidden = messages.length > 0;
      list.append(...fresh.map(createMessageEntry));
      if (isAtEnd || fresh.at(-1)?.isSelf) showEnd();
    },

    showEnd,
  };
}

function createComposer({ store, session }) {
  const receivers = createReceiverChips({
    label: 'To whom',
    onEveryone: () => store.change(receiversChosen([])),
    onToggle: (id) => store.change(receiverToggled(id)),
  });
  const mode = element('p', { id: 'chat-mode', class: 'chat-mode', data: { test: 'chat-mode' } });
  const input = element('input', {
    id: 'chat-input',
    autocomplete: 'off',
    maxlength: String(LONGEST_MESSAGE),
    placeholder: 'Write a message',
    enterkeyhint: 'send',
    'aria-describedby': 'chat-mode',
    data: { test: 'chat-input' },
  });

  function submit(event) {
    event.preventDefault();
    const text = input.value.trim();
    if (text && session.messages.send(text)) input.value = '';
    input.focus();
  }

  return {
    element: element(
      'form',
      { class: 'chat-form', onsubmit: submit },
      receivers.element,
      element(
        'div',
        { class: 'chat-line' },
        element('label', { class: 'sr-only', for: 'chat-input' }, 'Message'),
        input,
        element(
          'button',
          {
            type: 'submit',
            class: 'button primary icon-only',
            'aria-label': 'Send',
            data: { test: 'chat-send' },
          },
          icon('send'),
        ),
      ),
      mode,
    ),
    focus: () => input.focus(),
    show(state) {
      const people = otherPeople(state);
      receivers.show(people, state.receivers);
      const names = people.filter(({ id }) => state.receivers.includes(id)).map(({ name }) => name);
      setText(mode, names.length > 0 ? `Private: only ${inWords(names)} will see it.` : '');
      if (people.length === 0 && state.messages.length === 0 && !state.roomName) input.value = '';
    },
  };
}

const inWords = (names) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
