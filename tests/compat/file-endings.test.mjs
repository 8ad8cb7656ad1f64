import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';
import { ended, inState, meet, request, transfer } from './file-scene.mjs';

const { scene } = setStage();

const SMALL = { size: 1_000 };
const LARGE = { size: 30_000_000 };
/** Takes a part of the file, and then nothing for the rest of the test. */
const STUCK = { writable: { name: 'stuck', rest: 1_000_000 } };
/** Takes so long that the file is still under way when something is done about it. */
const SLOW = { writable: { name: 'slow', rest: 300 } };

const PAIRS = [
  ['ours', 'ours'],
  ['ours', 'skylinkjs'],
  ['skylinkjs', 'ours'],
];

/** The original's direction is always the upload in results. */
const directionOf = (client, direction) => (client.kind === 'ours' ? direction : 'upload');

const textOf = (message) => message?.message ?? message;

/** The one event that ended a transfer at one side; `texts` are what it may say. */
async function ending(client, peer, direction, state, texts, { transferId, after }) {
  const detail = await client.waitFor('dataTransferState', inState(state), { after });
  assert.ok([texts].flat().includes(textOf(detail.error.message)), detail.error.message);
  assert.equal(detail.transferId, transferId);
  assert.equal(detail.peerId, peer.id);
  assert.equal(detail.error.transferType, direction);
  assert.equal(detail.transferInfo.direction, direction);
  return detail;
}

function assertUpload({ sender, receiver }, { value }, texts) {
  assert.equal(value.length, 1);
  const { error, transferType } = value[0][receiver.id];
  assert.ok([texts].flat().includes(textOf(error)), textOf(error));
  assert.equal(transferType, 'upload', sender.kind);
}

function assertDownload({ sender, receiver }, outcome, texts) {
  const { error, transferType } = outcome[sender.id];
  assert.ok([texts].flat().includes(textOf(error)), textOf(error));
  assert.equal(transferType, directionOf(receiver, 'download'));
}

/** Whatever happened, the next file goes through. */
async function assertFree(room, pair) {
  const { data } = await transfer(room, pair, SMALL);
  assert.equal(data.data.size, SMALL.size);
}

const accepts = (room, { sender, receiver }, transferId, options) => {
  const answered = receiver.attempt(
    'respondBlobRequest',
    room,
    sender.id,
    transferId,
    true,
    options,
  );
  answered.catch(() => {});
  return answered;
};

for (const [kind, otherKind] of PAIRS) {
  const between = `${kind} and ${otherKind}`;

  scene(`R-53, E-17, T-14, M-27, Q-07: ${between}: a file is refused`, async (play) => {
    const { room } = play;
    const pair = await meet(play, kind, otherKind);
    const { sender, receiver } = pair;
    const { sent, transferId, marks } = await request(room, pair, SMALL);
    const refused = receiver.attempt('respondBlobRequest', room, sender.id, transferId, false);
    const text = 'Remote peer rejected data transfer request';
    const after = { transferId, after: marks.sender };
    const told = await ending(sender, receiver, 'upload', 'rejected', text, after);
    assert.ok(told.error.message.isError);
    assertUpload(pair, await sent, text);
    // The original's promise never settles, and its error has no text.
    const own = otherKind === 'ours' ? 'User rejected data transfer request' : '';
    const here = { transferId, after: marks.receiver };
    await ending(receiver, sender, 'download', 'userRejected', own, here);
    if (otherKind === 'ours') assertDownload(pair, (await refused).value, own);
    else refused.catch(() => {});
    await assertFree(room, pair);
    assert.deepEqual(sender.pageErrors, []);
  });

  const CANCELLED = ['User cancelled data transfer', 'Remote peer cancelled data transfer'];

  scene(`M-01, R-53, E-17, T-14: ${between}: a request is taken back`, async (play) => {
    const { room } = play;
    const pair = await meet(play, kind, otherKind);
    const { sender, receiver } = pair;
    const { sent, transferId, marks } = await request(room, pair, SMALL);
    const result = await sender.call('cancelBlobTransfer', room, receiver.id, transferId);
    assert.deepEqual(result, { peerId: receiver.id, transferId });
    const [own, other] = CANCELLED;
    await ending(sender, receiver, 'upload', 'cancel', own, { transferId, after: marks.sender });
    await ending(receiver, sender, 'download', 'cancel', other, {
      transferId,
      after: marks.receiver,
    });
    assertUpload(pair, await sent, own);
    await assertFree(room, pair);
  });

  for (const side of ['sender', 'receiver']) {
    scene(`M-01, R-53, E-17, T-14: ${between}: the ${side} cancels half-way`, async (play) => {
      const { room } = play;
      const pair = await meet(play, kind, otherKind);
      const { sender, receiver } = pair;
      const { sent, transferId, marks } = await request(room, pair, LARGE);
      const answered = accepts(room, pair, transferId, otherKind === 'ours' ? SLOW : undefined);
      const [client, peer] = side === 'sender' ? [sender, receiver] : [receiver, sender];
      await Promise.all([
        sender.waitFor('dataTransferState', inState('uploading')),
        receiver.waitFor('dataTransferState', inState('downloading')),
      ]);
      const result = await client.call('cancelBlobTransfer', room, peer.id, transferId);
      assert.deepEqual(result, { peerId: peer.id, transferId });
      const texts = side === 'sender' ? CANCELLED : [...CANCELLED].reverse();
      const atSender = { transferId, after: marks.sender };
      const atReceiver = { transferId, after: marks.receiver };
      await ending(sender, receiver, 'upload', 'cancel', texts[0], atSender);
      await ending(receiver, sender, 'download', 'cancel', texts[1], atReceiver);
      assertUpload(pair, await sent, texts[0]);
      assertDownload(pair, (await answered).error, texts[1]);
      assert.deepEqual(receiver.seen('onIncomingData'), []);
      await assertFree(room, pair);
      if (otherKind === 'ours') assert.equal(await ended(receiver, 'slow'), 'aborted');
      // What is over cannot be cancelled again.
      if (kind === 'ours') {
        const again = await sender.attempt('cancelBlobTransfer', room, receiver.id, transferId);
        assert.match(again.error.message, /No data transfer sessions$/);
      }
    });
  }
}

const TIMED_OUT = 'Data transfer connection timed out - Longer than 2';

for (const otherKind of ['ours', 'skylinkjs']) {
  scene(
    `R-53, E-17, T-14, Q-10: ours gives a request up that ${otherKind} does not answer`,
    async (play) => {
      const pair = await meet(play, 'ours', otherKind);
      const { sender, receiver } = pair;
      const { sent, transferId, marks } = await request(play.room, pair, SMALL, { timeout: 2 });
      const after = { transferId, after: marks.sender };
      const told = await ending(sender, receiver, 'upload', 'error', TIMED_OUT, after);
      assert.ok(told.error.message.isError);
      assertUpload(pair, await sent, TIMED_OUT);
      const heard = { transferId, after: marks.receiver };
      await ending(receiver, sender, 'download', 'error', TIMED_OUT, heard);
      await assertFree(play.room, pair);
    },
  );
}

for (const kind of ['ours', 'skylinkjs']) {
  scene(`R-53, E-17, T-14: ${kind} and ours: a file that stops moving times out`, async (play) => {
    const { room } = play;
    const pair = await meet(play, kind, 'ours');
    const { sender, receiver } = pair;
    const { sent, transferId, marks } = await request(room, pair, LARGE, { timeout: 2 });
    const answered = accepts(room, pair, transferId, STUCK);
    await ending(sender, receiver, 'upload', 'error', TIMED_OUT, {
      transferId,
      after: marks.sender,
    });
    await ending(receiver, sender, 'download', 'error', TIMED_OUT, {
      transferId,
      after: marks.receiver,
    });
    assertUpload(pair, await sent, TIMED_OUT);
    assertDownload(pair, (await answered).error, TIMED_OUT);
    await assertFree(room, pair);
  });
}

/** A file of the old way may hear of its closed channel before it hears that the peer left. */
const lost = (direction, isOldWay) => {
  const peerGone = {
    upload: 'No Peer Connection detected',
    download: 'Peer Connection does not have Data Channel sessions',
  };
  const reasons = [
    peerGone[direction],
    ...(isOldWay ? ['Data Channel connection is not open'] : []),
  ];
  return reasons.map((reason) => `Data ${direction} terminated - ${reason}`);
};

for (const [kind, otherKind, goes] of [
  ['ours', 'ours', 'receiver'],
  ['ours', 'ours', 'sender'],
  ['ours', 'skylinkjs', 'receiver'],
  ['skylinkjs', 'ours', 'sender'],
]) {
  for (const [how, leave] of [
    ['leaves', (client, room) => client.attempt('leaveRoom', room)],
    ['is closed', (client) => client.close()],
  ]) {
    scene(
      `R-51, R-52, E-17, T-14: ${kind} to ${otherKind}: the ${goes} ${how} half-way`,
      async (play) => {
        const { room } = play;
        const pair = await meet(play, kind, otherKind);
        const { sender, receiver } = pair;
        const isOldWay = kind !== otherKind;
        const [lostUpload, lostDownload] = [lost('upload', isOldWay), lost('download', isOldWay)];
        const { sent, transferId, marks } = await request(room, pair, LARGE);
        const answered = accepts(room, pair, transferId, otherKind === 'ours' ? SLOW : undefined);
        await Promise.all([
          sender.waitFor('dataTransferState', inState('uploading')),
          receiver.waitFor('dataTransferState', inState('downloading')),
        ]);
        const left = leave(goes === 'sender' ? sender : receiver, room);
        left.catch(() => {});
        if (goes === 'receiver') {
          const after = { transferId, after: marks.sender };
          await ending(sender, receiver, 'upload', 'error', lostUpload, after);
          assertUpload(pair, await sent, lostUpload);
        } else {
          const after = { transferId, after: marks.receiver };
          await ending(receiver, sender, 'download', 'error', lostDownload, after);
          assertDownload(pair, (await answered).error, lostDownload);
          assert.equal(await ended(receiver, 'slow'), 'aborted');
        }
        // Who leaves is not left waiting either.
        if (how === 'leaves' && kind === 'ours' && otherKind === 'ours') {
          if (goes === 'sender') assertUpload(pair, await sent, lostUpload);
          else assertDownload(pair, (await answered).error, lostDownload);
        }
      },
    );
  }
}
