import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';
import { acceptAll, digest, inState, request, transfer } from './file-scene.mjs';

const { scene } = setStage({ server: { config: '[keys.demo]\nmcu = true\n' } });

const REFUSAL = /MCU does not support sendBlobData/;

/** Everybody joins, and waits until the media server takes messages. */
async function meetMediaServer(room, clients) {
  for (const client of clients) {
    await client.join(room);
    await client.waitFor(
      'dataChannelState',
      ({ peerId, state }) => peerId === 'MCU' && state === 'open',
    );
  }
  for (const client of clients) {
    const others = clients.filter((other) => other !== client);
    const heardOf = (peer) => (detail) => detail.peerId === peer.id && !detail.isSelf;
    await Promise.all(others.map((other) => client.waitFor('peerJoined', heardOf(other))));
  }
}

const succeeded = (entry, receiver) => entry[receiver.id]?.success?.percentage === 100;

scene(
  'M-27, M-28, E-17, E-18, R-46: ours sends files to ours through a media server, skylinkjs gets none',
  async ({ enter, step, room }) => {
    const ann = await enter('ours', 'Ann');
    const ben = await enter('ours', 'Ben');
    const old = await enter('skylinkjs', 'Old');
    await meetMediaServer(room, [ann, ben, old]);
    for (const [sender, receiver] of [
      [ann, ben],
      [ben, ann],
    ]) {
      await step(`5 MB of ${sender.name} reach ${receiver.name} alone, and whole`, async () => {
        const blob = { size: 5_000_000, seed: 7, type: 'application/x-test' };
        const pair = { sender, receiver };
        const { sent, answered, data, marks } = await transfer(room, pair, blob);
        assert.ok(sent.value && succeeded(sent.value[0], receiver), JSON.stringify(sent));
        assert.ok(answered.value?.[sender.id]?.success, JSON.stringify(answered));
        assert.deepEqual(
          [data.peerId, data.isSelf, data.transferInfo.chunkType],
          [sender.id, false, 'arrayBuffer'],
        );
        assert.equal(await digest(receiver, data.data.blob), await digest(sender, blob));
        for (const [client, state] of [
          [sender, 'uploading'],
          [receiver, 'downloading'],
        ]) {
          const mark = client === sender ? marks.sender : marks.receiver;
          const told = client.seen('dataTransferState', inState(state), mark);
          assert.ok(told.length > 0, `${client.name} heard of no progress`);
        }
      });
    }
    await step('to all means to those who can', async () => {
      await acceptAll(ben, room);
      const entries = await ann.call('sendBlobData', room, { blob: { size: 100_000, seed: 2 } });
      assert.ok(
        entries.some((entry) => succeeded(entry, ben)),
        JSON.stringify(entries),
      );
      assert.equal(entries.length, 2);
      const failed = ann.seen('dataTransferState', inState('error'));
      assert.deepEqual(
        failed.map(({ peerId }) => peerId),
        [old.id],
      );
      assert.match(failed[0].error.message.message, REFUSAL);
    });
    await step('skylinkjs is refused, and refuses', async () => {
      for (const [sender, receiver] of [
        [ann, old],
        [old, ann],
      ]) {
        const { error } = await sender.attempt(
          'sendBlobData',
          room,
          { blob: { size: 10 } },
          receiver.id,
        );
        assert.match(error?.message, REFUSAL);
      }
      assert.deepEqual(old.seen('onIncomingDataRequest'), []);
      assert.deepEqual(old.pageErrors, []);
    });
    assert.deepEqual([...ann.pageErrors, ...ben.pageErrors], []);
  },
);

scene(
  'M-01, M-27, M-28, R-53: files through a media server are refused, cancelled, and go to several at once',
  async ({ enter, step, room }) => {
    const ann = await enter('ours', 'Ann');
    const ben = await enter('ours', 'Ben');
    const cleo = await enter('ours', 'Cleo');
    await meetMediaServer(room, [ann, ben, cleo]);
    const pair = { sender: ann, receiver: ben };
    await step('refused', async () => {
      const { sent, transferId } = await request(room, pair, { size: 1_000 });
      await ben.call('respondBlobRequest', room, ann.id, transferId, false);
      const [entry] = (await sent).value;
      assert.equal(entry[ben.id].error.message, 'Remote peer rejected data transfer request');
    });
    await step('cancelled by the receiver while it comes', async () => {
      const { sent, transferId, marks } = await request(room, pair, { size: 100_000_000 });
      const answer = ben.attempt('respondBlobRequest', room, ann.id, transferId, true);
      await ben.waitFor('dataTransferState', inState('downloading'), { after: marks.receiver });
      await ben.call('cancelBlobTransfer', room, ann.id, transferId);
      assert.ok((await answer).error);
      const [entry] = (await sent).value;
      assert.ok(entry[ben.id].error, JSON.stringify(entry));
      await ann.waitFor('dataTransferState', inState('cancel'), { after: marks.sender });
    });
    await step('to two at once, and back', async () => {
      for (const client of [ann, ben, cleo]) await acceptAll(client, room);
      const blob = { size: 2_000_001, seed: 11 };
      const results = await Promise.all([
        ann.call('sendBlobData', room, { blob }, [ben.id, cleo.id]),
        cleo.call('sendBlobData', room, { blob }, ann.id),
      ]);
      assert.ok(succeeded(results[0][0], ben) && succeeded(results[0][1], cleo));
      assert.ok(succeeded(results[1][0], ann));
      const sent = await digest(ann, blob);
      for (const [client, from] of [
        [ben, ann],
        [cleo, ann],
        [ann, cleo],
      ]) {
        const isIt = ({ peerId, isSelf }) => peerId === from.id && !isSelf;
        const { data } = await client.waitFor('onIncomingData', isIt);
        assert.equal(await digest(client, data.blob), sent, client.name);
      }
    });
    for (const client of [ann, ben, cleo]) assert.deepEqual(client.pageErrors, []);
  },
);
