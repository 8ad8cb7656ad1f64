import { waitingForAnswer } from '../state/transfers.js';
import { byId, element } from './element.js';
import { bytesInWords } from './quantities.js';

/** Asks about files that somebody wants to send, over the tiles, while the list of files is closed. */
export function createTransferPrompt({ store, session }) {
  const place = byId('transfer-prompt');
  let shownKey = null;

  return store.subscribe((state) => {
    const transfer = state.openPanel === 'files' ? undefined : waitingForAnswer(state).at(-1);
    if ((transfer?.key ?? null) === shownKey) return;
    shownKey = transfer?.key ?? null;
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren(...(transfer ? question(transfer, session.files) : []));
    place.hidden = !transfer;
    if (hadFocus) (place.querySelector('button') ?? byId('stage')).focus();
  });
}

function question(transfer, files) {
  const { name, size, peerName } = transfer;
  const button = (test, words, answer, kind) =>
    element(
      'button',
      { type: 'button', class: `button ${kind}`, data: { test }, onclick: () => answer(transfer) },
      words,
    );
  return [
    element(
      'p',
      {},
      `${peerName} wants to send you `,
      element('strong', {}, name),
      ` (${bytesInWords(size)}).`,
    ),
    element(
      'div',
      { class: 'prompt-buttons' },
      button('prompt-accept', 'Accept', files.accept, 'primary'),
      button('prompt-refuse', 'Refuse', files.refuse, ''),
    ),
  ];
}
