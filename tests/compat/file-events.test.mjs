import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';
import { meet, transfer } from './file-scene.mjs';

const { scene } = setStage();

const SIZE = 120_000;
const BLOB = { size: SIZE, seed: 7, type: 'application/x-test', name: 'report.bin' };
/** Chunks of the old way. */
const CHUNKS = 3;

const ways = {
  old: { chunkSize: 49_152, chunkType: 'binaryString' },
  own: { chunkSize: 65_528, chunkType: 'arrayBuffer' },
};

/** `transferInfo` as it has to be. */
const infoOf = (way, direction, percentage, data = null) => ({
  name: 'report.bin',
  size: 160_000,
  ...ways[way],
  dataType: 'blob',
  mimeType: 'application/x-test',
  direction,
  timeout: 20,
  isPrivate: false,
  percentage,
  originalSize: SIZE,
  data,
});

const withoutNumber = ({ size, type }) => ({ size, type });

/** An info whose blob has lost the number that the harness gave it. */
function plain(info) {
  return { ...info, data: info.data && withoutNumber(info.data) };
}

const DATA = { size: SIZE, type: 'application/x-test' };

function assertGrowing(infos) {
  const parts = infos.map((info) => info.percentage);
  assert.deepEqual(
    parts,
    [...parts].sort((one, other) => one - other),
  );
  assert.ok(parts.every((part) => part >= 0 && part < 100 && part === Number(part.toFixed(2))));
}

for (const [kind, otherKind] of [
  ['ours', 'ours'],
  ['ours', 'skylinkjs'],
  ['skylinkjs', 'ours'],
  ['skylinkjs', 'skylinkjs'],
]) {
  scene(
    `E-17, E-18, E-19, T-13, T-14, Q-08, Q-09: what ${kind} and ${otherKind} tell of a file between them`,
    async (play) => {
      const pair = await meet(play, kind, otherKind);
      const { sender, receiver } = pair;
      const way = kind === 'ours' && otherKind === 'ours' ? 'own' : 'old';
      const { sent, answered, transferId, marks } = await transfer(play.room, pair, BLOB);

      const sides = [
        [sender, marks.sender, receiver, 'upload'],
        [receiver, marks.receiver, sender, 'download'],
      ];
      for (const [client, after, peer, direction] of sides) {
        const isSender = direction === 'upload';
        const moving = isSender ? 'uploading' : 'downloading';
        const states = client.seen('dataTransferState', () => true, after);
        const steps = states.filter(({ state }) => state === moving);
        assert.deepEqual(
          [...new Set(states.map(({ state }) => state))],
          [
            isSender ? 'userRequest' : 'request',
            `${direction}Started`,
            // The own way may be over before there is anything to tell.
            ...(way === 'old' || isSender || steps.length > 0 ? [moving] : []),
            `${direction}Completed`,
          ],
        );
        if (way === 'old') assert.equal(steps.length, isSender ? CHUNKS : CHUNKS - 1);
        assertGrowing(steps.map((step) => step.transferInfo));
        for (const detail of states) {
          assert.deepEqual(Object.keys(detail).sort(), [
            'peerId',
            'state',
            'transferId',
            'transferInfo',
          ]);
          assert.equal(detail.transferId, transferId);
          assert.equal(detail.peerId, peer.id);
        }
        assert.deepEqual(states[0].transferInfo, infoOf(way, direction, 0));
        const whole = infoOf(way, direction, 100, DATA);
        assert.deepEqual(plain(states.at(-1).transferInfo), whole);

        const [asked] = client.seen('onIncomingDataRequest', () => true, after);
        assert.deepEqual(asked, {
          transferId,
          peerId: sender.id,
          transferInfo: infoOf(way, direction, 0),
          isSelf: isSender,
        });
        const [came, ...again] = client.seen('onIncomingData', () => true, after);
        assert.deepEqual(again, []);
        assert.deepEqual(
          { ...came, data: withoutNumber(came.data), transferInfo: plain(came.transferInfo) },
          {
            data: DATA,
            transferId,
            peerId: peer.id,
            transferInfo: whole,
            isSelf: isSender || client.kind === 'skylinkjs',
          },
        );
        const names = client.events
          .slice(after)
          .map(({ name, detail }) => detail?.state ?? name)
          .filter((name) => name === 'onIncomingData' || name === `${direction}Completed`);
        const inOrder = [`${direction}Completed`, 'onIncomingData'];
        assert.deepEqual(names, isSender ? inOrder : inOrder.reverse());
      }

      assert.match(transferId, new RegExp(`^${sender.id}_\\d{13}$`));
      const [{ [receiver.id]: upload }, ...others] = sent.value;
      assert.deepEqual(others, []);
      assert.deepEqual(
        { ...upload, success: plain(upload.success) },
        { success: infoOf(way, 'upload', 100, DATA), transferType: 'upload' },
      );
      const { [sender.id]: download } = answered.value;
      assert.deepEqual(
        { ...download, success: plain(download.success) },
        {
          success: infoOf(way, 'download', 100, DATA),
          transferType: receiver.kind === 'ours' ? 'download' : 'upload',
        },
      );
      assert.deepEqual([...sender.pageErrors, ...receiver.pageErrors], []);
    },
  );
}
