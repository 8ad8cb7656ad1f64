import { Phase, Sending, self } from '../state/call-state.js';
import { receiversChosen } from '../state/chat.js';
import { keepPreferences } from '../state/preferences.js';
import { fileReceiversChosen } from '../state/transfers.js';
import { element, icon, setText, showIcon } from '../view/element.js';
import { createSwitch } from '../view/switch.js';

export const peoplePanel = {
  id: 'people',
  title: 'People',
  iconName: 'people',
  create: createPeople,
};

function createPeople({ store, session, openPanel }) {
  const list = element('ul', {
    class: 'people',
    role: 'list',
    tabindex: '0',
    'aria-label': 'People in the room',
    data: { test: 'people' },
  });
  const entries = new Map();
  const own = createOwnForm({ store, session });

  const actions = {
    write(id) {
      store.change(receiversChosen([id]));
      openPanel('chat');
    },
    sendFile(id) {
      store.change(fileReceiversChosen([id]));
      openPanel('files');
    },
    refresh: (id) => session.connections.refresh(id),
  };

  return {
    element: element('div', { class: 'people-panel' }, list, own.element),

    badge: ({ people }) => ({ number: people.length, meaning: 'in the room' }),

    show(state) {
      for (const [id, entry] of entries) {
        if (state.people.some((person) => person.id === id)) continue;
        entry.element.remove();
        entries.delete(id);
      }
      for (const person of state.people) {
        if (!entries.has(person.id)) {
          const entry = createEntry(person, actions);
          entries.set(person.id, entry);
          list.append(entry.element);
        }
        entries.get(person.id).show(person, state);
      }
      own.show(state);
    },
  };
}

/** What one tells about oneself. */
function createOwnForm({ store, session }) {
  const nameInput = element('input', {
    id: 'own-name',
    maxlength: '40',
    autocomplete: 'off',
    data: { test: 'own-name' },
  });
  const rename = element(
    'button',
    { type: 'submit', class: 'button', data: { test: 'rename' } },
    'Change',
  );
  const hand = createSwitch({
    name: 'raise-hand',
    label: 'Raise your hand',
    onChange: (isOn) => session.people.raiseHand(isOn),
  });
  let shownName = null;

  function submit(event) {
    event.preventDefault();
    const name = nameInput.value.trim();
    if (!name || store.state.phase !== Phase.JOINED) return;
    session.people.rename(name);
    keepPreferences({ name });
  }

  return {
    element: element(
      'form',
      { class: 'own-name', onsubmit: submit },
      hand.element,
      element('label', { for: 'own-name' }, 'Your name'),
      element('div', { class: 'own-name-line' }, nameInput, rename),
    ),
    show(state) {
      const me = self(state);
      const isConnected = state.phase === Phase.JOINED;
      hand.show({ isOn: me?.hasRaisedHand ?? false, isAvailable: isConnected });
      rename.setAttribute('aria-disabled', String(!isConnected));
      if ((me?.name ?? '') === shownName) return;
      shownName = me?.name ?? '';
      nameInput.value = shownName;
    },
  };
}

function createEntry({ id, isSelf }, actions) {
  const name = element('span', { class: 'person-name' });
  const audio = createState('microphone', {
    on: 'Microphone on',
    muted: 'Microphone muted',
    none: 'No microphone',
  });
  const video = createState('camera', { on: 'Camera on', muted: 'Camera off', none: 'No camera' });
  const hand = element(
    'span',
    { class: 'person-state', data: { test: 'hand' } },
    icon('hand'),
    'Hand raised',
  );
  const write = createAction('write-to', 'chat', 'Write', () => actions.write(id));
  const sendFile = createAction('send-file-to', 'files', 'Send file', () => actions.sendFile(id));
  const refresh = createAction('refresh', 'refresh', 'Renew', () => actions.refresh(id));
  const details = createDetails();
  const entry = element(
    'li',
    { class: 'person', data: { test: 'person', peer: id, self: String(isSelf) } },
    element(
      'div',
      { class: 'person-words' },
      name,
      element('p', { class: 'person-states' }, audio.element, video.element, hand),
    ),
    ...(isSelf ? [] : [element('div', { class: 'person-actions' }, write, sendFile, refresh)]),
    details.element,
  );
  return {
    element: entry,
    show(person, { hasMediaServer }) {
      setText(name, isSelf ? `${person.name} (you)` : person.name);
      audio.show(person.audio);
      video.show(person.video);
      hand.hidden = !person.hasRaisedHand;
      write.setAttribute('aria-label', `Write to ${person.name} in private`);
      sendFile.setAttribute('aria-label', `Send file to ${person.name}`);
      refresh.setAttribute('aria-label', `Renew the connection to ${person.name}`);
      refresh.hidden = hasMediaServer;
      details.show(person);
    },
  };
}

const createAction = (test, iconName, words, onclick) =>
  element(
    'button',
    { type: 'button', class: 'button small', data: { test }, onclick },
    icon(iconName),
    words,
  );

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

/** What the SDK knows about somebody beyond what a conversation needs. */
function createDetails() {
  const summary = element('summary', {});
  const id = element('dd', {});
  const software = element('dd', {});
  const data = element('dd', { class: 'code', data: { test: 'person-data' } });
  return {
    element: element(
      'details',
      { class: 'person-details' },
      summary,
      element(
        'dl',
        { class: 'facts' },
        element('dt', {}, 'Software'),
        software,
        element('dt', {}, 'Peer id'),
        id,
        element('dt', {}, 'Custom data'),
        data,
      ),
    ),
    show(person) {
      setText(summary, `About ${person.name}`);
      setText(id, person.id);
      setText(software, person.software || 'unknown');
      setText(data, JSON.stringify(person.customData));
    },
  };
}
