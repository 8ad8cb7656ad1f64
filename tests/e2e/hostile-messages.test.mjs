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
    const { SkylinkEventManager } = window.sdk;
    // The page's own listener tells the test of each.
    SkylinkEventManager.events.onIncomingMessage.callbacks = [];
    let resolve;
    let count = 0;
    let begin;
    SkylinkEventManager.addEventListener('onIncomingMessage', ({ detail }) => {
      begin ??= performance.now();
      count += 1;
      if (detail.message.content === 'last') resolve({ count, took: performance.now() - begin });
    });
    window.hearList = () => {
      [count, begin] = [0, undefined];
      window.heard = new Promise((heard) => {
        resolve = heard;
      });
    };
  });
  const send = async (between) => {
    await receiver.page.evaluate(() => window.hearList());
    await sender.page.evaluate((empty) => {
      const first = { type: 'MESSAGE', isPrivate: false, sender: 'x', target: null, data: 'first' };
      window.made[0].send(`[${JSON.stringify(first)}${',""'.repeat(empty)},"last"]`);
    }, between);
    const { count, took } = await receiver.page.evaluate(() => window.heard);
    assert.equal(count, between + 2);
    return took;
  };
  // What else goes on makes some longer, none shorter.
  const took = { short: [], long: [] };
  for (let turn = 0; turn < 4; turn += 1) {
    took.short.push(await send(10_000));
    took.long.push(await send(80_000));
  }
  const [short, long] = [Math.min(...took.short), Math.min(...took.long)];
  assert.ok(long < 16 * short, `${long} ms for eight times as many as in ${short} ms`);
});
