import { EVERYONE, chatTargetChosen, noticed, otherPeople } from '../state/call-state.js';
import { element, icon, setText } from '../view/element.js';

const LONGEST_MESSAGE = 2000;

export const chatPanel = { id: 'chat', title: 'Chat', iconName: 'chat', create: createChat };

function createChat({ store, session }) {
  const log = element('div', {
    class: 'chat-log',
    role: 'log',
    'aria-label': 'Messages',
    tabindex: '0',
    data: { test: 'chat-log' },
  });
  const empty = element('p', { class: 'chat-empty' }, 'No messages yet.');
  const target = element('select', {
    id: 'chat-target',
    data: { test: 'chat-target' },
    onchange: () => store.change(chatTargetChosen(target.value)),
  });
  const input = element('input', {
    id: 'chat-input',
    autocomplete: 'off',
    maxlength: String(LONGEST_MESSAGE),
    placeholder: 'Write a message',
    enterkeyhint: 'send',
    data: { test: 'chat-input' },
  });

  const form = element(
    'form',
    {
      class: 'chat-form',
      onsubmit: (event) => {
        event.preventDefault();
        const text = input.value.trim();
        if (text && session.sendMessage(text, store.state.chatTarget)) input.value = '';
        input.focus();
      },
    },
    element('div', { class: 'chat-to' }, element('label', { for: 'chat-target' }, 'To'), target),
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
  );

  let shownCount = 0;

  return {
    element: element('div', { class: 'chat' }, empty, log, form),

    focus: () => input.focus(),

    badge: ({ unreadCount }) => ({ number: unreadCount, meaning: 'unread' }),

    show(state) {
      showTargets(target, state);
      form.dataset.private = String(state.chatTarget !== EVERYONE);
      if (state.messages.length < shownCount) {
        log.replaceChildren();
        input.value = '';
        shownCount = 0;
      }
      const fresh = state.messages.slice(shownCount);
      shownCount = state.messages.length;
      empty.hidden = shownCount > 0;
      log.append(...fresh.map(messageEntry));
      if (fresh.length > 0) log.scrollTop = log.scrollHeight;

      const unseen = fresh.findLast(({ isSelf }) => !isSelf);
      if (unseen && state.openPanel !== 'chat') {
        store.change(
          noticed(`${unseen.sender}${unseen.isPrivate ? ' (private)' : ''}: ${unseen.text}`),
        );
      }
    },
  };
}

function showTargets(target, state) {
  const choices = [
    { id: EVERYONE, name: 'Everyone' },
    ...otherPeople(state).map(({ id, name }) => ({ id, name: `${name} (private)` })),
  ];
  const signature = JSON.stringify(choices);
  if (target.dataset.signature !== signature) {
    target.dataset.signature = signature;
    target.replaceChildren(
      ...choices.map(({ id, name }) => element('option', { value: id }, name)),
    );
  }
  if (target.value !== state.chatTarget) target.value = state.chatTarget;
}

function messageEntry({ sender, receiver, isSelf, isPrivate, text, time }) {
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
        `Private${receiver ? ` to ${receiver}` : ''}`,
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
