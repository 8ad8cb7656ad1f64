// What a page offers and web-sys has no short way to.

/** Milliseconds since 1970, from a clock that never goes back. */
export const now = () => performance.timeOrigin + performance.now();

/** Calls `settled(number, ok, value)` when the promise settles. The promise owns the callbacks. */
export const follow = (promise, number, settled) => {
  promise.then(
    (value) => settled(number, true, value),
    (error) => settled(number, false, error),
  );
};

/** Fills the bytes with random ones. */
export const fillRandom = (bytes) => crypto.getRandomValues(bytes);

/** Whether `deriveKey` works: on secure pages only. */
export const canDeriveKeys = () => Boolean(globalThis.crypto?.subtle);

/** 32 bytes made out of a secret by PBKDF2 with HMAC-SHA-256. */
export const deriveKey = async (secret, salt, iterations) => {
  const { subtle } = crypto;
  const bytes = new TextEncoder().encode(secret);
  const key = await subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveBits']);
  const method = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return new Uint8Array(await subtle.deriveBits(method, key, 256));
};

/** Asks for a document; fulfils with its status and its body, `undefined` unless that is JSON. */
export const getJson = async (url, headers, signal) => {
  const response = await fetch(url, { headers: Object.fromEntries(headers), signal });
  const body = await response.json().catch(() => undefined);
  return [response.status, body];
};
