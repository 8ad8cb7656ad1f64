import { otherPeople } from '../state/call-state.js';
import { fileReceiversChosen, isOpen, waitingForAnswer } from '../state/transfers.js';
import { element } from '../view/element.js';
import { createReceiverChips } from '../view/receiver-chips.js';
import { createTransferEntry } from '../view/transfer-entry.js';

export const filesPanel = {
  id: 'files',
  title: 'Files',
  about: 'Send and receive',
  iconName: 'files',
  isSecondary: true,
  create: createFilesPanel,
};

function createFilesPanel({ store, session }) {
  const chosen = () => store.state.fileReceivers;
  const choose = (ids) => store.change(fileReceiversChosen(ids));
  const receivers = createReceiverChips({
    label: 'Send to',
    onEveryone: () => choose([]),
    onToggle: (id) =>
      choose(chosen().includes(id) ? chosen().filter((one) => one !== id) : [...chosen(), id]),
  });
  const input = element('input', {
    type: 'file',
    id: 'files-input',
    multiple: true,
    class: 'sr-only',
    tabindex: '-1',
    'aria-label': 'Files to send',
    data: { test: 'files-input' },
    onchange() {
      session.files.send(input.files, chosen());
      input.value = '';
    },
  });
  const pick = element(
    'button',
    {
      type: 'button',
      class: 'button primary',
      data: { test: 'files-choose' },
      onclick: () => input.click(),
    },
    'Choose files…',
  );
  const sending = element(
    'div',
    { class: 'section' },
    receivers.element,
    pick,
    input,
    element('p', { class: 'hint' }, 'They go from browser to browser.'),
    element(
      'p',
      { class: 'hint with-mouse' },
      'You can also drop them on somebody’s picture, or beside the pictures for everybody.',
    ),
  );
  const why = element('p', { class: 'section hint' }, 'Nobody else is here to send files to.');
  const list = createTransferList(session.files);
  const tidy = element(
    'button',
    {
      type: 'button',
      class: 'button plain small',
      data: { test: 'files-tidy' },
      onclick() {
        session.files.tidy();
        pick.focus();
      },
    },
    'Clear what is finished',
  );

  return {
    element: element('div', { class: 'panel-scroll' }, sending, why, list.element, tidy),
    focus: () => (sending.hidden ? list.element : pick).focus(),
    badge: (state) => ({ number: waitingForAnswer(state).length, meaning: 'waiting for you' }),
    show(state) {
      const people = otherPeople(state);
      receivers.show(people, state.fileReceivers);
      why.hidden = people.length > 0;
      sending.hidden = people.length === 0;
      list.show(state.transfers);
      tidy.hidden = state.transfers.every(isOpen);
    },
  };
}

function createTransferList({ accept, refuse, cancel }) {
  const list = element('ul', {
    class: 'transfers',
    role: 'list',
    tabindex: '-1',
    'aria-label': 'Files',
    data: { test: 'transfers' },
  });
  const entries = new Map();

  return {
    element: list,
    show(transfers) {
      for (const [key, entry] of entries) {
        if (transfers.some((one) => one.key === key)) continue;
        entry.element.remove();
        entries.delete(key);
      }
      for (const transfer of [...transfers].reverse()) {
        if (!entries.has(transfer.key)) {
          const entry = createTransferEntry(transfer, { accept, refuse, cancel });
          entries.set(transfer.key, entry);
          list.prepend(entry.element);
        }
        entries.get(transfer.key).show(transfer);
      }
    },
  };
}
