// Messages that carry when they were sent, and what the receiver finds.

const FULL_BYTES = 512 * 1024;
const LOW_BYTES = 128 * 1024;
const LOOK_MS = 1;
const TICK_MS = 10;

const now = () => performance.timeOrigin + performance.now();

let expected = 0;
let received = [];
let lastAt = 0;
let allCame = () => {};

/** A page that looked at the buffer all the time would leave one processor less to what is measured. */
const pause = (milliseconds) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

const textOf = (size) => `${now().toFixed(3).padStart(18, '0')}|`.padEnd(size, 'x');

export function expectMessages(count) {
  expected = count;
  received = [];
  allCame = () => {};
}

export function acceptMessages(text) {
  lastAt = now();
  received.push(lastAt - Number(text.slice(0, 18)));
  if (received.length === expected) allCame();
}

/** Resolves when all have come: when the last one did, and how long the slowest of 100 took. */
export async function receivedMessages() {
  await new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${received.length} of ${expected} messages came`)),
      60_000,
    );
    allCame = () => {
      clearTimeout(timer);
      resolve();
    };
    if (received.length >= expected) allCame();
  });
  const delays = received.toSorted((one, other) => one - other);
  const at = (share) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))];
  return { lastAt, median: at(0.5), p99: at(0.99) };
}

/** Sends one after the other and rests only when the buffer is full. */
export async function streamed({ count, size }, send, buffered) {
  const began = now();
  for (let sent = 0; sent < count; sent += 1) {
    send(textOf(size));
    if (buffered() > FULL_BYTES) {
      while (buffered() > LOW_BYTES) await pause(LOOK_MS);
    }
  }
  return { began };
}

/** Sends in even portions. */
export async function paced({ count, size, perSecond }, send) {
  const began = performance.now();
  let sent = 0;
  while (sent < count) {
    const due = Math.min(count, Math.ceil(((performance.now() - began) / 1000) * perSecond));
    for (; sent < due; sent += 1) send(textOf(size));
    await pause(TICK_MS);
  }
}
