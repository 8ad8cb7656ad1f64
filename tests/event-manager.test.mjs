import assert from 'node:assert/strict';
import test, { beforeEach, mock } from 'node:test';
import { eventManager } from '../pkg-template/event-manager.js';
import { logger } from '../pkg-template/logger.js';

const dispatch = (name, detail) => eventManager.dispatchEvent({ name, detail: { detail } });

let calls;
let eventName;
let count = 0;
beforeEach(() => {
  calls = [];
  count += 1;
  eventName = `event${count}`;
  mock.restoreAll();
});
const noting = (label) => () => {
  calls.push(label);
};

test('delivers at once, with the detail itself', () => {
  const detail = { some: 'thing' };
  let seen;
  eventManager.addEventListener(eventName, (event) => {
    seen = event;
  });
  dispatch(eventName, detail);
  assert.equal(seen.detail, detail);
  assert.deepEqual(Object.keys(seen), ['type', 'detail']);
});

test('calls in the order of registration, and twice what was added twice', () => {
  const first = noting('first');
  eventManager.addEventListener(eventName, first);
  eventManager.addEventListener(eventName, noting('second'));
  eventManager.addEventListener(eventName, first);
  dispatch(eventName);
  assert.deepEqual(calls, ['first', 'second', 'first']);
});

test('removing removes all of them and leaves no holes', () => {
  const first = noting('first');
  const second = noting('second');
  for (const listener of [first, second, first]) {
    eventManager.addEventListener(eventName, listener);
  }
  eventManager.removeEventListener(eventName, first);
  dispatch(eventName);
  assert.deepEqual(calls, ['second']);
  assert.deepEqual(Object.keys(eventManager.events[eventName].callbacks), ['0']);
});

test('listeners of the app come before private ones, whenever added', () => {
  eventManager.addPrivateEventListener(eventName, noting('private'));
  eventManager.addEventListener(eventName, noting('app'));
  dispatch(eventName);
  assert.deepEqual(calls, ['app', 'private']);
  assert.equal(eventManager.privateEvents[eventName].callbacks.length, 1);
});

test('private listeners can be removed', () => {
  const listener = noting('private');
  eventManager.addPrivateEventListener(eventName, listener);
  eventManager.removePrivateEventListener(eventName, listener);
  dispatch(eventName);
  assert.deepEqual(calls, []);
});

test('a listener that throws is logged and stops nobody', () => {
  const error = mock.method(console, 'error', () => {});
  const thrown = new Error('of the app');
  eventManager.addEventListener(eventName, () => {
    throw thrown;
  });
  eventManager.addEventListener(eventName, noting('next'));
  dispatch(eventName);
  assert.deepEqual(calls, ['next']);
  assert.equal(error.mock.callCount(), 1);
  assert.equal(error.mock.calls[0].arguments[2], thrown);
});

test('what a listener adds or removes counts from the next event on', () => {
  const late = noting('late');
  const removed = noting('removed');
  const changing = () => {
    eventManager.addEventListener(eventName, late);
    eventManager.removeEventListener(eventName, removed);
    eventManager.removeEventListener(eventName, changing);
  };
  eventManager.addEventListener(eventName, changing);
  eventManager.addEventListener(eventName, removed);
  dispatch(eventName);
  assert.deepEqual(calls, ['removed']);
  dispatch(eventName);
  assert.deepEqual(calls, ['removed', 'late']);
});

test('listeners share one detail', () => {
  eventManager.addEventListener(eventName, ({ detail }) => {
    detail.seen = 1;
  });
  eventManager.addEventListener(eventName, ({ detail }) => calls.push(detail.seen));
  dispatch(eventName, {});
  assert.deepEqual(calls, [1]);
});

test('events may be dispatched while one is delivered', () => {
  const inner = `${eventName}-inner`;
  eventManager.addEventListener(inner, noting('inner'));
  eventManager.addEventListener(eventName, () => dispatch(inner));
  eventManager.addEventListener(eventName, noting('outer'));
  dispatch(eventName);
  assert.deepEqual(calls, ['inner', 'outer']);
});

test('any name goes, also undefined and those that objects have', () => {
  for (const name of [undefined, 'constructor', '__proto__']) {
    eventManager.addEventListener(name, noting(String(name)));
    dispatch(name);
  }
  assert.deepEqual(calls, ['undefined', 'constructor', '__proto__']);
});

test('what is no function is dropped', () => {
  eventManager.addEventListener(eventName, null);
  eventManager.addEventListener(eventName, { handleEvent: noting('object') });
  dispatch(eventName);
  assert.deepEqual(calls, []);
  assert.equal(eventManager.events[eventName], undefined);
});

test('removing from an unknown name only warns', () => {
  const warn = mock.method(console, 'warn', () => {});
  logger.level = logger.logLevels.WARN;
  eventManager.removeEventListener(eventName, () => {});
  logger.level = logger.logLevels.ERROR;
  assert.equal(warn.mock.callCount(), 1);
});

test('loggedOnConsole is never delivered', () => {
  eventManager.addEventListener('loggedOnConsole', noting('logged'));
  dispatch('loggedOnConsole');
  assert.deepEqual(calls, []);
});

test('methods need their object', () => {
  const { addEventListener } = eventManager;
  assert.throws(() => addEventListener(eventName, () => {}), TypeError);
});
