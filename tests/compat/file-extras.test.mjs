// What this package offers for files beyond 2.7.2.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setStage } from '../e2e/harness/stage.mjs';
import { digest, gather, inState, meet, request, transfer, written } from './file-scene.mjs';

/** A page that comes over plain http from elsewhere, as the browser sees it. */
const PLAIN = 'plain.example';

const { scene } = setStage({ flags: [`--host-resolver-rules=MAP ${PLAIN} 127.0.0.1`] });

for (const kind of ['ours', 'skylinkjs']) {
  scene(`M-27, M-28: a file from ${kind} goes into a stream of the app`, async (play) => {
    const { room } = play;
    const pair = await meet(play, kind, 'ours');
    const { sender, receiver } = pair;
    const blob = { size: 3_000_001, seed: 5 };
    const writable = { name: 'disk' };
    const { sent, answered, data } = await transfer(room, pair, blob, { writable });
    assert.equal(sent.value[0][receiver.id].success.percentage, 100);
    const { percentage, data: kept } = answered.value[sender.id].success;
    assert.deepEqual({ percentage, kept }, { percentage: 100, kept: null });
    // The app has the bytes already.
    assert.equal(data, undefined);
    const { state, size, digest: found } = await written(receiver, 'disk');
    assert.deepEqual({ state, size }, { state: 'closed', size: blob.size });
    assert.equal(found, await digest(sender, blob));
  });

  scene(`M-27, E-17: a stream that fails ends the file from ${kind}`, async (play) => {
    const { room } = play;
    const pair = await meet(play, kind, 'ours');
    const { sender, receiver } = pair;
    const { sent, transferId } = await request(room, pair, { size: 5_000_000 });
    const writable = { name: 'full', failsAfter: 1 };
    const answer = await receiver.attempt('respondBlobRequest', room, sender.id, transferId, true, {
      writable,
    });
    assert.equal(answer.error[sender.id].error.message, 'the disk is full');
    const told = await receiver.waitFor('dataTransferState', inState('error'));
    assert.equal(told.error.message.message, 'the disk is full');
    const text = 'Data transfer failed at the remote peer';
    assert.equal((await sent).value[0][receiver.id].error.message, text);
  });
}

for (const [kind, otherKind] of [
  ['ours', 'ours'],
  ['ours', 'skylinkjs'],
]) {
  scene(`M-28, M-01: ours gives up a file to ${otherKind} by a signal`, async (play) => {
    const { room } = play;
    const pair = await meet(play, kind, otherKind);
    const { sender, receiver } = pair;
    const options = { more: [{ signal: 'stop' }] };
    const { sent } = await request(room, pair, { size: 1_000 }, options);
    await sender.page.evaluate(() => window.files.abort('stop', 'enough'));
    assert.equal((await sent).error.message, 'enough');
    for (const client of [sender, receiver]) {
      const { error } = await client.waitFor('dataTransferState', inState('cancel'));
      const who = client === sender ? 'User' : 'Remote peer';
      assert.equal(error.message, `${who} cancelled data transfer`);
    }
    // Aborted beforehand: nothing is asked.
    const mark = receiver.mark();
    const late = { blob: { size: 10 } };
    const again = await sender.attempt('sendBlobData', room, late, receiver.id, 20, {
      signal: 'stop',
    });
    assert.equal(again.error.message, 'enough');
    const { data } = await transfer(room, pair, { size: 2_000 });
    assert.equal(data.data.size, 2_000);
    const asked = receiver.seen('dataTransferState', inState('request'), mark);
    assert.equal(asked.length, 1);
  });
}

for (const kind of ['ours', 'skylinkjs']) {
  scene(`M-27, M-01: ours gives up a file from ${kind} by a signal`, async (play) => {
    const { room } = play;
    const pair = await meet(play, kind, 'ours');
    const { sender, receiver } = pair;
    const { sent, transferId } = await request(room, pair, { size: 30_000_000 });
    const answered = receiver.attempt('respondBlobRequest', room, sender.id, transferId, true, {
      signal: 'stop',
      writable: { name: 'slow', rest: 300 },
    });
    await receiver.waitFor('dataTransferState', inState('downloading'));
    await receiver.page.evaluate(() => window.files.abort('stop'));
    assert.equal((await answered).error.name, 'AbortError');
    const entry = (await sent).value[0][receiver.id];
    assert.equal(entry.error.message ?? entry.error, 'Remote peer cancelled data transfer');
  });
}

scene('M-28, E-17, T-13: 50 MB arrive whole, and their progress is told', async (play) => {
  const { room } = play;
  const pair = await meet(play, 'ours', 'ours');
  const { sender, receiver } = pair;
  const blob = { size: 50_000_000, seed: 50, type: 'video/x-test' };
  const { sent, data } = await transfer(room, pair, blob);
  assert.equal(sent.value[0][receiver.id].success.percentage, 100);
  assert.deepEqual([data.data.size, data.data.type], [blob.size, blob.type]);
  assert.equal(await digest(receiver, data.data.blob), await digest(sender, blob));
  for (const [client, state] of [
    [sender, 'uploading'],
    [receiver, 'downloading'],
  ]) {
    const parts = client.seen('dataTransferState', inState(state)).map((it) => {
      return it.transferInfo.percentage;
    });
    assert.ok(parts.length > 1, `${client.name}: ${parts}`);
    assert.deepEqual(
      parts,
      [...new Set(parts)].sort((one, other) => one - other),
    );
  }
});

scene('M-27, M-28: files between a secure page and one on plain http', async (play) => {
  const { room, enter } = play;
  const secure = await enter('ours', 'Secure');
  const plain = await enter('ours', 'Plain', { hostname: PLAIN });
  assert.equal(await plain.page.evaluate(() => typeof crypto.subtle), 'undefined');
  await gather(room, [secure, plain]);
  const blob = { size: 2_500_001, seed: 8 };
  const sha256 = await digest(secure, blob);

  const there = await transfer(room, { sender: secure, receiver: plain }, blob);
  assert.equal(there.sent.value[0][plain.id].success.percentage, 100);
  assert.equal(there.sent.value[0][plain.id].success.chunkType, 'arrayBuffer');
  const text = await plain.page.evaluate(
    (number) => window.files.base64(number),
    there.data.data.blob,
  );
  assert.equal(createHash('sha256').update(Buffer.from(text, 'base64')).digest('hex'), sha256);

  const back = await transfer(room, { sender: plain, receiver: secure }, blob);
  assert.equal(back.sent.value[0][secure.id].success.percentage, 100);
  assert.equal(await digest(secure, back.data.data.blob), sha256);
});
