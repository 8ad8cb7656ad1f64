/** The calls of `joinRoom` that hold now, to make them again with a fresh instance of the module. */
import { EVENTS } from './constants.js';
import { eventManager } from './event-manager.js';

/** @type {Map<string, { owner: object, roomName: string, args: unknown[], call: () => Promise<unknown> }>} */
const memberships = new Map();
/** Joins under way. @type {Set<{ owner: object, roomName: string }>} */
const joining = new Set();

const key = (name) => `${name}`.toLowerCase();

/** Remembers the call once it succeeded. */
export async function follow(owner, roomName, args, joined, call) {
  const join = { owner, roomName };
  joining.add(join);
  try {
    await joined;
    memberships.set(key(roomName), { ...join, args, call });
  } catch {
    // The app has the same promise and hears of it.
  }
  joining.delete(join);
}

/** Rooms that one instance has joined, or is about to. */
export function roomsOf(instance) {
  const own = [...joining, ...memberships.values()].filter(({ owner }) => owner === instance);
  return [...new Set(own.map(({ roomName }) => roomName))];
}

eventManager.addPrivateEventListener(EVENTS.PEER_LEFT, ({ detail }) => {
  if (detail.isSelf) {
    memberships.delete(key(detail.room.roomName));
  }
});

/** Tracks of streams that apps passed to `joinRoom`: theirs to stop. */
export function tracksOfApps() {
  const streams = [...memberships.values()]
    .flatMap(({ args }) => args.flat())
    .filter((value) => value instanceof MediaStream);
  return new Set(streams.flatMap((stream) => stream.getTracks()));
}

/** Empties the memory. @returns {() => Promise<unknown[]>} joins the same rooms with the same options */
export function takeAll() {
  const calls = [...memberships.values()].map(({ call }) => call);
  memberships.clear();
  return () => Promise.all(calls.map((call) => call()));
}
