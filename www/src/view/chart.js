import { setText, element } from './element.js';

const NAMESPACE = 'http://www.w3.org/2000/svg';
const WIDTH = 120;
const HEIGHT = 36;

/**
 * A small chart of how one or two values went, with the present values and a summary in words.
 *
 * @param {{ title: string, series: { key: string, label: string }[], inWords: (value: number) =>
 *   string, least: number, length: number }} settings `least` is the smallest value at the top edge
 */
export function createChart({ title, series, inWords, least, length }) {
  const lines = series.map((_, index) => {
    const line = document.createElementNS(NAMESPACE, 'polyline');
    line.setAttribute('class', `chart-line chart-line-${index}`);
    line.setAttribute('vector-effect', 'non-scaling-stroke');
    return line;
  });
  const drawing = document.createElementNS(NAMESPACE, 'svg');
  drawing.setAttribute('class', 'chart-drawing');
  drawing.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  drawing.setAttribute('preserveAspectRatio', 'none');
  drawing.setAttribute('role', 'img');
  drawing.append(...lines);
  const values = series.map((one, index) =>
    element('span', {
      class: `chart-value chart-value-${index}`,
      data: { test: `now-${one.key}` },
    }),
  );

  return {
    element: element(
      'div',
      { class: 'chart' },
      element(
        'p',
        { class: 'chart-head' },
        element('span', { class: 'chart-title' }, title),
        ...values,
      ),
      drawing,
    ),

    show(samples) {
      const known = series.flatMap(({ key }) => valuesOf(samples, key));
      const top = Math.max(least, ...known);
      series.forEach(({ key, label }, index) => {
        lines[index].setAttribute('points', pointsOf(samples, key, top, length));
        const now = samples.at(-1)?.[key] ?? null;
        setText(values[index], `${label && `${label} `}${now === null ? '–' : inWords(now)}`);
      });
      drawing.setAttribute('aria-label', summaryOf(title, series, samples, inWords));
    },
  };
}

const valuesOf = (samples, key) =>
  samples.map((sample) => sample[key]).filter((value) => typeof value === 'number');

// The newest value is at the right edge, also while there are few.
function pointsOf(samples, key, top, length) {
  const step = WIDTH / (length - 1);
  return samples
    .map((sample, index) => ({ value: sample[key], age: samples.length - 1 - index }))
    .filter(({ value }) => typeof value === 'number')
    .map(({ value, age }) => {
      const x = WIDTH - age * step;
      const y = HEIGHT - 1 - (value / top) * (HEIGHT - 2);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}

function summaryOf(title, series, samples, inWords) {
  const parts = series.map(({ key, label }) => {
    const values = valuesOf(samples, key);
    if (values.length === 0) return `${label} not known yet`;
    const [now, low, high] = [values.at(-1), Math.min(...values), Math.max(...values)].map(inWords);
    return `${label} now ${now}, between ${low} and ${high}`;
  });
  return `${title}: ${parts.join('; ')}`.replace(/:\s+/g, ': ');
}
