import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';

const source = (path) => readFile(new URL(`../${path}`, import.meta.url), 'utf8');

/** The names on the left of a table's lines. */
function names(text, begin, line) {
  assert.ok(text.includes(begin), begin);
  const table = text.slice(text.indexOf(begin) + begin.length);
  return [...table.slice(0, table.indexOf('}')).matchAll(line)].map(([, name]) => name);
}

test('the class and the module number the methods alike', async () => {
  const page = names(
    await source('pkg-template/skylink.js'),
    'const METHODS = {',
    /^ +(\w+): (?:later|now),$/gm,
  );
  const module = names(
    await source('src/session/invoke.rs'),
    'numbered! { number;',
    /^ +(\w+) => /gm,
  );
  assert.ok(page.length > 40);
  assert.deepEqual(module, page);
});
