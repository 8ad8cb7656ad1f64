import { numberOf } from './files.js';

const DEEPEST = 8;

/** A copy of any value that survives the way out of the page, with live objects named. */
export function summarise(value, depth = 0) {
  if (value === undefined) return '[undefined]';
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '[deeper]';
  if (value instanceof MediaStream) {
    return {
      stream: value.id,
      audio: value.getAudioTracks().length,
      video: value.getVideoTracks().length,
      active: value.active,
    };
  }
  if (value instanceof Blob) {
    return { blob: numberOf(value), size: value.size, type: value.type };
  }
  if (value instanceof Error || value instanceof DOMException) {
    return {
      ...summariseKeys(value, depth),
      isError: true,
      name: value.name,
      message: value.message,
      code: summarise(value.code, depth + 1),
    };
  }
  if (Array.isArray(value)) return value.map((item) => summarise(item, depth + 1));
  return summariseKeys(value, depth);
}

function summariseKeys(object, depth) {
  return Object.fromEntries(
    Object.keys(object).map((key) => [key, summarise(object[key], depth + 1)]),
  );
}
