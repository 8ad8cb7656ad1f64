export const DEFAULT_ROOM = 'lobby';
const DEFAULT_APP_KEY = 'demo';

const ROOM_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u;
const LONGEST_ROOM_NAME = 60;

export function readAddress(address = window.location.href) {
  const { searchParams } = new URL(address);
  return {
    roomName: tidyRoomName(searchParams.get('room') ?? ''),
    appKey: searchParams.get('key')?.trim() || DEFAULT_APP_KEY,
  };
}

/** The address that leads others to the room: everything of the present one, with this room. */
export function addressOfRoom(roomName, address = window.location.href) {
  const url = new URL(address);
  url.searchParams.set('room', roomName);
  url.hash = '';
  return url.href;
}

/** From then on the page's own address leads others to the room. */
export function showRoomInAddress(roomName, appKey) {
  const url = new URL(addressOfRoom(roomName));
  if (appKey === DEFAULT_APP_KEY) url.searchParams.delete('key');
  else url.searchParams.set('key', appKey);
  window.history.replaceState(null, '', url);
}

export const tidyRoomName = (text) => text.trim().replace(/\s+/g, ' ').slice(0, LONGEST_ROOM_NAME);

/** What is wrong with a room name, in words, or an empty text. */
export function roomNameFault(roomName) {
  if (!roomName) return 'Give the room a name.';
  if (!ROOM_NAME.test(roomName)) {
    return 'Use letters, digits, spaces, dots, hyphens and underscores, and begin with a letter or digit.';
  }
  return '';
}
