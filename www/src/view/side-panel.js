import { panelOpened } from '../state/call-state.js';
import { byId, element, icon, setText } from './element.js';

/**
 * The place beside the tiles where one panel at a time is open. A panel is
 * `{ id, title, iconName, create({ store, session, openPanel }) }`, where `create` returns
 * `{ element, show(state), badge?(state), focus?() }`; a badge is `{ number, meaning }`.
 */
export function createSidePanel({ store, session, panels }) {
  const place = byId('panel');
  const buttons = byId('panel-buttons');

  // A panel that opens by itself leaves the focus where it is.
  let focusIsDue = false;
  const openPanel = (id) => {
    focusIsDue = true;
    store.change(panelOpened(id));
  };
  const entries = panels.map((panel) =>
    createEntry(panel, { store, session, openPanel, togglePanel, close }),
  );
  buttons.replaceChildren(...entries.map(({ button }) => button));
  let shownId = null;

  function togglePanel(id) {
    openPanel(store.state.openPanel === id ? null : id);
  }

  function close() {
    const entry = entries.find(({ id }) => id === store.state.openPanel);
    openPanel(null);
    entry?.button.focus();
  }

  place.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    close();
  });

  return store.subscribe((state) => {
    for (const entry of entries) entry.show(state);
    if (state.openPanel === shownId) return;
    shownId = state.openPanel;
    const entry = entries.find(({ id }) => id === shownId);
    place.hidden = !entry;
    place.dataset.panel = entry?.id ?? '';
    place.setAttribute('aria-label', entry?.title ?? '');
    place.replaceChildren(...(entry ? [entry.frame] : []));
    if (focusIsDue) entry?.focus();
    focusIsDue = false;
  });
}

function createEntry(panel, { store, session, openPanel, togglePanel, close }) {
  const content = panel.create({ store, session, openPanel });
  const heading = element('h2', { tabindex: '-1' }, panel.title);
  const frame = element(
    'div',
    { class: 'panel-frame' },
    element(
      'div',
      { class: 'panel-head' },
      heading,
      element(
        'button',
        {
          type: 'button',
          class: 'button icon-only',
          'aria-label': `Close ${panel.title}`,
          data: { test: 'panel-close' },
          onclick: close,
        },
        icon('close'),
      ),
    ),
    content.element,
  );

  const text = element('span', { class: 'control-text' }, panel.title);
  const badge = element('span', { class: 'badge' });
  const meaning = element('span', { class: 'sr-only' });
  const button = element(
    'button',
    {
      type: 'button',
      class: 'control',
      'aria-controls': 'panel',
      title: panel.title,
      data: { test: `open-${panel.id}` },
      onclick: () => togglePanel(panel.id),
    },
    icon(panel.iconName),
    text,
    ' ',
    badge,
    ' ',
    meaning,
  );

  return {
    id: panel.id,
    title: panel.title,
    frame,
    button,
    focus: () => (content.focus ?? (() => heading.focus()))(),
    show(state) {
      const count = content.badge?.(state) ?? { number: 0, meaning: '' };
      button.setAttribute('aria-expanded', String(state.openPanel === panel.id));
      badge.hidden = count.number === 0;
      setText(badge, count.number > 0 ? String(count.number) : '');
      setText(meaning, count.number > 0 ? count.meaning : '');
      content.show(state);
    },
  };
}
