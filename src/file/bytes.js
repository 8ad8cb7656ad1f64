// What browsers offer for the bytes of files.

/** A promise of the SHA-256, where the page may have it. */
export const hash = (bytes) => globalThis.crypto?.subtle?.digest('SHA-256', bytes);

/** A promise of the bytes of a piece of a blob. */
export const read = async (blob, start, end) =>
  new Uint8Array(await blob.slice(start, end).arrayBuffer());

/** Parts put together. */
export const join = (parts, type) => new Blob(parts, { type });

/** The writer of a stream; throws if it is none, or in use. */
export const writer = (stream) => stream.getWriter();

/** Writes; the promise settles when the stream has taken it, or failed. */
export const write = (into, bytes) => into.write(bytes);

export const close = (stream) => stream.close();

/** Gives a stream up that was not written to the end. */
export const abort = (stream) => {
  stream.abort().catch(() => {});
};
