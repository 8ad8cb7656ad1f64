import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { createError } from '../pkg-template/errors.js';
import { ERRORS, LOGS } from '../pkg-template/texts.js';

const surface = JSON.parse(
  await readFile(new URL('./fixtures/api-surface.json', import.meta.url), 'utf8'),
);
const rust = await readFile(new URL('../core/src/error.rs', import.meta.url), 'utf8');

/** Numbers and names of a Rust enum: `Name = 1,`. */
function variants(enumName) {
  const body = rust.match(new RegExp(`pub enum ${enumName} \\{([^}]*)\\}`))?.[1];
  assert.ok(body, `core/src/error.rs has no enum ${enumName}`);
  const found = [...body.matchAll(/^\s*(\w+) = (\d+),$/gm)].map(([, name, number]) => [
    Number(number),
    name,
  ]);
  assert.ok(found.length > 0);
  return found;
}

const screaming = (name) => name.replace(/(?<=[a-z\d])(?=[A-Z])/g, '_').toUpperCase();

test('every error code of the core has a text under its name, and no other has', () => {
  const expected = variants('ErrorCode').map(([number, name]) => [number, screaming(name)]);
  const present = Object.entries(ERRORS)
    .map(([number, [code]]) => [Number(number), code])
    .filter(([number]) => number < 100);
  assert.deepEqual(present, expected);
});

test('every log code of the core has a tag of 2.7.2 and a text, and no other has', () => {
  const expected = variants('LogCode').map(([number]) => number);
  assert.deepEqual(Object.keys(LOGS).map(Number), expected);
  for (const [tag, text] of Object.values(LOGS)) {
    assert.ok(Object.values(surface.constants.TAGS).includes(tag), tag);
    assert.match(text, /^[A-Z]/);
  }
});

test('codes are unique', () => {
  const codes = Object.values(ERRORS).map(([code]) => code);
  assert.equal(new Set(codes).size, codes.length);
});

test('errors whose text apps know have the text of 2.7.2', () => {
  const textOf = (id) => surface.errors.find((error) => error.id === id).texts[0];
  const KNOWN = {
    NO_APP_KEY: textOf('R-01'),
    NO_FETCH: textOf('R-04'),
    NO_WEBRTC: textOf('R-05'),
    NO_ROOM_NAME: textOf('R-07'),
    INVALID_PREFETCHED_STREAMS: textOf('R-10'),
    INVALID_MEDIA_OPTIONS: textOf('R-13'),
    NOT_IN_ROOM: textOf('R-28'),
    START_RECORDING_NO_MCU: textOf('R-34'),
    RECORDING_IN_PROGRESS: textOf('R-35'),
    RECORDER_UNAVAILABLE: textOf('R-36'),
    STOP_RECORDING_NO_MCU: textOf('R-37'),
    NO_RECORDING_IN_PROGRESS: textOf('R-38'),
    RECORDING_TOO_SHORT: textOf('R-39'),
    START_RTMP_NO_MCU: textOf('R-41'),
    RTMP_NO_STREAM_ID: textOf('R-42'),
    RTMP_NO_ENDPOINT: textOf('R-43'),
    STOP_RTMP_NO_MCU: textOf('R-44'),
  };
  for (const [code, text] of Object.entries(KNOWN)) {
    const number = Object.keys(ERRORS).find((key) => ERRORS[key][0] === code);
    assert.equal(createError(Number(number)).message, text);
  }
});

test('a detail fills the gap, or follows the text', () => {
  assert.equal(createError(5, '403').message, 'XMLHttpRequest status not OK\nStatus was: 403');
  assert.equal(createError(3, '$& x').message, 'Invalid user media options $& x');
  assert.equal(createError(6, 'reset').message, 'Network error occurred - reset');
});

test('an error tells its code and its family', () => {
  const error = createError(100);
  assert.ok(error instanceof Error);
  assert.equal(error.code, 'NO_APP_KEY');
  assert.equal(error.name, 'SkylinkArgumentError');
  assert.equal(Object.getPrototypeOf(Object.getPrototypeOf(error)).name, 'SkylinkError');
  assert.match(String(error), /^SkylinkArgumentError: /);
});

test('further members are added and replace nothing', () => {
  const error = createError(5, '403', { info: 'x', error: 4001, code: 1, message: 'y', name: 'z' });
  assert.equal(error.info, 'x');
  assert.equal(error.error, 4001);
  assert.equal(error.code, 'API_REFUSED');
  assert.match(error.message, /403/);
  assert.equal(error.name, 'SkylinkConnectionError');
});

test('an unknown number still makes an error', () => {
  assert.equal(createError(99).name, 'SkylinkError');
});

test('the types list the same codes', async () => {
  const types = await readFile(
    new URL('../pkg-template/types/errors.d.ts', import.meta.url),
    'utf8',
  );
  const [, union] = types.match(/export type SkylinkErrorCode =([^;]*);/);
  assert.deepEqual(
    [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code),
    Object.values(ERRORS).map(([code]) => code),
  );
});
