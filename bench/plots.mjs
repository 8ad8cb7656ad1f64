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
export function spreadPlot({ title, unit, samples, kinds }) {
  const shown = Object.entries(samples);
  const height = shown.length * ROW + 24;
  const scale = scaleTo(Math.max(...shown.flatMap(([, list]) => list)));
  const { x } = scale;
  const rows = shown.map(([kind, list], place) => {
    const y = place * ROW + ROW / 2 + 4;
    const { lowerQuartile, median, upperQuartile } = spreadOf(list);
    const boxWidth = Math.max(x(upperQuartile) - x(lowerQuartile), 1);
    const dots = list.map((value) => `<circle cx="${x(value)}" cy="${y}" r="2.6"/>`);
    return (
      `<g class="kind${kinds.indexOf(kind)}">${nameOf(kind, y)}` +
      `<rect x="${x(lowerQuartile)}" y="${y - 8}" width="${boxWidth}" height="16" rx="2"/>` +
      `<line x1="${x(median)}" x2="${x(median)}" y1="${y - 10}" y2="${y + 10}"/>` +
      `${dots.join('')}${amountOf(`${number(median)} ${unit}`, y)}</g>`
    );
  });
  return svg(`${title}, ${unit}`, [...axis(scale, height), ...rows], height);
}

const CURVE_HEIGHT = 300;
const [TOP, BOTTOM, SIDE, END] = [14, 42, 56, 110];
const BETWEEN_LABELS = 14;

/** Powers of ten that hold all values. */
function decades(values) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...values))), low + 1);
  return Array.from({ length: high - low + 1 }, (_, place) => 10 ** (low + place));
}

/** Pushes labels apart that would lie on each other. */
function apart(labels) {
  const sorted = [...labels].sort((one, other) => one.y - other.y);
  for (const [place, label] of sorted.entries()) {
    const above = sorted[place - 1];
    if (above) label.y = Math.max(label.y, above.y + BETWEEN_LABELS);
  }
  return sorted;
}

/** Medians over what varies, both axes in powers of ten; the upright strokes go from least to greatest. */
export function curvePlot({ title, lines, kinds }) {
  const points = lines.map(({ at, samples }) => ({ at, samples })).sort((a, b) => a.at - b.at);
  const spreads = (kind) =>
    points
      .filter(({ samples }) => samples[kind]?.length > 0)
      .map(({ at, samples }) => ({ at, ...spreadOf(samples[kind]) }))
      .filter(({ min }) => min > 0);
  const shown = kinds.map((kind, place) => ({ kind, place, spreads: spreads(kind) }));
  const drawn = shown.filter((curve) => curve.spreads.length > 0);
  const ticks = decades(
    drawn.flatMap((curve) => curve.spreads.flatMap(({ min, max }) => [min, max])),
  );
  const [low, high] = [ticks[0], ticks.at(-1)].map(Math.log10);
  const [first, last] = [points[0].at, points.at(-1).at].map(Math.log10);
  const x = (value) => SIDE + ((Math.log10(value) - first) / (last - first)) * (WIDTH - SIDE - END);
  const y = (value) =>
    CURVE_HEIGHT -
    BOTTOM -
    ((Math.log10(value) - low) / (high - low)) * (CURVE_HEIGHT - BOTTOM - TOP);
  const grid = ticks.map(
    (value) =>
      `<line class="grid" x1="${SIDE}" x2="${WIDTH - END}" y1="${y(value)}" y2="${y(value)}"/>` +
      `<text class="side" x="${SIDE - 6}" y="${y(value) + 4}">${tickLabel(value)}</text>`,
  );
  const marks = points.map(
    ({ at }) =>
      `<text class="tick" x="${x(at)}" y="${CURVE_HEIGHT - BOTTOM + 18}">${tickLabel(at)}</text>`,
  );
  const axisName = `<text class="tick" x="${(SIDE + WIDTH - END) / 2}" y="${CURVE_HEIGHT - 6}">${lines[0].axis}</text>`;
  const curves = drawn.map(({ place, spreads: list }) => {
    const path = list.map(({ at, median }) => `${x(at)},${y(median)}`).join(' ');
    const strokes = list.map(
      ({ at, min, max, median }) =>
        `<line x1="${x(at)}" x2="${x(at)}" y1="${y(min)}" y2="${y(max)}"/><circle cx="${x(at)}" cy="${y(median)}" r="4"/>`,
    );
    return `<g class="kind${place}"><polyline points="${path}"/>${strokes.join('')}</g>`;
  });
  const labels = apart(
    drawn.map(({ kind, place, spreads: list }) => ({ kind, place, y: y(list.at(-1).median) + 4 })),
  ).map(
    (label) =>
      `<g class="kind${label.place}"><text class="label" x="${WIDTH - END + 10}" y="${label.y}">${label.kind}</text></g>`,
  );
  return svg(title, [...grid, ...marks, axisName, ...curves, ...labels], CURVE_HEIGHT);
}
