// Files that tests send, made in the page, and a look at those that came.

const blobs = [];

/** The same bytes for the same seed. */
function bytesOf(size, seed) {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = seed * 2_654_435_761 + 1;
  for (let place = 0; place < words.length; place += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[place] = state;
  }
  return new Uint8Array(words.buffer, 0, size);
}

/**
 * `{ size, seed }` or `{ bytes }`, with a `type`. With a `name` it is a `File`.
 */
function makeBlob({ size, seed = 1, bytes, type = '', name }) {
  const parts = [bytes ? Uint8Array.from(bytes) : bytesOf(size, seed)];
  return name === undefined ? new Blob(parts, { type }) : new File(parts, name, { type });
}

/** The number that names a blob outside the page. */
export function numberOf(blob) {
  if (!blobs.includes(blob)) blobs.push(blob);
  return blobs.indexOf(blob);
}

const controllers = new Map();

function controllerOf(name) {
  if (!controllers.has(name)) controllers.set(name, new AbortController());
  return controllers.get(name);
}

const streams = new Map();

/** A stream of an app that keeps what is written, and rests that many milliseconds each time. */
function makeStream({ name, rest = 0, failsAfter = Infinity }) {
  const stream = { parts: [], state: 'open' };
  const ended = new Promise((resolve) => {
    stream.end = (state) => {
      stream.state = state;
      resolve(state);
    };
  });
  streams.set(name, Object.assign(stream, { ended }));
  return new WritableStream({
    async write(part) {
      if (stream.parts.length >= failsAfter) throw new Error('the disk is full');
      stream.parts.push(part.slice());
      await new Promise((resolve) => {
        setTimeout(resolve, rest);
      });
    },
    close() {
      stream.end('closed');
    },
    abort() {
      stream.end('aborted');
    },
  });
}

/** Its text in base64, for pages that have no digests. */
async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const text = [...bytes].map((byte) => String.fromCharCode(byte)).join('');
  return btoa(text);
}

async function sha256(blob) {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Puts live objects where the test wrote `{ blob }`, `{ signal }` or `{ writable }`. */
export function reviveFile(argument) {
  if (argument?.blob) return makeBlob(argument.blob);
  if (!argument?.signal && !argument?.writable) return argument;
  return {
    signal: argument.signal && controllerOf(argument.signal).signal,
    writable: argument.writable && makeStream(argument.writable),
  };
}

window.files = {
  /** The digest of a blob that was made with that description, or came with that number. */
  digest: (which) => sha256(typeof which === 'number' ? blobs[which] : makeBlob(which)),
  base64: (number) => base64(blobs[number]),
  abort: (name, reason) => controllerOf(name).abort(reason && new Error(reason)),
  /** How a stream ended, once it has: not before what is being written is written. */
  ended: (name) => streams.get(name).ended,
  /** What was written to a stream. */
  async written(name) {
    const { parts, state } = streams.get(name);
    const blob = new Blob(parts);
    return { state, size: blob.size, digest: await sha256(blob) };
  },
};
