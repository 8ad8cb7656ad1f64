import { noticed, personById } from '../state/call-state.js';
import { MOST_SAMPLES } from '../state/measurements.js';
import { failed } from '../state/problems.js';
import { createChart } from '../view/chart.js';
import { element, setText } from '../view/element.js';
import { bitRateInWords } from '../view/quantities.js';

export const statisticsPanel = {
  id: 'statistics',
  title: 'Statistics',
  about: 'How well each connection does',
  iconName: 'statistics',
  isSecondary: true,
  create: createStatisticsPanel,
};

function createStatisticsPanel({ store, session }) {
  const { readings, watch } = session.statistics;
  const list = element('ul', { class: 'statistics', role: 'list', data: { test: 'statistics' } });
  const empty = element('p', { class: 'section hint' }, 'There is no connection to measure yet.');
  const copy = element(
    'button',
    { type: 'button', class: 'button', data: { test: 'statistics-copy' }, onclick: copyReports },
    'Copy the full report',
  );
  const foot = element('div', { class: 'section' }, copy);
  const entries = new Map();
  let stopWatching = () => {};

  async function copyReports() {
    try {
      await navigator.clipboard.writeText(JSON.stringify(readings.state.reports, null, 2));
      store.change(noticed('The report is copied, as JSON.'));
    } catch {
      store.change(failed('The browser does not let the page copy.'));
    }
  }

  function show({ samples }) {
    for (const [id, entry] of entries) {
      if (id in samples) continue;
      entry.element.remove();
      entries.delete(id);
    }
    for (const [id, taken] of Object.entries(samples)) {
      if (!entries.has(id)) {
        entries.set(id, createEntry(id));
        list.append(entries.get(id).element);
      }
      const name = personById(store.state, id)?.name ?? 'Media server';
      entries.get(id).show(name, taken);
    }
    empty.hidden = entries.size > 0;
    foot.hidden = entries.size === 0;
  }

  return {
    element: element('div', { class: 'panel-scroll' }, empty, list, foot),
    opened() {
      stopWatching = watch(show);
    },
    closed() {
      stopWatching();
    },
  };
}

function createEntry(id) {
  const heading = element('h3', {});
  const chart = (title, series, inWords, least) =>
    createChart({ title, series, inWords, least, length: MOST_SAMPLES });
  const charts = [
    chart(
      'Bit rate',
      [
        { key: 'received', label: 'in' },
        { key: 'sent', label: 'out' },
      ],
      bitRateInWords,
      64_000,
    ),
    chart('Packets lost', [{ key: 'loss', label: '' }], (value) => `${value.toFixed(1)} %`, 5),
    chart(
      'Round trip',
      [{ key: 'roundTrip', label: '' }],
      (value) => `${Math.round(value)} ms`,
      100,
    ),
  ];
  const facts = element('dl', { class: 'facts', data: { test: 'facts' } });
  const values = new Map();

  return {
    element: element(
      'li',
      { class: 'section', data: { test: 'measured', peer: id } },
      heading,
      ...charts.map((one) => one.element),
      facts,
    ),
    show(name, samples) {
      setText(heading, name);
      for (const one of charts) one.show(samples);
      for (const [label, text] of Object.entries(samples.at(-1).facts)) {
        if (!values.has(label)) {
          values.set(label, element('dd', {}));
          facts.append(element('dt', {}, label), values.get(label));
        }
        setText(values.get(label), text || '–');
      }
    },
  };
}
