import { Sending, personById } from '../state/call-state.js';

const LONGEST_NAME = 40;

// Values of `peerInfo.mediaStatus`: one entry for each stream, each with both kinds of media.
const MUTED = 0;
const ACTIVE = 1;

/** What the page shows of a peer, taken from its `peerInfo`. Screens do not count as cameras. */
export function personFrom(peerId, peerInfo, screenIds = []) {
  const userData = parsedIfJson(peerInfo?.userData);
  const mediaStatus = Object.fromEntries(
    Object.entries(peerInfo?.mediaStatus ?? {}).filter(([id]) => !screenIds.includes(id)),
  );
  return {
    id: peerId,
    name: nameFrom(userData),
    audio: sendingFrom(mediaStatus, 'audioMuted'),
    video: sendingFrom(mediaStatus, 'videoMuted'),
    hasRaisedHand: userData?.hand === true,
    customData: userData ?? null,
    software: softwareFrom(peerInfo?.agent),
  };
}

/** The same for somebody whose streams are known. */
export function knownPersonFrom(state, peerId, peerInfo) {
  const streams = personById(state, peerId)?.streams ?? [];
  const screenIds = streams.filter(({ isScreen }) => isScreen).map(({ id }) => id);
  return personFrom(peerId, peerInfo, screenIds);
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

function softwareFrom(agent) {
  if (!agent) return '';
  const { name, version, os, SDKVersion } = agent;
  const browser = [name, version].filter(Boolean).join(' ');
  return [browser, os, SDKVersion && `SDK ${SDKVersion}`].filter(Boolean).join(', ');
}
