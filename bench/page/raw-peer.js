// Runs in a page: a bare data channel, driven as fast as the browser lets it. The limit of what an
// SDK can reach. Same functions as `peer.js`, but for the way to each other.

import { acceptMessages, paced, streamed } from './messages.js';

const CHUNK = 65_536;
const BLOCK = CHUNK * 16;
const HIGH_WATER = 1 << 20;
const LOW_WATER = 64 * 1024;

const connection = new RTCPeerConnection();
let channel;
let incoming;
let fileCame;

const now = () => performance.timeOrigin + performance.now();

const file = { parts: [], block: [], blockSize: 0, size: 0 };

function closeBlock() {
  if (file.block.length > 0) file.parts.push(new Blob(file.block));
  file.block = [];
  file.blockSize = 0;
}

function acceptChunk(chunk) {
  file.block.push(chunk);
  file.blockSize += chunk.byteLength;
  if (file.blockSize >= BLOCK) closeBlock();
}

function endFile() {
  closeBlock();
  incoming = { at: now(), size: new Blob(file.parts).size };
  file.parts = [];
  channel.send('{"done":true}');
  fileCame();
}

function take(given) {
  channel = given;
  channel.binaryType = 'arraybuffer';
  channel.bufferedAmountLowThreshold = LOW_WATER;
  channel.onmessage = ({ data }) => {
    if (typeof data !== 'string') acceptChunk(data);
    else if (data === '{"end":true}') endFile();
    else if (data === '{"done":true}') channel.onfiledone();
    else acceptMessages(data);
  };
}

async function gathered() {
  if (connection.iceGatheringState === 'complete') return;
  await new Promise((resolve) => {
    connection.onicegatheringstatechange = () =>
      connection.iceGatheringState === 'complete' && resolve();
  });
}

export async function offer() {
  take(connection.createDataChannel('bench'));
  await connection.setLocalDescription();
  await gathered();
  return connection.localDescription.toJSON();
}

export async function answer(description) {
  connection.ondatachannel = (event) => take(event.channel);
  await connection.setRemoteDescription(description);
  await connection.setLocalDescription();
  await gathered();
  return connection.localDescription.toJSON();
}

export const accept = (description) => connection.setRemoteDescription(description);

export async function met() {
  while (channel?.readyState !== 'open') {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

const drained = () =>
  new Promise((resolve) => {
    channel.onbufferedamountlow = resolve;
  });

/** Reads a block ahead, and keeps the buffer between its marks. */
export async function sendFile(size) {
  const block = new Blob([new Uint8Array(Math.min(size, 1_000_000)).fill(7)]);
  const blob = new Blob(Array.from({ length: size / block.size }, () => block));
  const done = new Promise((resolve) => {
    channel.onfiledone = resolve;
  });
  const read = (offset) => blob.slice(offset, offset + BLOCK).arrayBuffer();
  const began = now();
  let ahead = read(0);
  for (let offset = 0; offset < size; offset += BLOCK) {
    const bytes = await ahead;
    if (offset + BLOCK < size) ahead = read(offset + BLOCK);
    for (let at = 0; at < bytes.byteLength; at += CHUNK) {
      if (channel.bufferedAmount > HIGH_WATER) await drained();
      channel.send(new Uint8Array(bytes, at, Math.min(CHUNK, bytes.byteLength - at)));
    }
  }
  channel.send('{"end":true}');
  await done;
  return { began, done: now() };
}

let came;

export function expectFile() {
  came = new Promise((resolve) => {
    fileCame = resolve;
  });
}

export async function receivedFile() {
  await came;
  return incoming;
}

const sendText = (text) => channel.send(text);

export const stream = (plan) => streamed(plan, sendText, () => channel.bufferedAmount);

export const pace = (plan) => paced(plan, sendText);

export { expectMessages, receivedMessages } from './messages.js';
