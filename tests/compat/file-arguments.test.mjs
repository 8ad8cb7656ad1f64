import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';
import { gather } from './file-scene.mjs';

const { scene } = setStage();

const BLOB = { blob: { size: 10 } };

/** In the order in which they are looked at: the arguments, and what they are refused with. */
const REFUSED = [
  [['text', {}, 'soon'], 'Data is not type Blob'],
  [[null, {}, 'soon'], 'Data is not type Blob'],
  [[{ blob: { size: 0 } }, {}, 'soon'], 'Invalid data'],
  [[BLOB, {}, 'soon'], 'Peer ID is not type array string or string'],
  [[BLOB, null, 'soon'], 'Timeout is not type number'],
  [[BLOB, 'anybody', '5'], 'Timeout is not type number'],
];

async function refuses(client, room, text, argumentList) {
  const { error } = await client.attempt('sendBlobData', room, ...argumentList);
  assert.equal(error?.message, `Unable to send Blob data - ${text}`);
}

/** The server says that there is a media server in this room. */
async function pretendMediaServer({ page }) {
  await page.route('**/api/**', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), hasMCU: true } });
  });
}

for (const kind of ['ours', 'skylinkjs']) {
  scene(`R-46, M-28: what ${kind} refuses to send`, async ({ enter, room }) => {
    const app = await enter(kind, 'App');
    await app.join(room);
    await refuses(app, room, 'No peers in room', [BLOB, {}, 'soon']);
    await app.call('leaveRoom', room);

    const other = await enter('ours', 'Other');
    await gather(room, [other, app]);
    for (const [argumentList, text] of REFUSED) await refuses(app, room, text, argumentList);
    assert.deepEqual(app.seen('dataTransferState'), []);

    const options = { enableDataChannel: false };
    const mute = await enter(kind, 'Without data channels', { options });
    await mute.join(room);
    // The original's constant for this text does not exist.
    const text = kind === 'ours' ? 'Data Channel is disabled' : 'undefined';
    await refuses(mute, room, text, [BLOB, {}, 'soon']);
  });

  scene(`R-46: ${kind} sends no files past a media server`, async ({ enter, room }) => {
    const app = await enter(kind, 'App');
    await pretendMediaServer(app);
    await app.join(room);
    await refuses(app, room, 'MCU does not support sendBlobData', [null, {}, 'soon']);
  });

  scene(`R-47, R-48, R-49, R-50, M-01: what ${kind} cannot cancel`, async ({ enter, room }) => {
    const app = await enter(kind, 'App');
    const other = await enter('ours', 'Other');
    await gather(room, [app, other]);
    for (const [peerId, transferId, text] of [
      [null, null, 'No Transfer ID'],
      [other.id, 7, 'No Transfer ID'],
      [null, 'a transfer', 'No Peer ID'],
      ['nobody', 'a transfer', 'Peer Connection does not have Data Channel sessions'],
      [other.id, 'a transfer', 'No data transfer sessions'],
    ]) {
      const after = app.mark();
      const { error } = await app.attempt('cancelBlobTransfer', room, peerId, transferId);
      assert.equal(error?.message, `Cancel data transfer terminated - ${text}`);
      const [detail, ...more] = app.seen('dataTransferState', () => true, after);
      assert.deepEqual(more, []);
      assert.equal(detail.error.message.message, error.message);
      const { state, transferInfo } = detail;
      const { transferType } = detail.error;
      assert.deepEqual(
        { state, transferId: detail.transferId, peerId: detail.peerId, transferInfo, transferType },
        { state: 'error', transferId, peerId, transferInfo: null, transferType: 'cancel' },
      );
    }
    assert.deepEqual(other.seen('dataTransferState'), []);
  });

  scene(`R-52, M-27: what ${kind} cannot accept`, async ({ enter, room }) => {
    const app = await enter(kind, 'App');
    const other = await enter('ours', 'Other');
    await gather(room, [app, other]);
    for (const [peerId, transferId, text] of [
      [other.id, null, 'No Transfer ID'],
      [null, 'a transfer', 'No Peer ID'],
      ['nobody', 'a transfer', 'Peer Connection does not have Data Channel sessions'],
      [other.id, 'a transfer', 'No data transfer sessions'],
    ]) {
      const after = app.mark();
      const { error } = await app.attempt('respondBlobRequest', room, peerId, transferId, true);
      const [[key, outcome]] = Object.entries(error);
      assert.equal(outcome.error.message, `Data download terminated - ${text}`);
      // The original has no key for a peer without id, and the wrong direction.
      assert.equal(key, peerId ?? (kind === 'ours' ? 'undefined' : 'null'));
      assert.equal(outcome.transferType, kind === 'ours' ? 'download' : 'upload');
      const [detail] = app.seen('dataTransferState', () => true, after);
      assert.equal(detail.error.message.message, outcome.error.message);
      assert.deepEqual([detail.state, detail.error.transferType], ['error', 'download']);
    }
    assert.deepEqual(other.seen('dataTransferState'), []);
  });

  scene(`R-51, T-14: whom ${kind} cannot send to`, async ({ enter, room }) => {
    const app = await enter(kind, 'App');
    const mute = await enter('ours', 'Mute', { options: { enableDataChannel: false } });
    const other = await enter('ours', 'Other');
    await gather(room, [app, other]);
    await mute.join(room, { audio: true });
    await app.waitFor(
      'iceConnectionState',
      ({ state, peerId }) => peerId === mute.id && /^(connected|completed)$/.test(state),
    );
    const sent = app.attempt('sendBlobData', room, BLOB, ['nobody', other.id, mute.id]);
    const { transferId } = await other.waitFor(
      'dataTransferState',
      ({ state }) => state === 'request',
    );
    await other.call('respondBlobRequest', room, app.id, transferId, true);
    const { value } = await sent;
    assert.equal(value[0].message, 'Data upload terminated - No Peer Connection detected');
    assert.equal(value[1][other.id].success.percentage, 100);
    assert.equal(value[2].message, 'Data upload terminated - No Data Channel connection');
    assert.ok(value[0].isError && value[2].isError);
    for (const [place, peerId] of [
      [0, 'nobody'],
      [2, mute.id],
    ]) {
      const [detail] = app.seen(
        'dataTransferState',
        (it) => it.peerId === peerId && it.state === 'error',
      );
      assert.equal(detail.error.message.message, value[place].message);
      assert.deepEqual([detail.transferId, detail.error.transferType], [transferId, 'upload']);
    }
  });
}

scene('S-07, S-27: files in rooms that are not joined', async ({ enter }) => {
  const app = await enter('ours', 'App');
  for (const [method, ...argumentList] of [
    ['sendBlobData', BLOB],
    ['respondBlobRequest', 'peer', 'transfer', true],
    ['cancelBlobTransfer', 'peer', 'transfer'],
  ]) {
    const { error } = await app.attempt(method, 'elsewhere', ...argumentList);
    assert.equal(error?.message ?? error, 'No room name specified', method);
  }
});
