import { Phase, Sending, chatTargetChosen, self } from '../state/call-state.js';
import { keepPreferences } from '../state/preferences.js';
import { element, icon, setText, showIcon } from '../view/element.js';

export const peoplePanel = {
  id: 'people',
  title: 'People',
  iconName: 'people',
  create: createPeople,
};

function createPeople({ store, session, openPanel }) {
  const list = element('ul', { class: 'people', role: 'list', data: { test: 'people' } });
  const entries = new Map();

  const nameInput = element('input', {
    id: 'own-name',
    maxlength: '40',
    autocomplete: 'off',
    data: { test: 'own-name' },
  });
  const nameForm = element(
    'form',
    {
      class: 'own-name',
      onsubmit: (event) => {
        event.preventDefault();
        const name = nameInput.value.trim();
        if (!name || store.state.phase !== Phase.JOINED) return;
        session.rename(name);
        keepPreferences({ name });
      },
    },
    element('label', { for: 'own-name' }, 'Your name'),
    element(
      'div',
      { class: 'own-name-line' },
      nameInput,
      element('button', { type: 'submit', class: 'button', data: { test: 'rename' } }, 'Change'),
    ),
  );
  let shownName = null;

  const writeTo = (id) => {
    store.change(chatTargetChosen(id));
    openPanel('chat');
  };

  return {
    element: element('div', { class: 'people-panel' }, list, nameForm),

    badge: ({ people }) => ({ number: people.length, meaning: 'in the room' }),

    show(state) {
      for (const [id, entry] of entries) {
        if (state.people.some((person) => person.id === id)) continue;
        entry.element.remove();
        entries.delete(id);
      }
      for (const person of state.people) {
        if (!entries.has(person.id)) {
          const entry = createEntry(person, writeTo);
          entries.set(person.id, entry);
          list.append(entry.element);
        }
        entries.get(person.id).show(person);
      }
      const ownName = self(state)?.name ?? '';
      if (ownName !== shownName) {
        shownName = ownName;
        nameInput.value = ownName;
      }
    },
  };
}

function createEntry({ id, isSelf }, writeTo) {
  const name = element('span', { class: 'person-name' });
  const audio = createState('microphone', {
    on: 'Microphone on',
    muted: 'Microphone muted',
    none: 'No microphone',
  });
  const video = createState('camera', { on: 'Camera on', muted: 'Camera off', none: 'No camera' });
  const write = element(
    'button',
    {
      type: 'button',
      class: 'button small',
      data: { test: 'write-to' },
      onclick: () => writeTo(id),
    },
    icon('chat'),
    'Write',
  );
  const entry = element(
    'li',
    { class: 'person', data: { test: 'person', peer: id, self: String(isSelf) } },
    element(
      'div',
      { class: 'person-words' },
      name,
      element('p', { class: 'person-states' }, audio.element, video.element),
    ),
    ...(isSelf ? [] : [write]),
  );
  return {
    element: entry,
    show(person) {
      setText(name, isSelf ? `${person.name} (you)` : person.name);
      audio.show(person.audio);
      video.show(person.video);
      write.setAttribute('aria-label', `Write to ${person.name} in private`);
    },
  };
}

function createState(kind, words) {
  const picture = icon(kind);
  const text = element('span', {});
  return {
    element: element('span', { class: 'person-state' }, picture, text),
    show(sending) {
      showIcon(picture, sending === Sending.ON ? kind : `${kind}-off`);
      setText(text, words[sending]);
    },
  };
}
