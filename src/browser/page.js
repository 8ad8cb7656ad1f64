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

/** Sixteen random bytes. */
export const randomBytes = () => crypto.getRandomValues(new Uint8Array(16));

/** Asks for a document; fulfils with its status and its body, `undefined` unless that is JSON. */
export const getJson = async (url, headers, signal) => {
  const response = await fetch(url, { headers: Object.fromEntries(headers), signal });
  const body = await response.json().catch(() => undefined);
  return [response.status, body];
};
