/**
 * Every error of the SDK is a SkylinkError: `code` says which one and never changes, `message` is
 * for people, `name` tells the family.
 */
import { ERRORS } from './texts.js';

class SkylinkError extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

const named = (name, type) => {
  Object.defineProperty(type.prototype, 'name', {
    value: name,
    configurable: true,
    writable: true,
  });
  return type;
};
named('SkylinkError', SkylinkError);

const FAMILIES = {
  A: named('SkylinkArgumentError', class extends SkylinkError {}),
  C: named('SkylinkConnectionError', class extends SkylinkError {}),
  R: named('SkylinkRoomError', class extends SkylinkError {}),
  M: named('SkylinkMediaError', class extends SkylinkError {}),
  T: named('SkylinkTransferError', class extends SkylinkError {}),
  E: named('SkylinkEngineError', class extends SkylinkError {}),
};

/** Numbers that the JavaScript part itself uses. */
export const LEFT_DURING_JOIN = 13;
export const NO_APP_KEY = 100;
export const NO_FETCH = 101;
export const NO_WEBRTC = 102;
export const ENGINE_FAILED = 103;
export const ENGINE_DIED = 104;
export const NO_CODECS = 105;

/**
 * @param {number} number key of ERRORS
 * @param {string} [detail] fills the gap of the text, or follows it
 * @param {object} [extra] further members; they never replace what an error has anyway
 * @returns {SkylinkError}
 */
export function createError(number, detail, extra) {
  const [code, family, text] = ERRORS[number] ?? [`E${number}`, '', 'Unknown error'];
  let message = text.replace('%s', () => detail ?? '').trimEnd();
  if (detail && !text.includes('%s')) {
    message += ` - ${detail}`;
  }
  const error = new (FAMILIES[family] ?? SkylinkError)(message, code);
  for (const key in extra) {
    if (!(key in error)) {
      error[key] = extra[key];
    }
  }
  return error;
}
