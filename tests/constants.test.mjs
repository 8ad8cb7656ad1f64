import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { EVENTS, SkylinkConstants } from '../pkg-template/constants.js';

const surface = JSON.parse(
  await readFile(new URL('./fixtures/api-surface.json', import.meta.url), 'utf8'),
);

/** Deep equality forgets the order in which members enumerate, and apps see that order. */
const inOrder = (value) => JSON.stringify(value);

test('every group of 2.7.2 is there, in its order', () => {
  assert.deepEqual(Object.keys(SkylinkConstants), Object.keys(surface.constants));
  assert.equal(Object.keys(SkylinkConstants).length, 71);
});

for (const [name, expected] of Object.entries(surface.constants)) {
  if (name !== 'SDK_VERSION') {
    test(`${name} has the values of 2.7.2`, () => {
      assert.equal(inOrder(SkylinkConstants[name]), inOrder(expected));
    });
  }
}

test('SDK_VERSION is the version of this package, not the original one', () => {
  assert.equal(typeof SkylinkConstants.SDK_VERSION, 'string');
  assert.notEqual(SkylinkConstants.SDK_VERSION, surface.constants.SDK_VERSION);
});

test('both namespaces are frozen and without prototype, as in the bundles', () => {
  for (const namespace of [SkylinkConstants, EVENTS]) {
    assert.ok(Object.isFrozen(namespace));
    assert.equal(Object.getPrototypeOf(namespace), null);
  }
});

test('the groups inside are ordinary objects', () => {
  assert.ok(!Object.isFrozen(SkylinkConstants.LOG_LEVEL));
  assert.equal(Object.getPrototypeOf(SkylinkConstants.LOG_LEVEL), Object.prototype);
});

test('shared objects are the same objects', () => {
  assert.equal(SkylinkConstants.EVENTS, EVENTS);
  assert.equal(SkylinkConstants.STATES.SIGNALING, SkylinkConstants.SOCKET_EVENTS);
});
