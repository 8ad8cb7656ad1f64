import assert from 'node:assert/strict';
import { ImpairedPath } from '../e2e/harness/impaired-path.mjs';
import { setStage } from '../e2e/harness/stage.mjs';
import { digest, gather, transfer } from './file-scene.mjs';

const stage = setStage({ withFirefox: true });
const { scene } = stage;

const ONE_WAY_MS = 25;
/** The pair and seven lanes. */
const CONNECTIONS = 8;

/** Sends a file and compares what arrived. */
async function sendWhole(room, sender, receiver, size) {
  const blob = { size, seed: size, type: 'application/x-test' };
  const { sent, answered, data } = await transfer(room, { sender, receiver }, blob);
  assert.equal(sent.value?.[0]?.[receiver.id]?.success?.percentage, 100, JSON.stringify(sent));
  assert.ok(answered.value?.[sender.id]?.success, JSON.stringify(answered));
  assert.equal(data.data.size, size);
  assert.equal(await digest(receiver, data.data.blob), await digest(sender, blob));
}

for (const other of ['ours', 'skylinkjs']) {
  scene(
    `M-28, M-27, W-03: files between ours in Firefox and ${other} in Chromium`,
    async ({ enter, step, room }) => {
      const inFirefox = await enter('ours', 'Firefox', { browser: stage.firefox });
      const inChromium = await enter(other, 'Chromium');
      await gather(room, [inFirefox, inChromium]);
      for (const [sender, receiver] of [
        [inFirefox, inChromium],
        [inChromium, inFirefox],
      ]) {
        await step(`${sender.name} sends`, async () => {
          for (const size of [1, 300_000, 5_000_000]) await sendWhole(room, sender, receiver, size);
        });
      }
      assert.deepEqual(inFirefox.pageErrors, []);
    },
  );
}

scene(
  'M-28, W-03: a file from Firefox takes several connections on a path with delay',
  async ({ enter, room }) => {
    const path = await ImpairedPath.start({ delayMs: ONE_WAY_MS });
    try {
      const sender = await enter('ours', 'Firefox', { browser: stage.firefox, path });
      const receiver = await enter('ours', 'Chromium', { path });
      await gather(room, [sender, receiver]);
      await sendWhole(room, sender, receiver, 5_000_000);
      const made = await sender.page.evaluate(() => window.probes.connections.length);
      assert.equal(made, CONNECTIONS);
      assert.deepEqual(sender.pageErrors, []);
    } finally {
      await path.stop();
    }
  },
);
