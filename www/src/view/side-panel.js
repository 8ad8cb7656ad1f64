import { panelOpened } from '../state/call-state.js';
import { byId, element, icon, setText } from './element.js';

/**
 * The place beside the tiles where one panel at a time is open. A panel is
 * `{ id, title, iconName, isSecondary?, create({ store, session, openPanel, panels }) }`, where
 * `create` returns `{ element, show?(state), badge?(state), focus?(), opened?(), closed?() }`;
 * a badge is `{ number, meaning }`. `show` is called while the panel is open. On narrow screens the
 * buttons of secondary panels are in the panel "More".
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
  const togglePanel = (id) => openPanel(store.state.openPanel === id ? null : id);
  const entries = panels.map((panel) =>
    createEntry(panel, { store, session, openPanel, togglePanel, close, panels }),
  );
  buttons.replaceChildren(...entries.map(({ button }) => button));
  let shown = null;

  function close() {
    const closed = shown;
    openPanel(null);
    // The button of a secondary panel may be hidden: then the focus goes to that of "More".
    const candidates = [closed, entries.find(({ isMore }) => isMore)];
    candidates.find((entry) => entry?.button.checkVisibility())?.button.focus();
  }

  place.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    close();
  });

  return store.subscribe((state) => {
    for (const entry of entries) entry.showButton(state);
    const next = entries.find(({ id }) => id === state.openPanel) ?? null;
    if (next !== shown) {
      shown?.closed();
      shown = next;
      place.hidden = !shown;
      place.dataset.panel = shown?.id ?? '';
      place.setAttribute('aria-label', shown?.title ?? '');
      place.replaceChildren(...(shown ? [shown.frame] : []));
      shown?.opened();
    }
    shown?.show(state);
    if (focusIsDue) shown?.focus();
    focusIsDue = false;
  });
}

function createEntry(panel, { close, togglePanel, ...context }) {
  const isSecondary = (id) => context.panels.some((one) => one.id === id && one.isSecondary);
  const content = panel.create(context);
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
  const button = createPanelButton(panel, () => togglePanel(panel.id));

  return {
    id: panel.id,
    title: panel.title,
    isMore: panel.isMore,
    frame,
    button: button.element,
    opened: () => content.opened?.(),
    closed: () => content.closed?.(),
    show: (state) => content.show?.(state),
    focus: () => (content.focus ?? (() => heading.focus()))(),
    showButton(state) {
      const isBehindMore = panel.isMore && isSecondary(state.openPanel);
      const isOpen = state.openPanel === panel.id || isBehindMore;
      button.show(isOpen, content.badge?.(state) ?? { number: 0, meaning: '' });
    },
  };
}

function createPanelButton({ id, title, iconName, isSecondary = false, isMore = false }, onclick) {
  const badge = element('span', { class: 'badge' });
  const meaning = element('span', { class: 'sr-only' });
  const kind = (isSecondary && ' secondary') || (isMore && ' more') || '';
  const button = element(
    'button',
    {
      type: 'button',
      class: `control${kind}`,
      'aria-controls': 'panel',
      title,
      data: { test: `open-${id}` },
      onclick,
    },
    icon(iconName),
    element('span', { class: 'control-text' }, title),
    ' ',
    badge,
    ' ',
    meaning,
  );
  return {
    element: button,
    show(isOpen, { number, meaning: words }) {
      button.setAttribute('aria-expanded', String(isOpen));
      badge.hidden = number === 0;
      setText(badge, number > 0 ? String(number) : '');
      setText(meaning, number > 0 ? words : '');
    },
  };
}
