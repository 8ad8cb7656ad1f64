// What browsers offer and web-sys has no short way to. One file: wasm-bindgen's test runner serves
// files from four threads, one for each connection that the browser keeps open, and a page that
// imports many files at once may wait for ever.

/** Milliseconds since 1970, from a clock that never goes back. */
const { timeOrigin } = performance;
export const now = () => timeOrigin + performance.now();

/** Calls `settled(number, ok, value)` when the promise settles. The promise owns the callbacks. */
export const follow = (promise, number, settled) => {
  promise.then(
    (value) => settled(number, true, value),
    (error) => settled(number, false, error),
  );
};

const memberOf = (object, name) => {
  try {
    return object[name];
  } catch {
    return undefined;
  }
};

/**
 * `true` and the items of a list, or `false` with names and values of the members that JSON carries, in turn: one
 * list crosses over sooner than pairs. What cannot be looked at is empty.
 */
export const partsOf = (object) => {
  try {
    if (Array.isArray(object)) return [true, ...object];
    const parts = [false];
    for (const name of Object.keys(object)) {
      const member = memberOf(object, name);
      if (member !== undefined && typeof member !== 'function') parts.push(name, member);
    }
    return parts;
  } catch {
    return [];
  }
};

/** The name that an app means: text as it is, nothing for nothing, and for all else a text that names nothing. */
export const nameOf = (value) => {
  try {
    return value ? `${value}` : undefined;
  } catch {
    return '?';
  }
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

const alphabetOf = (isForAddresses) => (isForAddresses ? 'base64url' : 'base64');

/** Base64 by the browser itself where it can; that for addresses is not padded. */
const base64Of = (bytes, isForAddresses) => {
  const alphabet = alphabetOf(isForAddresses);
  const text = bytes.toBase64?.({ alphabet, omitPadding: isForAddresses });
  if (text !== undefined) return text;
  const padded = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return isForAddresses ? padded.replace(/=/g, '').replace(/\+/g, '-').replace(/\//g, '_') : padded;
};

/** The bytes of base64; throws if it is none. */
const bytesOfBase64 = (text, isForAddresses) => {
  const bytes = Uint8Array.fromBase64?.(text, { alphabet: alphabetOf(isForAddresses) });
  if (bytes) return bytes;
  const plain = isForAddresses ? text.replace(/-/g, '+').replace(/_/g, '/') : text;
  return Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
};

let lastKey = {};

/** The browser's key. One of GCM serves for many messages, so the last one is kept. */
const keyOf = (bytes, name) => {
  const isLast = (byte, place) => byte === lastKey.bytes[place];
  if (name === lastKey.name && bytes.every(isLast)) return lastKey.made;
  const made = crypto.subtle.importKey('raw', bytes, name, false, ['encrypt', 'decrypt']);
  if (name === 'AES-GCM') lastKey = { name, bytes: bytes.slice(), made };
  return made;
};

/**
 * AES, GCM or CBC; the latter overlooks what is not encrypted. Bytes that are the module's own have to be copied
 * before anything is waited for.
 */
const cipher = async (way, input, isGcm, keyBytes, ...parts) => {
  const name = isGcm ? 'AES-GCM' : 'AES-CBC';
  const [iv, additionalData] = parts.map((bytes) => bytes.slice());
  const key = await keyOf(keyBytes, name);
  return new Uint8Array(await crypto.subtle[way]({ name, iv, additionalData }, key, input));
};

/** Encrypts; the text that goes over the wire: `mark`, and base64 of `head` and what is encrypted. */
export const seal = async (mark, head, plain, isGcm, ...work) => {
  const before = [...head];
  const sealed = await cipher('encrypt', plain.slice(), isGcm, ...work);
  // Where three bytes end, base64 can be cut.
  const missing = (3 - (before.length % 3)) % 3;
  const start = Uint8Array.of(...before, ...sealed.subarray(0, missing));
  return mark + base64Of(start, isGcm) + base64Of(sealed.subarray(missing), isGcm);
};

/**
 * Decrypts what stands behind so many bytes. With GCM the first letter says what it is, as
 * core/src/cipher/envelope.rs does; without, it is text.
 */
export const open = async (text, head, isGcm, ...work) => {
  const sealed = bytesOfBase64(text, isGcm).subarray(head);
  const plain = await cipher('decrypt', sealed, isGcm, ...work);
  const content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
  if (!isGcm) return content;
  const [kind] = content;
  if (kind !== 't' && kind !== 'j') throw new TypeError(kind);
  const rest = content.slice(1);
  return kind === 't' ? rest : JSON.parse(rest);
};

// Frames of the socket to a signalling server.

/** Of the frame of an event `message` with one JSON text: the text, and what it says. */
export const readEvent = (frame) => {
  try {
    if (!frame.startsWith('42[')) return undefined;
    const [name, text, ...more] = JSON.parse(frame.slice(2));
    const isMessage = name === 'message' && typeof text === 'string' && !more.length;
    return isMessage ? [text, JSON.parse(text)] : undefined;
  } catch {
    return undefined;
  }
};

/** Sends a frame of three parts. */
export const sendHolding = (socket, before, data, after) => socket.send(before + data + after);

/** Asks for a document; fulfils with its status and its body, `undefined` unless that is JSON. */
export const getJson = async (url, headers, signal) => {
  const response = await fetch(url, { headers: Object.fromEntries(headers), signal });
  const body = await response.json().catch(() => undefined);
  return [response.status, body];
};

/** Posts a document. Nothing depends on whether it arrives. */
export const postJson = (url, body) => {
  const headers = { 'Content-type': 'application/json' };
  fetch(url, { method: 'POST', headers, body }).catch(() => {});
};

// Screens, and the list of devices.

/** Asks for a screen. A browser that has no way of its own takes it for a kind of camera. */
export const getDisplayMedia = async ({ audio, video }) => {
  const { mediaDevices } = navigator;
  return mediaDevices.getDisplayMedia
    ? mediaDevices.getDisplayMedia({ audio, video })
    : mediaDevices.getUserMedia({ audio, video: { ...video, mediaSource: 'screen' } });
};

const describe = ({ deviceId, label, groupId }) => {
  const id = deviceId || 'default';
  return { deviceId: id, label: label || `Source for ${id}`, groupId: groupId || null };
};

/** The devices by kind (public API T-09). Without a way to ask it rejects with empty lists. */
export const getStreamSources = async () => {
  const { mediaDevices } = navigator;
  const sources = { audio: { input: [], output: [] }, video: { input: [] } };
  if (typeof mediaDevices?.enumerateDevices !== 'function') {
    throw sources;
  }
  for (const device of await mediaDevices.enumerateDevices()) {
    const [, kind, way] = /^(audio|video)(input|output)$/.exec(device.kind) ?? [];
    sources[kind]?.[way]?.push(describe(device));
  }
  return sources;
};

// What a peer connection sends. Nothing here throws: an exception that passed through the shell
// would leave it stuck.

/** Whether a transceiver sends nothing, and the last round agreed on that. */
const isIdle = ({ sender, direction, currentDirection }) =>
  !sender.track && direction !== 'stopped' && !currentDirection?.includes('send');

/** The streams of senders that are used again. */
const streamsOf = new WeakMap();

/**
 * Before each description: Chromium names the stream that a sender is used again for in one
 * description, and in the next its first one.
 */
export function keepStreams(connection) {
  if (connection.signalingState === 'closed') return;
  for (const sender of connection.getSenders()) {
    if (sender.track && streamsOf.has(sender)) sender.setStreams(streamsOf.get(sender));
  }
}

/**
 * From how many pixels on a camera is sent in two layers, and in three: with fewer Chromium leaves out
 * the largest one.
 */
const LAYERED = [480 * 270, 960 * 540];

/** What each layer gets of all bits, the smallest first: one of a quarter of the pixels needs a third. */
const SHARES = [[1], [0.26, 0.74], [0.08, 0.24, 0.68]];

const RIDS = ['q', 'h', 'f'];

/** The layers of a camera; a single one for small pictures, and for screens that the app captured. */
function layersOf(track, bitrate) {
  const { width, height, displaySurface } = track.getSettings();
  const isEnough = (pixels) => !displaySurface && width * height >= pixels;
  const shares = SHARES[LAYERED.filter(isEnough).length];
  const rids = RIDS.slice(-shares.length);
  return shares.map((share, place) => ({
    rid: rids[place],
    scaleResolutionDownBy: 2 ** (shares.length - 1 - place),
    maxBitrate: Math.round(bitrate * share),
  }));
}

const layerCount = ({ sender }) => sender.getParameters().encodings?.length || 1;

/**
 * Sends a track, in layers if there are bits for them. A transceiver that sends nothing any more is used
 * again if it has as many layers, which `addTrack` would not do: so sending and stopping by turns does not
 * make descriptions longer.
 */
function send(connection, track, stream, bitrate) {
  const layers = bitrate ? layersOf(track, bitrate) : SHARES[0];
  const idle = connection
    .getTransceivers()
    .find(
      (known) =>
        known.receiver.track.kind === track.kind &&
        isIdle(known) &&
        layerCount(known) === layers.length,
    );
  if (idle?.sender.setStreams) {
    idle.sender.replaceTrack(track).catch(() => {});
    streamsOf.set(idle.sender, stream);
    idle.sender.setStreams(stream);
    idle.direction = 'sendrecv';
    return idle.sender;
  }
  if (layers.length > 1) {
    try {
      const options = { streams: [stream], sendEncodings: layers };
      return connection.addTransceiver(track, options).sender;
    } catch {
      // The browser does not take them.
    }
  }
  try {
    return connection.addTrack(track, stream);
  } catch {
    // The same track is sent in another stream already.
    return connection.addTransceiver(track, { streams: [stream] }).sender;
  }
}

/** Sends tracks of a stream, with `bitrate` in layers; gives their senders. */
export function sendTracks(connection, tracks, stream, bitrate) {
  try {
    return tracks.map((track) => send(connection, track, stream, bitrate));
  } catch {
    return [];
  }
}

export function stopSending(connection, senders) {
  try {
    senders.forEach((sender) => connection.removeTrack(sender));
  } catch {
    // It is closed.
  }
}

/** Changes of a sender's parameters under way: each has to see what the one before did. */
const changes = new WeakMap();

/** `alter` says whether it changed anything. */
function change(sender, alter) {
  const done = (changes.get(sender) ?? Promise.resolve())
    .then(() => {
      const parameters = sender.getParameters();
      return alter(parameters) ? sender.setParameters(parameters) : undefined;
    })
    .catch(() => {});
  changes.set(sender, done);
}

/**
 * Limits each of the senders, with all its layers, in bits per second; without a number there is no
 * limit.
 */
export function limitBitrate(senders, limit) {
  for (const sender of senders) {
    change(sender, ({ encodings = [] }) => {
      const shares = SHARES[encodings.length - 1] ?? [];
      let isChanged = false;
      for (const [place, encoding] of encodings.entries()) {
        const maxBitrate = limit && Math.round(limit * (shares[place] ?? 1));
        isChanged ||= encoding.maxBitrate !== maxBitrate;
        delete encoding.maxBitrate;
        Object.assign(encoding, limit === undefined ? {} : { maxBitrate });
      }
      return isChanged;
    });
  }
}

/**
 * Puts a codec first in the descriptions to come, and of its variants the one with these parameters.
 * What is sent already changes to it where the other side takes it, whatever comes first there.
 */
export function preferCodec(connection, kind, name, parameters) {
  const type = `${kind}/${name}`.toLowerCase();
  const rank = ({ mimeType, sdpFmtpLine = '' }) =>
    mimeType.toLowerCase() === type
      ? 1 + parameters.filter((parameter) => sdpFmtpLine.split(';').includes(parameter)).length
      : 0;
  const byRank = (codecs) => [...codecs].sort((one, other) => rank(other) - rank(one));
  const sorted = byRank(RTCRtpReceiver.getCapabilities?.(kind)?.codecs ?? []);
  for (const transceiver of connection.getTransceivers()) {
    if (transceiver.receiver.track.kind === kind) {
      prefer(transceiver, sorted, (codecs) => byRank(codecs).filter(rank)[0]);
    }
  }
}

function prefer(transceiver, sorted, choose) {
  try {
    transceiver.setCodecPreferences?.(sorted);
  } catch {
    // It is stopped, or the browser does not take its own list back.
  }
  change(transceiver.sender, ({ codecs = [], encodings = [] }) => {
    const codec = choose(codecs);
    if (codec) {
      const { mimeType, clockRate, channels, sdpFmtpLine } = codec;
      encodings.forEach((encoding) => {
        encoding.codec = { mimeType, clockRate, channels, sdpFmtpLine };
      });
    }
    return codec;
  });
}

/**
 * The report on a connection. To read it takes a page a millisecond and more, so one for which nobody waits comes
 * when the page is idle.
 */
export const statisticsOf = async (connection, canWait) => {
  const report = await connection.getStats();
  if (canWait) {
    const { requestIdleCallback = setTimeout } = globalThis;
    await new Promise((resolve) => {
      requestIdleCallback(resolve, { timeout: 1000 });
    });
  }
  return report;
};

// Messages between peers. Their content, when it is text, never enters the module.

/**
 * A channel that the other side made gets an event `sendable`, once. Chromium calls such a channel open before it takes
 * messages: it tells the page first, and its network thread after that, and what is sent in between is lost without
 * an error. That is over when a question has gone through the same threads, or a message came.
 */
export const openInTime = ({ target, channel }) => {
  const tell = () => {
    if (!channel.onopen) return;
    channel.onopen = channel.onmessage = null;
    channel.dispatchEvent(new Event('sendable'));
  };
  channel.onopen = () => target.getStats().then(tell, tell);
  channel.onmessage = tell;
};

/**
 * Sends one message as it is, more as a list: texts and, by turns, what is missing of them, the content. Without
 * a text it stands for the message.
 */
export const sendMessages = (channel, parts) => {
  const texts = [];
  for (let place = 0; place < parts.length; place += 2) {
    const [text, content] = [parts[place], parts[place + 1]];
    const json = content === undefined ? '' : JSON.stringify(content);
    texts.push(text && json ? `${text}${json}}` : (text ?? json));
  }
  channel.send(texts.length > 1 ? `[${texts}]` : texts[0]);
};

/** What every client of this SDK and of 2.7.2 begins a direct message with, this one also several. */
const DIRECT = /^\[?\{"type":"MESSAGE",/;

/**
 * The direct messages in a text, if the contents of all of them are texts too: of each by turns `isPrivate`,
 * `sender`, `target` and `data`.
 */
export const readTextMessages = (text) => {
  if (!DIRECT.test(text)) return undefined;
  try {
    const parts = [];
    let message;
    const items = [JSON.parse(text)].flat();
    // More than this SDK puts into one list: what is kept of each would hold up the page.
    if (items.length > 8192) return undefined;
    for (const item of items) {
      if (message && typeof item === 'string') message.data = item;
      else message = item;
      const { type, isPrivate, sender, target, data } = message;
      if (type !== 'MESSAGE' || typeof data !== 'string') return undefined;
      parts.push(isPrivate, sender, target, data);
    }
    return parts;
  } catch {
    return undefined;
  }
};

// The bytes of files.

/** A promise of the SHA-256, where the page may have it. */
export const hash = (bytes) => globalThis.crypto?.subtle?.digest('SHA-256', bytes);

/** A promise of the bytes of a piece of a blob. */
export const read = async (blob, start, end) =>
  new Uint8Array(await blob.slice(start, end).arrayBuffer());

/**
 * The text of a chunk for 2.7.2: base64, by the browser itself where it can. 2.7.2 takes whatever is JSON for a message, and
 * base64 is JSON if it looks like a number or says `true`; white space inside, which 2.7.2 removes, makes it none.
 */
export const chunkOf = (bytes) => {
  const text = base64Of(bytes, false);
  return /^([\deE+]*|true)$/.test(text) ? text.replace(/./, '$& ') : text;
};

/** The bytes of such a chunk; throws if it is none. */
export const bytesOf = (text) => bytesOfBase64(text.replace(/\s/g, ''), false);

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
