/** The calls of `joinRoom` that hold now, to make them again with a fresh instance of the module. */
import { EVENTS } from './constants.js';
import { eventManager } from './event-manager.js';

/** @type {Map<string, { args: unknown[], call: () => Promise<unknown> }>} */
const memberships = new Map();

const key = (name) => `${name}`.toLowerCase();

/** Remembers the call once it succeeded. */
export async function follow(roomName, args, joined, call) {
  try {
    await joined;
    memberships.set(key(roomName), { args, call });
  } catch {
    // The app has the same promise and hears of it.
  }
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
