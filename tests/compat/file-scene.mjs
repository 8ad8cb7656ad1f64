// What the tests of file transfers have in common.

const OPEN = ({ state }) => state === 'open';

export const inState = (state) => (detail) => detail.state === state;

/** Everybody joins, one after the other, and has a data channel to everybody else. */
export async function gather(room, clients) {
  for (const client of clients) await client.join(room);
  const others = clients.length - 1;
  const peersOf = (client) => new Set(client.seen('dataChannelState', OPEN).map((it) => it.peerId));
  await Promise.all(
    clients.map((client) =>
      client.until(() => peersOf(client).size === others, `${others} data channels`),
    ),
  );
}

/** Two clients with a data channel between them. */
export async function meet({ enter, room }, kind, otherKind) {
  const sender = await enter(kind, 'Sender');
  const receiver = await enter(otherKind, 'Receiver');
  await gather(room, [sender, receiver]);
  return { sender, receiver };
}

/** Begins to send: the promise of `sendBlobData`, the id, and from where to look at events. */
export async function request(room, { sender, receiver }, blob, { timeout = 20, more = [] } = {}) {
  const marks = { sender: sender.mark(), receiver: receiver.mark() };
  const sent = sender.attempt('sendBlobData', room, { blob }, receiver.id, timeout, ...more);
  // Who looks at it later must not be the first to hear of a failure.
  sent.catch(() => {});
  const { transferId } = await receiver.waitFor('dataTransferState', inState('request'), {
    after: marks.receiver,
  });
  return { sent, transferId, marks };
}

/** Sends and accepts; gives what both promises and the receiver's event brought. */
export async function transfer(room, { sender, receiver }, blob, options) {
  const { sent, transferId, marks } = await request(room, { sender, receiver }, blob);
  const answer = receiver.attempt('respondBlobRequest', room, sender.id, transferId, true, options);
  const results = { sent: await sent, answered: await answer, transferId, marks };
  results.data = receiver.seen('onIncomingData', (detail) => detail.transferId === transferId)[0];
  return results;
}

/** Accepts whatever is offered from now on, in the page itself. */
export const acceptAll = (client, room) =>
  client.page.evaluate((roomName) => {
    window.sdk.SkylinkEventManager.addEventListener('onIncomingDataRequest', ({ detail }) => {
      if (detail.isSelf) return;
      window.skylink.respondBlobRequest(roomName, detail.peerId, detail.transferId, true);
    });
  }, room);

export const digest = (client, which) =>
  client.page.evaluate((given) => window.files.digest(given), which);

export const written = (client, name) =>
  client.page.evaluate((given) => window.files.written(given), name);

/** How a stream of the app ended; waits for it. */
export const ended = (client, name) =>
  client.page.evaluate((given) => window.files.ended(given), name);
