// Turns the events that a client recorded into lines that can be compared between two kinds.

const NOT_COMPARED = new Set([
  'candidateGenerationState',
  'candidateProcessingState',
  'candidatesGathered',
  'getConnectionStatusStateChange',
]);

const CANDIDATE_MESSAGES = new Set(['candidate', 'endOfCandidates']);

const TRANSPORT_STATES = new Set([
  'new',
  'connecting',
  'connected',
  'disconnected',
  'failed',
  'closed',
]);

function messageType(detail) {
  return JSON.parse(detail.message).type;
}

/** Outcomes of the promises whose place among the events is part of the promise. */
const COMPARED_OUTCOMES = new Set(['#joinRoom resolved', '#leaveRoom resolved']);

function isCompared({ name, detail }) {
  if (name.startsWith('#')) return COMPARED_OUTCOMES.has(name);
  if (name === 'channelMessage') return !CANDIDATE_MESSAGES.has(messageType(detail));
  return !NOT_COMPARED.has(name);
}

/** The browser gives no order between these strands, only within each one. */
function strandOf({ name, detail }) {
  if (name === 'iceConnectionState') return 'ICE states';
  if (name === 'peerConnectionState' && TRANSPORT_STATES.has(detail.state)) {
    return 'connection states';
  }
  if (name === 'dataChannelState') return 'data channel states';
  return 'session events';
}

function subject(name, detail) {
  if (name === 'channelMessage') return messageType(detail);
  if (name === 'readyStateChange') return detail.readyState;
  if (name === 'roomLock') return detail.isLocked ? 'locked' : 'unlocked';
  if (detail.isAudio !== undefined) return detail.isVideo ? 'video' : 'audio';
  return detail.state;
}

/** One event as a line such as `handshakeProgress offer (self)`. */
export function label({ name, detail }, ownId) {
  const about = subject(name, detail);
  const who = detail.peerId === undefined ? '' : detail.peerId === ownId ? ' (self)' : ' (peer)';
  const hasPeer = name !== 'channelOpen' && name !== 'channelClose';
  return `${name}${about === undefined ? '' : ` ${about}`}${hasPeer ? who : ''}`;
}

/** The events of a client as `{ strand: [{ label, detail }] }`. */
export function strands(client) {
  const result = {};
  for (const event of client.events.filter(isCompared)) {
    const strand = (result[strandOf(event)] ??= []);
    strand.push({ label: label(event, client.id), detail: event.detail });
  }
  return result;
}

/** Objects whose keys are ids. */
const KEYED_BY_ID = new Set(['mediaStatus', 'audio', 'video']);

function leaf(value, path) {
  if (value === '[undefined]') return 'undefined';
  // Mute states are numbers that mean something.
  if (typeof value === 'boolean' || /Muted$/.test(path)) return String(value);
  return typeof value;
}

/**
 * Every key of a payload with the type of its value, such as `peerInfo.agent.name: string`, and
 * with the value itself where that is a flag.
 */
export function shape(value, path = '', keyedById = false) {
  if (value === null) return [`${path}: null`];
  if (Array.isArray(value)) return [`${path}: array`];
  if (typeof value !== 'object') return [`${path}: ${leaf(value, path)}`];
  if (value.stream) return [`${path}: MediaStream`];
  if (value.isError) return [`${path}: Error`];
  const keys = Object.keys(value);
  if (!keys.length) return [`${path}: {}`];
  const lines = keys.flatMap((key) => {
    const step = keyedById ? '*' : key;
    return shape(value[key], path ? `${path}.${step}` : step, KEYED_BY_ID.has(key));
  });
  return [...new Set(lines)].sort();
}
