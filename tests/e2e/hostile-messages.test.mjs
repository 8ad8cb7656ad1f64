import assert from 'node:assert/strict';
import { setStage } from './harness/stage.mjs';

const { scene } = setStage();

/** Keeps the channels that this side makes. */
const KEEP_CHANNELS = () => {
  window.made = [];
  const { createDataChannel } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createDataChannel = function (...given) {
    const channel = createDataChannel.apply(this, given);
    window.made.push(channel);
    return channel;
  };
};

const isOpen = ({ state }) => state === 'open';

scene('a list of very many messages does not hold up the page', async ({ enter, room }) => {
  const clients = [];
  for (const name of ['Ann', 'Ben']) {
    clients.push(await enter('ours', name, { inject: KEEP_CHANNELS }));
  }
  for (const client of clients) await client.join(room);
  for (const client of clients) await client.waitFor('dataChannelState', isOpen);
  const made = await Promise.all(
    clients.map(({ page }) => page.evaluate(() => window.made.length)),
  );
  const [sender, receiver] = made[0] ? clients : clients.toReversed();
  await receiver.page.evaluate(() => {
    window.took = new Promise((resolve) => {
      const { SkylinkEventManager } = window.sdk;
      let count = 0;
      let begin;
      // The page's own listener tells the test of each.
      SkylinkEventManager.events.onIncomingMessage.callbacks = [];
      SkylinkEventManager.addEventListener('onIncomingMessage', ({ detail }) => {
        begin ??= performance.now();
        count += 1;
        if (detail.message.content === 'last') resolve([count, performance.now() - begin]);
      });
    });
  });
  await sender.page.evaluate(() => {
    const first = { type: 'MESSAGE', isPrivate: false, sender: 'x', target: null, data: 'first' };
    window.made[0].send(`[${JSON.stringify(first)}${',""'.repeat(80_000)},"last"]`);
  });
  const [count, took] = await receiver.page.evaluate(() => window.took);
  assert.equal(count, 80_002);
  assert.ok(took < 2000, `${took}`);
});
