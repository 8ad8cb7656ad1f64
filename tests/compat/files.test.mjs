import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const CHUNK = 49_152;
const OPEN = ({ state }) => state === 'open';

/** Two clients with a data channel between them. */
async function meet({ enter, room }, kind, otherKind) {
  const sender = await enter(kind, 'Sender');
  const receiver = await enter(otherKind, 'Receiver');
  await sender.join(room);
  await receiver.join(room);
  await Promise.all([sender, receiver].map((client) => client.waitFor('dataChannelState', OPEN)));
  return { sender, receiver };
}

const digest = (client, which) =>
  client.page.evaluate((given) => window.files.digest(given), which);

const inState = (state) => (detail) => detail.state === state;

/** Sends and accepts; gives what both promises and the receiver's event brought. */
async function transfer(room, { sender, receiver }, blob, options) {
  const after = receiver.mark();
  const sent = sender.attempt('sendBlobData', room, { blob }, receiver.id, 20);
  const { transferId } = await receiver.waitFor('dataTransferState', inState('request'), { after });
  const answer = receiver.attempt('respondBlobRequest', room, sender.id, transferId, true, options);
  const results = { sent: await sent, answered: await answer, transferId };
  results.data = receiver.seen('onIncomingData', (detail) => detail.transferId === transferId)[0];
  return results;
}

const KINDS = [
  ['ours', 'ours'],
  ['ours', 'skylinkjs'],
  ['skylinkjs', 'ours'],
];

for (const [kind, otherKind] of KINDS) {
  scene(`M-28, M-27: ${kind} sends files to ${otherKind}`, async (play) => {
    const { room } = play;
    const pair = await meet(play, kind, otherKind);
    // 2.7.2 does not send the last byte of the third.
    const sizes = [1, CHUNK, ...(kind === 'ours' ? [CHUNK + 1] : []), 5_000_000];
    for (const size of sizes) {
      const blob = { size, seed: size, type: 'application/x-test' };
      const { sent, answered, data } = await transfer(room, pair, blob);
      assert.equal(
        sent.value?.[0]?.[pair.receiver.id]?.success?.percentage,
        100,
        JSON.stringify(sent),
      );
      assert.ok(answered.value?.[pair.sender.id]?.success, JSON.stringify(answered));
      assert.equal(data.data.size, size);
      assert.equal(await digest(pair.receiver, data.data.blob), await digest(pair.sender, blob));
    }
  });
}
