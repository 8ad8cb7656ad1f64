import assert from 'node:assert/strict';
import test from 'node:test';
import { copyOf, optionsOf } from '../pkg-template/copies.js';

test('plain objects and lists are copied, all else is kept', () => {
  const date = new Date(0);
  const given = { list: [1, { deep: true }], date, none: null };
  const copy = copyOf(given);
  assert.deepEqual(copy, given);
  assert.notEqual(copy.list[1], given.list[1]);
  assert.equal(copy.date, date);
});

test('an object inside itself, or in two places, is copied once', () => {
  const given = { name: 'parent', children: [{}, {}] };
  for (const child of given.children) child.parent = given;
  const copy = copyOf(given);
  assert.notEqual(copy, given);
  assert.deepEqual(
    copy.children.map(({ parent }) => parent === copy),
    [true, true],
  );
  let layered = {};
  for (let depth = 0; depth < 100; depth += 1) layered = { one: layered, other: layered };
  assert.deepEqual(Object.keys(copyOf(layered)), ['one', 'other']);
});

test('a member called __proto__ is one like any other', () => {
  const copy = copyOf(JSON.parse('{"__proto__": {"polluted": true}}'));
  assert.deepEqual(Object.keys(copy), ['__proto__']);
  assert.equal(copy.polluted, undefined);
});

test('options may be inherited, and stay what they are if they are something else', () => {
  const defaults = { audio: true, userData: { name: 'Ada' } };
  const options = optionsOf(Object.create(defaults, { video: { value: true, enumerable: true } }));
  assert.deepEqual(options, { video: true, ...defaults });
  assert.notEqual(options.userData, defaults.userData);
  const map = new Map();
  assert.equal(optionsOf(map), map);
});
