import { noticed } from '../state/call-state.js';
import { failed } from '../state/problems.js';
import { element } from '../view/element.js';

export const journalPanel = {
  id: 'journal',
  title: 'Events',
  about: 'Everything the SDK tells',
  iconName: 'journal',
  isSecondary: true,
  create: createJournalPanel,
};

const ALL = 'All events';
const ERRORS = 'Errors';

function createJournalPanel({ store, session }) {
  const { journal } = session;
  const list = element('ol', {
    class: 'journal',
    role: 'list',
    tabindex: '0',
    'aria-label': 'Events, the newest last',
    data: { test: 'journal' },
  });
  const empty = element('p', { class: 'hint journal-empty' }, 'No such event yet.');
  const topic = element(
    'select',
    { id: 'journal-topic', data: { test: 'journal-topic' }, onchange: rebuild },
    ...[ALL, ...journal.topics, ERRORS].map((name) => element('option', {}, name)),
  );
  const search = element('input', {
    id: 'journal-search',
    type: 'search',
    placeholder: 'Search',
    autocomplete: 'off',
    data: { test: 'journal-search' },
    oninput: rebuild,
  });
  const button = (test, words, onclick) =>
    element('button', { type: 'button', class: 'button small', data: { test }, onclick }, words);
  let shown = [];
  let unsubscribe = () => {};

  const isWanted = (entry) =>
    (topic.value === ALL ||
      topic.value === entry.topic ||
      (topic.value === ERRORS && entry.isError)) &&
    lineOf(entry).toLowerCase().includes(search.value.trim().toLowerCase());

  function rebuild() {
    list.replaceChildren();
    shown = [];
    show();
  }

  function show() {
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    const wanted = journal.store.state.entries.filter(isWanted);
    const oldest = wanted[0]?.serial ?? Infinity;
    const gone = shown.filter(({ serial }) => serial < oldest);
    for (let count = 0; count < gone.length; count += 1) list.firstElementChild.remove();
    const newest = shown.at(-1)?.serial ?? 0;
    list.append(...wanted.filter(({ serial }) => serial > newest).map(entryElement));
    shown = wanted;
    empty.hidden = wanted.length > 0;
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }

  async function copy() {
    const text = shown.map(lineOf).join('\n');
    try {
      await navigator.clipboard.writeText(text);
      store.change(noticed(`${shown.length} events are copied.`));
    } catch {
      store.change(failed('The browser does not let the page copy.'));
    }
  }

  return {
    element: element(
      'div',
      { class: 'journal-panel' },
      element(
        'div',
        { class: 'journal-tools' },
        element('label', { class: 'sr-only', for: 'journal-topic' }, 'Which events'),
        topic,
        element('label', { class: 'sr-only', for: 'journal-search' }, 'Search in events'),
        search,
        button('journal-copy', 'Copy', copy),
        button('journal-clear', 'Clear', () => {
          journal.clear();
          rebuild();
        }),
      ),
      empty,
      list,
    ),
    focus: () => search.focus(),
    opened() {
      unsubscribe = journal.store.subscribe(show);
      list.scrollTop = list.scrollHeight;
    },
    closed: () => unsubscribe(),
  };
}

const clockOf = (time) => time.toISOString().slice(11, 23);
const lineOf = ({ time, name, text }) => `${clockOf(time)} ${name} ${text}`.trimEnd();

const entryElement = ({ time, name, text, isError }) =>
  element(
    'li',
    {
      class: 'journal-entry',
      data: { test: 'journal-entry', event: name, error: String(isError) },
    },
    element('time', { datetime: time.toISOString() }, clockOf(time)),
    ' ',
    element('strong', {}, name),
    ' ',
    element('span', {}, text),
  );
