// Runs in a page: a member of a room without media, with either SDK. `raw-peer.js` has the same
// functions over a bare data channel.

import { acceptMessages, paced, streamed } from './messages.js';

const LIMIT_MS = 30_000;

let sdk;
let skylink;
let roomName;
let incoming;
let channel;
let selfId;

const open = new Set();
const waiting = new Set();

// Whoever sends: the channel whose buffer a careful app would look at.
const { send } = RTCDataChannel.prototype;
RTCDataChannel.prototype.send = function sendWatched(data) {
  channel = this;
  return send.call(this, data);
};

function changed() {
  for (const check of [...waiting]) check();
}

function until(condition, what) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), LIMIT_MS);
    const check = () => {
      if (!condition()) return;
      clearTimeout(timer);
      waiting.delete(check);
      resolve();
    };
    waiting.add(check);
    check();
  });
}

/** The clock that all pages of a browser share. */
const now = () => performance.timeOrigin + performance.now();

function listen() {
  const { EVENTS, DATA_CHANNEL_STATE } = sdk.SkylinkConstants;
  const on = (name, react) =>
    sdk.SkylinkEventManager.addEventListener(name, ({ detail }) => react(detail));
  on(EVENTS.DATA_CHANNEL_STATE, ({ state, peerId }) => {
    if (state === DATA_CHANNEL_STATE.OPEN) open.add(peerId);
    if (state === DATA_CHANNEL_STATE.CLOSED) open.delete(peerId);
    changed();
  });
  on(EVENTS.PEER_JOINED, ({ isSelf, peerId }) => {
    if (isSelf) selfId = peerId;
    changed();
  });
  on(EVENTS.PEER_LEFT, ({ peerId }) => {
    open.delete(peerId);
    changed();
  });
  on(EVENTS.ON_INCOMING_DATA_REQUEST, ({ isSelf, peerId, transferId }) => {
    if (!isSelf) skylink.respondBlobRequest(roomName, peerId, transferId, true);
  });
  // 2.7.2 says `isSelf` at the receiver, too.
  on(EVENTS.ON_INCOMING_DATA, ({ data }) => {
    if (!(data instanceof Blob)) return;
    incoming = { at: now(), size: data.size };
    changed();
  });
  on(EVENTS.ON_INCOMING_MESSAGE, ({ isSelf, message }) => {
    if (!isSelf && message.isDataChannel) acceptMessages(message.content);
  });
}

export async function prepare({ address, options }) {
  sdk = await import(address);
  skylink = new sdk.default(options);
  listen();
}

export async function join(name) {
  roomName = name;
  await skylink.joinRoom({ roomName: name, audio: false, video: false });
}

export async function leave() {
  await skylink.leaveRoom(roomName);
}

/** Resolves when there are data channels to so many peers, no more and no less. */
export const met = (count) => until(() => open.size === count, `${count} data channels`);

/** Sends a file to the only peer; gives when it began, by the shared clock, and when it was done. */
export async function sendFile(size) {
  const block = new Blob([new Uint8Array(Math.min(size, 1_000_000)).fill(7)]);
  const blob = new Blob(Array.from({ length: size / block.size }, () => block));
  const [peerId] = open;
  const began = now();
  await skylink.sendBlobData(roomName, blob, peerId, 60);
  return { began, done: now() };
}

export function expectFile() {
  incoming = null;
}

/** When the file had come, by the shared clock, and its size. */
export async function receivedFile() {
  await until(() => incoming, 'the file');
  return incoming;
}

/** Everything over the server is encrypted from now on. */
export function encrypt(secret) {
  skylink.setEncryptSecret(roomName, secret, 'bench');
  skylink.setSelectedSecret(roomName, 'bench');
}

const sendText = (text) => skylink.sendP2PMessage(roomName, text);

/** One message to everybody. */
export const say = sendText;

/** Once the server has given it. */
export async function ownId() {
  await until(() => selfId, 'the own id');
  return selfId;
}

/** As many messages as the channel takes. */
export const stream = (plan) => streamed(plan, sendText, () => channel?.bufferedAmount ?? 0);

/** So many messages a second. */
export const pace = (plan) => paced(plan, sendText);

/** Sends one text over the server to itself and to the others. */
export const sendToServer = (text) => skylink.sendMessage(roomName, text);

/** Calls a function with each text that comes, wherever it comes from. */
export function onText(react) {
  sdk.SkylinkEventManager.addEventListener(
    sdk.SkylinkConstants.EVENTS.ON_INCOMING_MESSAGE,
    ({ detail }) => !detail.isSelf && react(detail.message.content),
  );
}

export { expectMessages, receivedMessages } from './messages.js';
