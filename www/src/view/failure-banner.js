import { Remedy } from '../session/failure.js';
import { element, icon } from './element.js';

const wordsOf = {
  [Remedy.RETRY]: 'Try again',
  [Remedy.WITHOUT_MEDIA]: 'Join without camera and microphone',
  [Remedy.REJOIN]: 'Rejoin',
  [Remedy.LEAVE]: 'Leave',
};

/** Shows in `place` what went wrong and a button for each thing that can be done about it. */
export function createFailureBanner(place, onRemedy) {
  let shown = null;

  return (failure) => {
    if (failure === shown) return;
    shown = failure;
    place.replaceChildren(...(failure ? [banner(failure, onRemedy)] : []));
    if (failure) place.firstElementChild.focus();
  };
}

function banner({ kind, title, advice, detail, remedies }, onRemedy) {
  const buttons = remedies.map((remedy, index) =>
    element(
      'button',
      {
        type: 'button',
        class: index === 0 ? 'button primary' : 'button',
        data: { test: `remedy-${remedy}` },
        onclick: () => onRemedy(remedy),
      },
      wordsOf[remedy],
    ),
  );
  return element(
    'div',
    { class: 'failure', role: 'alert', tabindex: '-1', data: { test: 'failure', kind } },
    icon('warning'),
    element(
      'div',
      { class: 'failure-words' },
      element('p', { class: 'failure-title' }, title),
      element('p', {}, advice),
      ...(detail
        ? [element('p', { class: 'failure-detail' }, `What was reported: ${detail}`)]
        : []),
      ...(buttons.length > 0 ? [element('div', { class: 'failure-remedies' }, ...buttons)] : []),
    ),
  );
}
