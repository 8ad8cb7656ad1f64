import { Sending } from '../state/call-state.js';

const LONGEST_NAME = 40;

// Values of `peerInfo.mediaStatus`: one entry for each stream, each with both kinds of media.
const MUTED = 0;
const ACTIVE = 1;

/** What the page shows of a peer, taken from its `peerInfo`. */
export function personFrom(peerId, peerInfo) {
  return {
    id: peerId,
    name: nameFrom(peerInfo?.userData),
    audio: sendingFrom(peerInfo?.mediaStatus, 'audioMuted'),
    video: sendingFrom(peerInfo?.mediaStatus, 'videoMuted'),
  };
}

/** Apps put an object, a bare name, or an object as JSON text into their user data. */
export function nameFrom(userData) {
  const data = parsedIfJson(userData);
  const name = typeof data === 'object' ? data?.name : data;
  const text = typeof name === 'string' || typeof name === 'number' ? String(name).trim() : '';
  return text.slice(0, LONGEST_NAME) || 'Guest';
}

function parsedIfJson(userData) {
  if (typeof userData !== 'string' || !userData.trim().startsWith('{')) return userData;
  try {
    return JSON.parse(userData);
  } catch {
    return userData;
  }
}

export function sendingFrom(mediaStatus, key) {
  const values = Object.values(mediaStatus ?? {}).map((status) => status?.[key]);
  if (values.includes(ACTIVE)) return Sending.ON;
  return values.includes(MUTED) ? Sending.MUTED : Sending.NONE;
}
