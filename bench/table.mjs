import { ratioOf, spreadOf } from './spread.mjs';

const FRACTION_BELOW = 100;
const FINE_BELOW = 1;

export function number(value) {
  if (Number.isInteger(value) || Math.abs(value) >= FRACTION_BELOW) return value.toFixed(0);
  return value.toFixed(Math.abs(value) < FINE_BELOW ? 2 : 1);
}

export const ratio = (value) => (value === null ? '-' : value.toFixed(value >= 10 ? 1 : 2));

const FIRST = 36;
const WIDE = 34;

export function spreadText(samples) {
  const { count, median, min, max } = spreadOf(samples);
  return count === 1 ? number(median) : `${number(median)} (${number(min)} … ${number(max)})`;
}

/** Ratios of the medians, ours to each other kind: `{ beside, value, goal, isReached }`. */
export function ratiosOf({ samples, goals = [] }) {
  const median = (kind) => spreadOf(samples[kind]).median;
  return Object.keys(samples)
    .filter((kind) => kind !== 'ours')
    .map((beside) => {
      const value = ratioOf(median('ours'), median(beside));
      const goal = goals.find((it) => it.beside === beside);
      const isReached =
        goal && value !== null && (value <= goal.atMost || value >= goal.atLeast || false);
      return { beside, value, goal, isReached };
    });
}

export function goalText({ goal, isReached }) {
  if (!goal) return '';
  const bound = goal.atMost === undefined ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`;
  return `${bound} ${isReached ? '✓' : '✗'}`;
}

/** All kinds of a section in their order. */
export const kindsOf = ({ metrics }) => [
  ...new Set(metrics.flatMap(({ samples }) => Object.keys(samples))),
];

function sectionTable(section) {
  const { title, metrics, steps = [] } = section;
  const kinds = kindsOf(section);
  const row = (metric) => {
    const values = kinds.map((kind) =>
      (metric.samples[kind] ? spreadText(metric.samples[kind]) : '-').padStart(WIDE),
    );
    const shares = ratiosOf(metric).map(
      (share) => `${share.beside} ${ratio(share.value)} ${goalText(share)}`,
    );
    return `${`${metric.title}, ${metric.unit}`.padEnd(FIRST)}${values.join('')}  ${shares.join('  ')}`;
  };
  const complete = steps.filter(isComplete);
  return [
    title,
    'median (min … max)'.padEnd(FIRST) + kinds.map((kind) => kind.padStart(WIDE)).join(''),
    ...metrics.map(row),
    ...(complete.length > 0 ? ['its steps', ...complete.map(row)] : []),
  ];
}

/** A step that one SDK does not take in every round has nothing to compare. */
export function isComplete({ samples }) {
  return Object.values(samples).every((list) => list.every(Number.isFinite));
}

/** The report in plain text. */
export function textOf({ sections }) {
  return sections.map((section) => sectionTable(section).join('\n')).join('\n\n');
}
