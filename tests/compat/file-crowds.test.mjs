import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';
import { acceptAll, digest, gather, inState, meet, request } from './file-scene.mjs';

const { scene } = setStage();

const completed = ({ value }, receivers) =>
  assert.deepEqual(
    value.map((entry) =>
      Object.entries(entry).map(([id, { success }]) => [id, success?.percentage]),
    ),
    receivers.map(({ id }) => [[id, 100]]),
  );

/** The files that came are those that were sent, whatever their order. */
async function assertCame(receiver, sender, blobs) {
  // What it sent itself is told as well.
  const isFile = ({ peerId, transferInfo }) =>
    peerId === sender.id && transferInfo.direction === 'download';
  const files = () => receiver.seen('onIncomingData', isFile);
  await receiver.until(() => files().length >= blobs.length, `${blobs.length} files`);
  const came = files().map(({ data }) => digest(receiver, data.blob));
  const sent = blobs.map((blob) => digest(sender, blob));
  assert.deepEqual((await Promise.all(came)).sort(), (await Promise.all(sent)).sort());
}

for (const kind of ['ours', 'skylinkjs']) {
  scene(`M-28, E-17, T-14: ${kind} sends to all, and to chosen peers`, async ({ enter, room }) => {
    const sender = await enter(kind, 'Sender');
    const receivers = [
      await enter('ours', 'First'),
      await enter('skylinkjs', 'Second'),
      await enter('ours', 'Third'),
    ];
    await gather(room, [sender, ...receivers]);
    for (const receiver of receivers) await acceptAll(receiver, room);

    const everybody = { size: 200_000, seed: 3 };
    const all = await sender.call('sendBlobData', room, { blob: everybody });
    assert.deepEqual(all.flatMap(Object.keys).sort(), receivers.map(({ id }) => id).sort());
    for (const receiver of receivers) await assertCame(receiver, sender, [everybody]);
    // A number in the place of the peers is the timeout, for all.
    const timed = await sender.call('sendBlobData', room, { blob: { size: 10, seed: 4 } }, 30);
    assert.deepEqual(
      timed.map((entry) => Object.values(entry)[0].success.timeout),
      [30, 30, 30],
    );

    const [first, second, third] = receivers;
    // The sender may know before a receiver tells that the file is there.
    await second.until(
      () => second.seen('dataTransferState', inState('downloadCompleted')).length === 2,
      'both files',
    );
    const mark = second.mark();
    const chosen = { size: 100_000, seed: 5 };
    const ids = [third.id, first.id];
    completed(await sender.attempt('sendBlobData', room, { blob: chosen }, ids), [third, first]);
    assert.deepEqual(
      second.seen('dataTransferState', () => true, mark),
      [],
    );
  });
}

scene('M-28, Q-10: ours to ours: several files at once, both ways', async (play) => {
  const { room } = play;
  const { sender: one, receiver: other } = await meet(play, 'ours', 'ours');
  for (const client of [one, other]) await acceptAll(client, room);
  const blobs = [1, 2, 3].map((seed) => ({ size: 3_000_000 + seed, seed }));
  const send = (client, peer) =>
    client.attemptTogether(blobs.map((blob) => ['sendBlobData', room, { blob }, peer.id]));
  const [there, back] = await Promise.all([send(one, other), send(other, one)]);
  for (const result of there) completed(result, [other]);
  for (const result of back) completed(result, [one]);
  await assertCame(other, one, blobs);
  await assertCame(one, other, blobs);
  // They went at the same time: all began before the first one ended.
  const states = other
    .seen('dataTransferState', ({ state }) => /^download(Started|Completed)$/.test(state))
    .map(({ state }) => state);
  assert.deepEqual(states.slice(0, 3), Array(3).fill('downloadStarted'));
});

scene('M-28, Q-10: ours to skylinkjs: several files wait for their turn', async (play) => {
  const { room } = play;
  const { sender, receiver } = await meet(play, 'ours', 'skylinkjs');
  await acceptAll(receiver, room);
  const blobs = [1, 2, 3].map((seed) => ({ size: 200_000 + seed, seed }));
  const results = await sender.attemptTogether(
    blobs.map((blob) => ['sendBlobData', room, { blob }, receiver.id]),
  );
  for (const result of results) completed(result, [receiver]);
  await assertCame(receiver, sender, blobs);
});

scene('M-28, Q-10, Q-07: ours and skylinkjs ask each other at once', async (play) => {
  const { room } = play;
  const { sender: ours, receiver: theirs } = await meet(play, 'ours', 'skylinkjs');
  for (const client of [ours, theirs]) await acceptAll(client, room);
  const blob = { size: 100_000, seed: 9 };
  const [sent, other] = await Promise.all([
    ours.attempt('sendBlobData', room, { blob }, theirs.id),
    theirs.attempt('sendBlobData', room, { blob }, ours.id),
  ]);
  completed(sent, [theirs]);
  await assertCame(theirs, ours, [blob]);
  // Where the requests cross, theirs is lost by what the original does; it is told so.
  const { success, error } = other.value[0][ours.id] ?? { error: other.value[0] };
  assert.ok(success?.percentage === 100 || error, JSON.stringify(other));
});

scene('R-51, T-14: a file that waits too long for another one fails', async (play) => {
  const { room } = play;
  const pair = await meet(play, 'ours', 'skylinkjs');
  const { sender, receiver } = pair;
  const first = await request(room, pair, { size: 1_000 });
  const [entry] = await sender.call('sendBlobData', room, { blob: { size: 10 } }, receiver.id, 1);
  const text = 'Data upload terminated - Data Channel has a transfer in progress';
  assert.equal(entry[receiver.id].error.message, text);
  const told = sender.seen('dataTransferState', inState('error'));
  assert.deepEqual(
    told.map(({ error }) => error.message.message),
    [text],
  );
  // The first one does not suffer, as it does in the original.
  await receiver.call('respondBlobRequest', room, sender.id, first.transferId, true);
  completed(await first.sent, [receiver]);
});
