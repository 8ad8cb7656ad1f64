// Runs in a page: one member of a room, as a simple app would write it.

import { forgetNoted, note, notedSince, watch } from './phases.js';

watch();

const LIMIT_MS = 30_000;

let sdk;
let skylink;
let self;
let allFrames;
let expected = 1;
let expectedChannels = 1;

/** `what` is a text, or gives one when the time is over. */
function inTime(promise, what) {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`waited in vain for ${what.call?.() ?? what}`));
    const timer = setTimeout(fail, LIMIT_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Resolves when the first frame was put on the screen. */
function play(stream) {
  const video = document.createElement('video');
  video.autoplay = true;
  video.muted = true;
  video.srcObject = stream;
  document.body.append(video);
  return new Promise((resolve) => {
    video.requestVideoFrameCallback(resolve);
  });
}

function listen() {
  const { EVENTS } = sdk.SkylinkConstants;
  const on = (name, react) =>
    sdk.SkylinkEventManager.addEventListener(name, ({ detail }) => react(detail));
  self = new Promise((resolve) => {
    on(EVENTS.PEER_JOINED, ({ isSelf }) => isSelf && resolve());
  });
  const channels = new Set();
  on(EVENTS.DATA_CHANNEL_STATE, ({ state, peerId }) => {
    if (state !== sdk.SkylinkConstants.DATA_CHANNEL_STATE.OPEN) return;
    channels.add(peerId);
    note('first data channel open');
    if (channels.size === expectedChannels) note('all data channels open');
  });
  let frames = 0;
  allFrames = new Promise((resolve) => {
    on(EVENTS.ON_INCOMING_STREAM, async ({ isSelf, stream }) => {
      if (isSelf) return;
      note('remote stream announced');
      await play(stream);
      frames += 1;
      note('first remote frame');
      if (frames !== expected) return;
      note('frames of everybody');
      resolve();
    });
  });
}

/** Imports the SDK and constructs an instance. */
export async function prepare({ address, options }) {
  sdk = await import(address);
  skylink = new sdk.default(options);
  listen();
}

/**
 * The same, and waits until nothing is left to load.
 *
 * @param {object} settings `hasModule`: something goes on loading after the constructor, and the page may
 *   be idle meanwhile.
 */
export async function prepareAtLeisure({ hasModule, ...settings }) {
  await prepare(settings);
  // Without a room there is nothing to leave: it settles as soon as the module can be called.
  if (hasModule) await skylink.leaveAllRooms();
  await new Promise((resolve) => {
    requestIdleCallback(resolve);
  });
}

async function enter({ roomName, media }) {
  forgetNoted();
  note('joinRoom called');
  await inTime(skylink.joinRoom({ roomName, ...media }), 'joinRoom');
  note('joinRoom settled');
}

/**
 * Comes before the one that is measured. The first is ready when the server has let it in, others when
 * they see everybody, so that the last one comes into a room in which nothing is under way.
 */
export async function host(room) {
  if (room.hosts > 0) {
    await join(room);
    return;
  }
  await enter(room);
  await inTime(self, 'the own peerJoined');
}

/**
 * Comes last: joins and waits for a frame and a data channel of everybody who is there. With a media
 * server there is one channel, to that.
 *
 * @returns the time of each step since the call
 */
export async function join(room, start = performance.now()) {
  expected = room.hosts;
  expectedChannels = room.channels ?? room.hosts;
  await enter(room);
  const isThere = () => 'all data channels open' in notedSince(start);
  const all = allFrames.then(async () => {
    while (!isThere()) await new Promise(requestAnimationFrame);
  });
  await inTime(all, () => `all frames; so far: ${JSON.stringify(notedSince(start))}`);
  return notedSince(start);
}

/** As somebody does who follows a link to a room: import, instance and room in one go. */
export async function joinFromScratch(sdkAt, room) {
  const start = performance.now();
  await prepare(sdkAt);
  return join(room, start);
}
