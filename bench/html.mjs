import { curvePlot, spreadPlot } from './plots.mjs';
import { goalText, isComplete, kindsOf, ratio, ratiosOf, spreadText } from './table.mjs';

const STYLE = `
:root { color-scheme: light dark; --kind0: #0b7a75; --kind1: #a65a00; --kind2: #5b5fc7; --kind3: #a3358f; --line: #8884; --good: #1a7f37; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --kind0: #43c6bf; --kind1: #f0a04b; --kind2: #a5a8ff; --kind3: #f08fdc; --good: #57d27d; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 0 auto; padding: 1rem; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
nav a { display: inline-block; padding: .35rem 0; }
a { color: inherit; } :focus-visible { outline: 3px solid var(--kind0); outline-offset: 2px; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 1.5rem; margin: 1rem 0; }
figure { margin: 0; } figcaption { display: flex; justify-content: space-between; gap: 1rem; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: currentColor; }
.grid { stroke: var(--line); } .tick { text-anchor: middle; opacity: .75; } .side, .name, .amount { text-anchor: end; }
.kind0 { --kind: var(--kind0); } .kind1 { --kind: var(--kind1); } .kind2 { --kind: var(--kind2); } .kind3 { --kind: var(--kind3); }
svg g rect { fill: var(--kind); opacity: .3; } svg g line { stroke: var(--kind); stroke-width: 2.5; }
svg g circle { fill: var(--kind); opacity: .75; } svg polyline { fill: none; stroke: var(--kind); stroke-width: 2.5; }
svg .label { fill: var(--kind); font-weight: 600; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .9rem .3rem 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 9rem; }
.scroll { overflow-x: auto; margin: 1rem 0; } .good { color: var(--good); } .bad { color: var(--bad); }
summary { cursor: pointer; padding: .5rem 0; } .made { opacity: .8; font-size: .9rem; }`;

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text) => String(text).replace(/[&<>"]/g, (character) => ENTITIES[character]);

/** A table that can be scrolled by finger and by keyboard. Cells are text or `{ html }`. */
function table(name, head, rows) {
  const cell = (tag, content) => `<${tag}>${content?.html ?? escape(content)}</${tag}>`;
  const line = (tag, cells) => `<tr>${cells.map((content) => cell(tag, content)).join('')}</tr>`;
  const body = rows.map((cells) => line('td', cells)).join('');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escape(name)}"><table><thead>${line('th', head)}</thead><tbody>${body}</tbody></table></div>`;
}

const figure = (title, plot) =>
  `<figure><figcaption><h3>${escape(title)}</h3></figcaption>${plot}</figure>`;

function ratioCell(metric, beside) {
  const share = ratiosOf(metric).find((it) => it.beside === beside);
  if (!share) return '';
  const goal = share.goal
    ? ` <span class="${share.isReached ? 'good' : 'bad'}">${escape(goalText(share))}</span>`
    : '';
  return { html: `${ratio(share.value)}${goal}` };
}

function metricsTable(name, kinds, metrics) {
  const others = kinds.filter((kind) => kind !== 'ours');
  const head = ['', ...kinds, ...others.map((kind) => `ours / ${kind}`)];
  const rows = metrics.map((metric) => [
    `${metric.title}, ${metric.unit}`,
    ...kinds.map((kind) => (metric.samples[kind] ? spreadText(metric.samples[kind]) : '–')),
    ...others.map((kind) => ratioCell(metric, kind)),
  ]);
  return table(name, head, rows);
}

/** Lines of one series, as one picture. */
function curves(metrics, kinds) {
  return [...groupBySeries(metrics)]
    .filter(([series, lines]) => series && lines.length > 1)
    .map(([series, lines]) => figure(series, curvePlot({ title: series, lines, kinds })));
}

function groupBySeries(metrics) {
  const groups = new Map();
  for (const metric of metrics) {
    if (!groups.has(metric.series)) groups.set(metric.series, []);
    groups.get(metric.series).push(metric);
  }
  return groups;
}

function sectionPart(section) {
  const { part, title, note, made, rounds, loadBefore, loadAfter, metrics, steps = [] } = section;
  const kinds = kindsOf(section);
  const pictures = curves(metrics, kinds);
  const rounded = metrics.filter(({ samples }) => samples.ours?.length > 1);
  const plots = rounded.map((metric) => figure(metric.title, spreadPlot({ ...metric, kinds })));
  const complete = steps.filter(isComplete);
  const parts = [
    `<h2 id="${part}">${escape(title)}</h2><p>${escape(note)}</p>`,
    metricsTable(title, kinds, metrics),
    pictures.length > 0 ? `<div class="plots">${pictures.join('')}</div>` : '',
    plots.length > 0
      ? `<details><summary>Every round</summary><div class="plots">${plots.join('')}</div></details>`
      : '',
    complete.length > 0
      ? `<details><summary>Steps, after the call</summary>${metricsTable(`Steps: ${title}`, kinds, complete)}</details>`
      : '',
    `<p class="made">${made}, at most ${rounds} rounds; load of the machine ${loadBefore} before, ${loadAfter} after.</p>`,
  ];
  return `<section>${parts.join('')}</section>`;
}

/** The report as one page that needs nothing else. */
export function htmlOf({ machine, sections }) {
  const links = sections.map(
    ({ part, title }) => `<li><a href="#${part}">${escape(title)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Skylink for WebAssembly: measurements</title><style>${STYLE}</style></head><body>
<h1>Skylink for WebAssembly beside skylinkjs</h1>
<p>Medians, with the least and the greatest of the rounds. Kinds took turns in every round, on the same machine, in the same browser, through the same server. Ratios are of the medians; behind some, what is to be reached.</p>
<nav aria-label="Parts"><ul>${links.join('')}<li><a href="#machine">Machine</a></li></ul></nav>
<main>${sections.map(sectionPart).join('\n')}
<section><h2 id="machine">Machine</h2>${table('Machine', ['', ''], Object.entries(machine))}</section></main>
</body></html>
`;
}
