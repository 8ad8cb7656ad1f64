import { number } from './table.mjs';
import { spreadOf } from './spread.mjs';

const WIDTH = 560;
const LEFT = 84;
const RIGHT = 74;
const ROW = 26;
const TICKS = 4;

/** The next round number of 1, 2 or 5 times a power of ten. */
function niceStep(range) {
  const rough = range / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
}

function scaleTo(top) {
  const step = niceStep(top > 0 ? top : 1);
  const end = Math.ceil((top > 0 ? top : 1) / step) * step;
  const x = (value) => LEFT + (value / end) * (WIDTH - LEFT - RIGHT);
  const ticks = [];
  for (let count = 0; count * step <= end * 1.001; count += 1) ticks.push(count * step);
  return { x, ticks };
}

const tickLabel = (value) =>
  value >= 10_000 ? `${number(value / 1000)}k` : String(Number(value.toPrecision(3)));

function axis({ x, ticks }, height) {
  return ticks.map(
    (value) =>
      `<line class="grid" x1="${x(value)}" x2="${x(value)}" y1="4" y2="${height - 18}"/>` +
      `<text class="tick" x="${x(value)}" y="${height - 4}">${tickLabel(value)}</text>`,
  );
}

function svg(label, rows, height) {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">${rows.join('')}</svg>`;
}

const nameOf = (kind, y) => `<text class="name" x="${LEFT - 8}" y="${y + 4}">${kind}</text>`;

const amountOf = (text, y) => `<text class="amount" x="${WIDTH - 4}" y="${y + 4}">${text}</text>`;

/** Every sample as a dot, with a box over the middle half and a line at the median. */
export function spreadPlot({ title, unit, samples }) {
  const kinds = Object.entries(samples);
  const height = kinds.length * ROW + 24;
  const scale = scaleTo(Math.max(...kinds.flatMap(([, list]) => list)));
  const { x } = scale;
  const rows = kinds.map(([kind, list], place) => {
    const y = place * ROW + ROW / 2 + 4;
    const { lowerQuartile, median, upperQuartile } = spreadOf(list);
    const boxWidth = Math.max(x(upperQuartile) - x(lowerQuartile), 1);
    const dots = list.map((value) => `<circle cx="${x(value)}" cy="${y}" r="2.6"/>`);
    return (
      `<g class="${kind}">${nameOf(kind, y)}` +
      `<rect x="${x(lowerQuartile)}" y="${y - 8}" width="${boxWidth}" height="16" rx="2"/>` +
      `<line x1="${x(median)}" x2="${x(median)}" y1="${y - 10}" y2="${y + 10}"/>` +
      `${dots.join('')}${amountOf(`${number(median)} ${unit}`, y)}</g>`
    );
  });
  return svg(`${title}, ${unit}`, [...axis(scale, height), ...rows], height);
}

/** One bar for each kind. */
export function barPlot({ title, unit, values }) {
  const kinds = Object.entries(values);
  const height = kinds.length * ROW + 24;
  const scale = scaleTo(Math.max(...Object.values(values)));
  const rows = kinds.map(([kind, value], place) => {
    const y = place * ROW + ROW / 2 + 4;
    const width = scale.x(value) - scale.x(0);
    return (
      `<g class="${kind}">${nameOf(kind, y)}` +
      `<rect class="bar" x="${scale.x(0)}" y="${y - 8}" width="${width}" height="16" rx="2"/>` +
      `${amountOf(`${number(value)} ${unit}`, y)}</g>`
    );
  });
  return svg(`${title}, ${unit}`, [...axis(scale, height), ...rows], height);
}
