// Which test shows which item of the public surface of skylinkjs 2.7.2.
//   node tools/checklist.mjs            writes docs/checklist.md
//   node tools/checklist.mjs --check    fails when an item has no test or the page is out of date
//
// The title of a test in tests/compat/ begins with the ids that it shows, then a colon:
// 'M-24, E-25: …'; 'C-01…C-71: …' stands for all from the first to the last.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './toolchain.mjs';

const FOLDER = 'tests/compat';
const PAGE = 'docs/checklist.md';

const ID = '[A-Z]-\\d\\d';
const IDS = `${ID}(?:…${ID})?(?:, ${ID}(?:…${ID})?)*`;
/** A first argument, or a value with a name, that is a text and begins with ids. */
const TITLE = new RegExp(`(?:\\w\\(|=)\\s*(['"\`])(${IDS}): ((?:(?!\\1)[^\\\\]|\\\\.)*)\\1`, 'g');

const { complete, items, mentioned } = JSON.parse(
  readFileSync(join(root, 'tests/fixtures/checklist.json'), 'utf8'),
);

/** `C-01…C-03` as its ids. */
function expand(part) {
  const [first, last = first] = part.split('…');
  const [letter] = first;
  const from = Number(first.slice(2));
  const length = Number(last.slice(2)) - from + 1;
  return Array.from({ length }, (_, place) => `${letter}-${String(from + place).padStart(2, '0')}`);
}

/** The tests by id: `{ file, title }`, in the order of files and lines. */
function testsById() {
  const found = new Map();
  const files = readdirSync(join(root, FOLDER)).filter((name) => name.endsWith('.test.mjs'));
  for (const file of files.sort()) {
    const source = readFileSync(join(root, FOLDER, file), 'utf8');
    for (const [, , ids, title] of source.matchAll(TITLE)) {
      for (const id of ids.split(', ').flatMap(expand)) {
        if (!found.has(id)) found.set(id, []);
        found.get(id).push({ file, title: title.replace(/\$\{[^}]*\}/g, '…').replace(/\\/g, '') });
      }
    }
  }
  return found;
}

const cell = (text) => text.replaceAll('|', '\\|');

function row(id, item, tests = []) {
  const shown = tests.map(({ file, title }) => `\`${file.replace('.test.mjs', '')}\`: ${title}`);
  return `| ${id} | ${cell(item)} | ${cell(shown.join('<br>')) || '**no test**'} |`;
}

function table(entries, found) {
  const rows = entries.map(([id, item]) => row(id, item, found.get(id)));
  return ['| id | item | shown by |', '| --- | --- | --- |', ...rows].join('\n');
}

function page(found) {
  const wanted = Object.entries(items);
  const shown = wanted.filter(([id]) => found.has(id)).length;
  const others = Object.entries(mentioned).filter(([id]) => found.has(id));
  return `# Checklist

Every item of the public surface of skylinkjs 2.7.2, and the tests in \`${FOLDER}\` that show it in a
real browser. Written by \`tools/checklist.mjs\`; do not edit.

X exports, V event manager, L logger, W window globals, M methods, E events, C constants, T shapes,
O options, R texts of errors, D demos.

${shown} of ${wanted.length} have a test.

${table(wanted, found)}

## Known defects of 2.7.2 and differences from its documentation

Those that a test names.

${table(others, found)}
`;
}

const found = testsById();
const text = page(found);
const unknown = [...found.keys()].filter((id) => !(id in items) && !(id in mentioned));
const missing = Object.keys(items).filter((id) => !found.has(id));

/** What is always wrong, and what only a complete list may not have. */
function complaints() {
  const wrong = unknown.map((id) => `There is no item ${id}.`);
  const unfinished = missing.length > 0 ? [`No test shows ${missing.join(', ')}.`] : [];
  if (readFileSync(join(root, PAGE), 'utf8') !== text) {
    unfinished.push(`${PAGE} is out of date: run node tools/checklist.mjs`);
  }
  return { wrong, unfinished };
}

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
if (values.check) {
  const { wrong, unfinished } = complaints();
  for (const line of [...wrong, ...unfinished]) console.error(line);
  if (wrong.length > 0 || (complete && unfinished.length > 0)) process.exitCode = 1;
} else {
  writeFileSync(join(root, PAGE), text);
}
