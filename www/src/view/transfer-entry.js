import { Step, isOpen } from '../state/transfers.js';
import { element, icon, setText } from './element.js';
import { bytesInWords, durationInWords, speedInWords } from './quantities.js';

/** One file and one person: what it is, how far it is, and what can be done. */
export function createTransferEntry({ name, isIncoming }, actions) {
  const about = element('p', { class: 'transfer-about' });
  const progress = element('progress', { max: '100', 'aria-label': `Progress of ${name}` });
  const state = element('p', { class: 'transfer-state', data: { test: 'transfer-state' } });
  const buttons = element('div', { class: 'transfer-buttons' });
  let shownChoice = '';

  const button = (test, words, onclick, kind = '') =>
    element(
      'button',
      {
        type: 'button',
        class: `button small${kind}`,
        'aria-label': `${words} ${name}`,
        data: { test },
        onclick,
      },
      words,
    );

  // Made anew only when there is another choice: a button that has the focus keeps it.
  function showButtons(transfer) {
    const choice = `${transfer.step} ${transfer.url}`;
    if (choice === shownChoice) return;
    shownChoice = choice;
    const hadFocus = buttons.contains(document.activeElement);
    buttons.replaceChildren(...buttonsFor(transfer));
    if (hadFocus) (buttons.firstElementChild ?? entry).focus();
  }

  function buttonsFor(transfer) {
    if (transfer.step === Step.ASKED) {
      return [
        button('accept', 'Accept', () => actions.accept(transfer), ' primary'),
        button('refuse', 'Refuse', () => actions.refuse(transfer)),
      ];
    }
    if (isOpen(transfer)) return [button('cancel', 'Cancel', () => actions.cancel(transfer))];
    if (transfer.url) {
      const link = { class: 'button small primary', href: transfer.url, download: name };
      return [
        element(
          'a',
          { ...link, 'aria-label': `Save ${name}`, data: { test: 'save' } },
          icon('download'),
          'Save',
        ),
      ];
    }
    return [];
  }

  const entry = element(
    'li',
    { class: 'transfer', tabindex: '-1', data: { test: 'transfer', incoming: String(isIncoming) } },
    element('p', { class: 'transfer-name' }, name),
    about,
    progress,
    state,
    buttons,
  );

  return {
    element: entry,
    show(transfer) {
      entry.dataset.step = transfer.step;
      setText(
        about,
        `${isIncoming ? 'From' : 'To'} ${transfer.peerName}, ${bytesInWords(transfer.size)}`,
      );
      progress.value = transfer.percentage;
      progress.hidden = transfer.step !== Step.RUNNING && transfer.step !== Step.WAITING;
      setText(state, stateInWords(transfer));
      showButtons(transfer);
    },
  };
}

function stateInWords({ step, percentage, speed, secondsLeft, peerName, isIncoming, problem }) {
  switch (step) {
    case Step.WAITING:
      return `Waiting for ${peerName}`;
    case Step.ASKED:
      return `${peerName} wants to send you this.`;
    case Step.RUNNING:
      return [
        `${Math.floor(percentage)} %`,
        speed !== null && speedInWords(speed),
        secondsLeft !== null && `${durationInWords(secondsLeft)} left`,
      ]
        .filter(Boolean)
        .join(' · ');
    case Step.DONE:
      return isIncoming ? 'Received' : 'Sent';
    case Step.REFUSED:
      return isIncoming ? 'You refused it.' : `${peerName} refused it.`;
    case Step.CANCELLED:
      return 'Cancelled';
    default:
      return `Failed: ${problem}`;
  }
}
