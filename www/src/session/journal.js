import { SkylinkEvents } from 'skylink-wasm';
import { createStore } from '../state/store.js';
import { listen } from './listening.js';
import { nameFrom } from './person.js';

const MOST_ENTRIES = 500;
const LONGEST_VALUE = 120;

/** Events by what they are about, in the words of the filter. */
const topics = {
  'People and room': /^(peer(Joined|Left|Updated)|server|getPeers|roomLock|systemAction|introduce)/,
  Media:
    /^(onIncoming(Screen)?Stream|stream|mediaAccess|localMedia|mediaInfo|recording|rtmp|videoLayer)/,
  Messages: /^(onIncomingMessage|storedMessages|encryptSecrets|persistentMessage)/,
  Files: /^(dataTransfer|onIncomingData|dataStream)/,
  Server: /^(channel|socket|session|readyState)/,
};
const OTHER_TOPIC = 'Connections';
const journalTopics = [...Object.keys(topics), OTHER_TOPIC];

// Told in words elsewhere in the line, or too large for it.
const leftOut = [
  ...['peerInfo', 'room', 'stream', 'socketSession', 'stats', 'data'],
  ...['candidate', 'channelName', 'bufferAmount', 'listOfPeers'],
];

/** Writes down every event of the SDK, from the opening of the page on. */
export function createJournal() {
  const store = createStore({ entries: [] });
  const names = new Map();
  let lastSerial = 0;

  function write(name, detail) {
    if (isRoutine(name, detail)) return;
    if (detail?.peerInfo) names.set(detail.peerId, nameFrom(detail.peerInfo.userData));
    const entry = {
      serial: (lastSerial += 1),
      time: new Date(),
      name,
      topic: topicOf(name),
      isError: isError(name, detail),
      text: describe(detail, names.get(detail?.peerId)),
    };
    store.change(({ entries }) => ({ entries: [...entries, entry].slice(-MOST_ENTRIES) }));
  }

  const all = [...Object.values(SkylinkEvents), 'videoLayerChanged', 'fatal'];
  listen(Object.fromEntries(all.map((name) => [name, (detail) => write(name, detail)])));
  return { store, topics: journalTopics, clear: () => store.change({ entries: [] }) };
}

/** The page reads statistics every few seconds, which would soon be all that the log has room for. */
const isRoutine = (name, { state }) =>
  name === SkylinkEvents.GET_CONNECTION_STATUS_STATE_CHANGE && state !== -1;

const topicOf = (name) =>
  Object.keys(topics).find((topic) => topics[topic].test(name)) ?? OTHER_TOPIC;

const isError = (name, detail) =>
  /error|fatal|disconnect/i.test(name) ||
  Boolean(detail?.error) ||
  ['failed', 'error', -1].includes(detail?.state) ||
  detail?.readyState === -1;

/** The members of an event's `detail` in one line. Secrets are left out. */
export function describe(detail, who = '') {
  const parts = Object.entries(detail ?? {})
    .filter(([key]) => !leftOut.includes(key))
    .map(([key, value]) => [key, inWords(key, value)])
    .filter(([, words]) => words !== '')
    .map(([key, words]) => `${key} ${words}`);
  return [who, ...parts].filter(Boolean).join(' · ');
}

function inWords(key, value) {
  if (value === null || value === undefined || typeof value === 'function') return '';
  if (value instanceof Error) return value.message;
  if (key === 'encryptSecrets') return Object.keys(value).join(', ');
  if (key === 'message' && typeof value === 'string') return signalInWords(value);
  if (value instanceof Blob) return `${value.size} bytes`;
  return shortened(typeof value === 'object' ? JSON.stringify(value, withoutBulk) : String(value));
}

// Messages of the signalling carry tokens and long descriptions: its kind is enough.
function signalInWords(text) {
  try {
    return String(JSON.parse(text).type ?? '');
  } catch {
    return '';
  }
}

function withoutBulk(key, value) {
  if (value instanceof Error) return value.message;
  return value instanceof Blob || value instanceof MediaStream ? undefined : value;
}

const shortened = (text) =>
  text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
