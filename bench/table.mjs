import { ratioOf, spreadOf } from './spread.mjs';

export const number = (value) => value.toFixed(value >= 100 || Number.isInteger(value) ? 0 : 1);
export const ratio = (value) => (value === null ? '-' : value.toFixed(2));

const FIRST = 34;
const WIDE = 38;
const cell = (value, width = 10) => String(value).padStart(width);

function spread(samples) {
  const { median, min, lowerQuartile, upperQuartile, max } = spreadOf(samples);
  const around = [min, lowerQuartile, upperQuartile, max].map(number).join(' / ');
  return `${number(median)}  (${around})`;
}

function sizesTable({ bundles, slim }) {
  const kinds = ['raw', 'gzip', 'brotli'];
  const line = (name, values) => name.padEnd(FIRST) + values.map((value) => cell(value)).join('');
  const values = (sizes) => kinds.map((kind) => sizes[kind]);
  const share = kinds.map((kind) => ratio(ratioOf(bundles.ours[kind], bundles.skylinkjs[kind])));
  return [
    line('Sizes in an app’s bundle, bytes', kinds),
    line('ours', values(bundles.ours)),
    line('skylinkjs', values(bundles.skylinkjs)),
    line('ours / skylinkjs', share),
    line('(ours, slim.js and its module)', values(slim)),
  ];
}

function timesTable({ title, metrics, steps = [] }) {
  const line = (name, ours, theirs, share) =>
    name.padEnd(FIRST) + cell(ours, WIDE) + cell(theirs, WIDE) + cell(share, 7);
  const row = ({ title: name, samples: { ours, skylinkjs } }) => {
    const share = ratioOf(spreadOf(ours).median, spreadOf(skylinkjs).median);
    return line(name, spread(ours), spread(skylinkjs), ratio(share));
  };
  const stepRows = steps
    .filter(isComplete)
    .map((step) => row({ ...step, title: `  ${step.title}` }));
  return [
    title,
    line('median  (min / quartiles / max)', 'ours', 'skylinkjs', 'ratio'),
    ...metrics.map(row),
    ...(stepRows.length > 0 ? ['its steps', ...stepRows] : []),
  ];
}

/** A step that one SDK does not take in every round has nothing to compare. */
export function isComplete({ samples }) {
  return Object.values(samples).every((list) => list.every(Number.isFinite));
}

/** The report in plain text. */
export function textOf({ sizes, sections }) {
  const parts = [...(sizes ? [sizesTable(sizes)] : []), ...sections.map(timesTable)];
  return parts.map((lines) => lines.join('\n')).join('\n\n');
}
