import { barPlot, spreadPlot } from './plots.mjs';
import { ratioOf, spreadOf } from './spread.mjs';
import { isComplete, number, ratio } from './table.mjs';

const STYLE = `
:root { color-scheme: light dark; --ours: #0b7a75; --theirs: #a65a00; --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --ours: #43c6bf; --theirs: #f0a04b; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 0; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; } figcaption { display: flex; justify-content: space-between; gap: 1rem; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: currentColor; }
.grid { stroke: var(--line); } .tick { text-anchor: middle; opacity: .7; } .name, .amount { text-anchor: end; }
.ours { --kind: var(--ours); } .skylinkjs { --kind: var(--theirs); }
svg g rect { fill: var(--kind); opacity: .3; } svg g rect.bar { opacity: .8; }
svg g line { stroke: var(--kind); stroke-width: 2.5; } svg g circle { fill: var(--kind); opacity: .75; }
table { border-collapse: collapse; margin: 1.5rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem .2rem 0; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
.scroll { overflow-x: auto; }`;

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => String(text).replace(/[&<>"]/g, (character) => ENTITIES[character]);

const table = (head, rows) => {
  const line = (tag, cells) =>
    `<tr>${cells.map((text) => `<${tag}>${escape(text)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => line('td', cells)).join('');
  return `<div class="scroll"><table><thead>${line('th', head)}</thead><tbody>${body}</tbody></table></div>`;
};

const figure = (title, share, plot) =>
  `<figure><figcaption><h3>${escape(title)}</h3><span>ratio ${ratio(share)}</span></figcaption>${plot}</figure>`;

const medians = ({ ours, skylinkjs }) => [spreadOf(ours).median, spreadOf(skylinkjs).median];

function sizesPart({ bundles, slim }) {
  const plots = Object.keys(bundles.ours).map((title) => {
    const values = { ours: bundles.ours[title], skylinkjs: bundles.skylinkjs[title] };
    const plot = barPlot({ title, unit: '', values });
    return figure(title, ratioOf(values.ours, values.skylinkjs), plot);
  });
  const note = `Bundled and minified by esbuild, bytes. Our slim entry with its module: ${slim.raw} raw, ${slim.gzip} gzip, ${slim.brotli} brotli.`;
  return `<h2>Sizes in an app’s bundle</h2><p>${note}</p><div class="plots">${plots.join('')}</div>`;
}

function spreadRow({ title, samples }) {
  const cells = ['ours', 'skylinkjs'].flatMap((kind) => {
    const { median, min, lowerQuartile, upperQuartile, max } = spreadOf(samples[kind]);
    return [number(median), [min, lowerQuartile, upperQuartile, max].map(number).join(' / ')];
  });
  return [title, ...cells, ratio(ratioOf(...medians(samples)))];
}

function sectionPart({ title, note, metrics, steps = [] }) {
  const plots = metrics.map((metric) =>
    figure(metric.title, ratioOf(...medians(metric.samples)), spreadPlot(metric)),
  );
  const head = ['median and min / quartiles / max', 'ours', '', 'skylinkjs', '', 'ratio'];
  const complete = steps.filter(isComplete);
  const tables = [
    table(head, metrics.map(spreadRow)),
    ...(complete.length > 0
      ? [`<h3>Steps, ms after the call</h3>${table(head, complete.map(spreadRow))}`]
      : []),
  ];
  return `<h2>${escape(title)}</h2><p>${escape(note)}</p><div class="plots">${plots.join('')}</div>${tables.join('')}`;
}

/** The report as one page that needs nothing else. */
export function htmlOf({ made, machine, loadBefore, loadAfter, rounds, sizes, sections }) {
  const facts = {
    made,
    ...machine,
    rounds,
    'load before': loadBefore,
    'load after': loadAfter,
  };
  const parts = [...(sizes ? [sizesPart(sizes)] : []), ...sections.map(sectionPart)];
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Skylink for WebAssembly: measurements</title><style>${STYLE}</style>
<h1>Skylink for WebAssembly beside skylinkjs</h1>
<p>Ratio: ours / skylinkjs of the medians; below 1, ours is smaller or faster. Every dot is one round, the box holds the middle half of them.</p>
${parts.join('\n')}
<h2>Machine</h2>${table(['', ''], Object.entries(facts))}
</html>
`;
}
