import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';
import { digest, meet, transfer } from './file-scene.mjs';

const { scene } = setStage();

const CHUNK = 49_152;

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
