import assert from 'node:assert/strict';
import { setStage } from './harness/stage.mjs';

const { scene } = setStage();

const DELAY_MS = 300;

/** Runs in the page: what it says to the server is late, so that offers of two sides cross. */
const SPEAK_LATE = (delay) => {
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function sendLate(data) {
    setTimeout(() => this.readyState === WebSocket.OPEN && send.call(this, data), delay);
  };
};

const LIVE = { audio: { audio: true }, video: { video: true }, both: { audio: true, video: true } };

// Chromium remembers the numbers of header extensions of an offer that was never set.
for (const [yielding, winning] of [
  ['both', 'video'],
  ['audio', 'video'],
  ['video', 'audio'],
]) {
  scene(`an offer of ${yielding} yields to one of ${winning}`, async ({ enter, room }) => {
    // The later one has the greater tie breaker.
    const one = await enter('ours', 'Yielding');
    const other = await enter('ours', 'Winning');
    const both = [one, other];
    for (const client of both) await client.join(room);
    await Promise.all(both.map((client) => client.waitForStability()));
    const marks = both.map((client) => client.mark());
    const streams = [await one.capture(LIVE[yielding]), await other.capture(LIVE[winning])];
    for (const { page } of both) await page.evaluate(SPEAK_LATE, DELAY_MS);
    await Promise.all(both.map((client, place) => client.call('sendStream', room, streams[place])));
    await other.waitForMedia(one, Object.keys(LIVE[yielding]));
    await one.waitForMedia(other, Object.keys(LIVE[winning]));
    for (const [place, client] of both.entries()) {
      const isError = ({ state }) => state === 'error';
      assert.deepEqual(client.seen('handshakeProgress', isError, marks[place]), []);
      const isOffer = ({ state, peerId }) => state === 'offer' && peerId === client.id;
      assert.ok(client.seen('handshakeProgress', isOffer, marks[place]).length > 0);
    }
  });
}
