import { waitingForAnswer } from '../state/transfers.js';
import { element, icon } from '../view/element.js';

/** On narrow screens: the way to the panels that have no room for a button of their own. */
export const morePanel = { id: 'more', title: 'More', iconName: 'more', isMore: true, create };

function create({ openPanel, panels }) {
  const buttons = panels
    .filter(({ isSecondary }) => isSecondary)
    .map(({ id, title, about, iconName }) =>
      element(
        'button',
        {
          type: 'button',
          class: 'more-entry',
          data: { test: `more-${id}` },
          onclick: () => openPanel(id),
        },
        icon(iconName),
        element(
          'span',
          { class: 'more-words' },
          element('span', { class: 'more-title' }, title),
          element('span', { class: 'more-about' }, about),
        ),
      ),
    );
  return {
    element: element('div', { class: 'more-list' }, ...buttons),
    focus: () => buttons[0].focus(),
    badge: (state) => ({
      number: waitingForAnswer(state).length,
      meaning: 'files waiting for you',
    }),
  };
}
