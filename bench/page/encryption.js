// Runs in a page: how many encrypted messages a second an SDK writes and reads, and what ciphers
// alone do.

import { nextTask } from './next-task.js';
import { repeatLastFrame, sink, sunkFrames } from './sockets.js';

const SECRET = 'correct horse battery staple';

const AT_ONCE = 16;
const LIMIT_MS = 60_000;

const textOf = (size) => 'x'.repeat(size);

/** Writes for at least so long; a second's worth. */
function rateOf(milliseconds, action) {
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < milliseconds) {
    action();
    count += 1;
  }
  return (count / (performance.now() - began)) * 1000;
}

/**
 * Does `AT_ONCE` at once and waits until all are done, as `done` counts them: an SDK may leave work to
 * other threads.
 */
async function completedRate(milliseconds, action, done) {
  const began = performance.now();
  const before = done();
  let count = 0;
  while (performance.now() - began < milliseconds) {
    for (let one = 0; one < AT_ONCE; one += 1) action();
    count += AT_ONCE;
    while (done() - before < count) {
      if (performance.now() - began > LIMIT_MS) {
        throw new Error(`${count} messages were not all done`);
      }
      await nextTask();
    }
  }
  return (count / (performance.now() - began)) * 1000;
}

/** Messages a second from `sendMessage` to the socket; nothing leaves the page. */
export async function writeRate({ size, milliseconds }) {
  const { sendToServer } = await import('./peer.js');
  const text = textOf(size);
  sink(true);
  const rate = await completedRate(milliseconds, () => sendToServer(text), sunkFrames);
  sink(false);
  return rate;
}

/** Messages a second that are read, from the frame to the event; the frame came over the server. */
export async function readRate({ milliseconds }) {
  const { onText } = await import('./peer.js');
  let read = 0;
  onText(() => {
    read += 1;
  });
  return completedRate(milliseconds, repeatLastFrame, () => read);
}

let heardIt;

/** Listens for a text of that length. */
export async function listenFor(size) {
  const { onText } = await import('./peer.js');
  heardIt = new Promise((resolve) => {
    onText((text) => text.length === size && resolve());
  });
}

/** Resolves when it came. */
export const heard = () => heardIt;

/** crypto-js as skylinkjs calls it. */
export async function cryptoJsRates({ address, size, milliseconds }) {
  const { default: CryptoJS } = await import(address);
  const text = textOf(size);
  const write = () => CryptoJS.AES.encrypt(text, SECRET).toString();
  const written = write();
  const read = () => CryptoJS.AES.decrypt(written, SECRET).toString(CryptoJS.enc.Utf8);
  return { write: rateOf(milliseconds, write), read: rateOf(milliseconds, read) };
}

async function promisedRate(milliseconds, action) {
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < milliseconds) {
    await Promise.all(Array.from({ length: AT_ONCE }, action));
    count += AT_ONCE;
  }
  return (count / (performance.now() - began)) * 1000;
}

/** AES-256-GCM of the browser, text to bytes and back, with a key that is there. */
export async function webCryptoRates({ size, milliseconds }) {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const text = textOf(size);
  const algorithm = () => ({ name: 'AES-GCM', iv: crypto.getRandomValues(new Uint8Array(12)) });
  const write = () => crypto.subtle.encrypt(algorithm(), key, new TextEncoder().encode(text));
  const fixed = algorithm();
  const written = await crypto.subtle.encrypt(fixed, key, new TextEncoder().encode(text));
  const read = async () =>
    new TextDecoder().decode(await crypto.subtle.decrypt(fixed, key, written));
  return {
    write: await promisedRate(milliseconds, write),
    read: await promisedRate(milliseconds, read),
  };
}

export { SECRET };
