import { problemDismissed } from '../state/problems.js';
import { byId, element, icon } from './element.js';

/** What went wrong, below the room's name, where no panel lies over it. */
export function createProblemList(store) {
  const place = byId('problems');
  const entries = new Map();

  function dismiss(serial) {
    store.change(problemDismissed(serial));
    const next = [...entries].find(([other]) => other !== serial)?.[1];
    (next?.lastElementChild ?? byId('room-heading')).focus();
  }

  return store.subscribe(({ problems }) => {
    for (const [serial, entry] of entries) {
      if (problems.some((one) => one.serial === serial)) continue;
      entry.remove();
      entries.delete(serial);
    }
    // Shown before it is filled: what appears with its words is not read out everywhere.
    place.hidden = problems.length === 0;
    for (const { serial, text } of problems) {
      if (entries.has(serial)) continue;
      const entry = problemEntry(text, () => dismiss(serial));
      entries.set(serial, entry);
      place.prepend(entry);
    }
  });
}

const problemEntry = (text, onclick) =>
  element(
    'div',
    { class: 'problem', role: 'alert', data: { test: 'problem' } },
    icon('warning'),
    element('p', {}, text),
    element(
      'button',
      {
        type: 'button',
        class: 'button small',
        'aria-label': `Dismiss: ${text}`,
        data: { test: 'problem-dismiss' },
        onclick,
      },
      'Dismiss',
    ),
  );
