import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test, { afterEach, beforeEach, mock } from 'node:test';
import { logger } from '../pkg-template/logger.js';

const surface = JSON.parse(
  await readFile(new URL('./fixtures/api-surface.json', import.meta.url), 'utf8'),
).logger;

const stored = new Map();
let printed;

beforeEach(() => {
  stored.clear();
  globalThis.window = {
    localStorage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => stored.set(key, String(value)),
    },
  };
  printed = [];
  for (const method of ['trace', 'debug', 'info', 'warn', 'error']) {
    mock.method(console, method, (...args) => printed.push([method, ...args]));
  }
  logger.setLevel(surface.defaultLevel, false);
  logger.storedLogs = [];
});
afterEach(() => {
  mock.restoreAll();
  delete globalThis.window;
});

/** A second module instance, as a new page would have. */
let page = 0;
const freshLogger = async () => {
  page += 1;
  return (await import(`../pkg-template/logger.js?page=${page}`)).logger;
};

test('has the levels of 2.7.2 and starts with ERROR', async () => {
  stored.clear();
  assert.deepEqual(logger.logLevels, surface.logLevels);
  assert.equal((await freshLogger()).level, surface.defaultLevel);
});

test('keeps its level across pages', async () => {
  logger.setLevel(1);
  assert.equal(stored.get(surface.storageKey), '1');
  assert.equal((await freshLogger()).level, 1);
});

test('takes no stored text for a level', async () => {
  stored.set(surface.storageKey, 'loud');
  assert.equal((await freshLogger()).level, surface.defaultLevel);
});

test('works without storage, and says so', async () => {
  globalThis.window = {
    get localStorage() {
      throw new Error('denied');
    },
  };
  assert.equal((await freshLogger()).level, surface.defaultLevel);
  logger.setLevel(2);
  assert.equal(logger.level, 2);
  assert.equal(printed[0][0], 'warn');
});

test('anything but a number means ERROR', () => {
  for (const level of [undefined, null, '1', NaN, {}]) {
    logger.setLevel(1);
    logger.setLevel(level);
    assert.equal(logger.level, surface.defaultLevel);
  }
});

test('levels of the old scale end at the nearest one', () => {
  logger.setLevel(-1);
  assert.equal(logger.level, 0);
  logger.setLevel(9);
  assert.equal(logger.level, 5);
});

test('prints what is at or above the level', () => {
  logger.setLevel(2);
  for (const name of ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']) {
    logger.log[name]('text');
  }
  assert.deepEqual(
    printed.map(([method]) => method),
    ['info', 'warn', 'error'],
  );
  logger.disableAll();
  logger.log.ERROR('text');
  assert.equal(printed.length, 3);
  logger.enableAll();
  logger.log.TRACE('text');
  assert.equal(printed[3][0], 'trace');
});

const LINES = [
  ['T', 'SkylinkJS - T'],
  [['p', 'tag', ['a', 'b'], 'T'], 'SkylinkJS - [p] <<tag>> (a) (b) T'],
  [[null, 'tag', null, 'T'], 'SkylinkJS - - <<tag>> T'],
  [[null, null, 'x', 'T'], 'SkylinkJS - - <<Method>> (x) T'],
  [['p', null, null, 'T'], 'SkylinkJS - [p] T'],
];
for (const [message, line] of LINES) {
  test(`prints ${JSON.stringify(message)} as 2.7.2 does`, () => {
    const object = {};
    logger.log.ERROR(message, object);
    const [method, time, text, debugObject] = printed[0];
    assert.equal(method, 'error');
    assert.match(time, /^\[\d{4}-\d\d-\d\dT[\d:.]+Z\]$/);
    assert.equal(text, line);
    assert.equal(debugObject, object);
  });
}

test('without a debug object the console gets an empty text', () => {
  logger.log.ERROR('T');
  assert.equal(printed[0][3], '');
});

test('stores what passes the level while storing is on', () => {
  logger.setLevel(3, true);
  logger.log.INFO('below');
  logger.log.WARN('plain');
  logger.log.ERROR('with object', { x: 1 });
  const [first, second] = logger.getLogs();
  assert.equal(logger.getLogs(), logger.storedLogs);
  assert.equal(logger.storedLogs.length, 2);
  assert.deepEqual(first.slice(1), ['WARN', 'SkylinkJS - plain']);
  assert.deepEqual(second.slice(1), ['ERROR', 'SkylinkJS - with object', { x: 1 }]);
});

test('storing changes only when it is mentioned', () => {
  logger.setLevel(3, true);
  logger.setLevel(4);
  assert.equal(logger.storeLogs, true);
  logger.setLevel(4, false);
  assert.equal(logger.storeLogs, false);
});

test('without storing there are no logs, and a warning', () => {
  logger.setLevel(3);
  assert.equal(logger.getLogs(), null);
  assert.equal(printed[0][0], 'warn');
});

test('clearing logs first, then empties', () => {
  logger.setLevel(2, true);
  logger.log.ERROR('old');
  const old = logger.storedLogs;
  logger.clearLogs();
  assert.equal(old.length, 2);
  assert.deepEqual(logger.getLogs(), []);
});
