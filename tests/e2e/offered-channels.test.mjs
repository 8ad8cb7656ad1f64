import assert from 'node:assert/strict';
import { setStage } from './harness/stage.mjs';

const { scene } = setStage();

/**
 * Keeps the channels that the other side made, and the browser's answers to `getStats` until `answer` is called: what
 * in Chromium takes a fraction of a millisecond, within which such a channel loses what it is given.
 */
const HOLD_ANSWERS = () => {
  window.offered = [];
  const { addEventListener, getStats } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.addEventListener = function (name, ...rest) {
    if (name === 'datachannel') {
      addEventListener.call(this, name, ({ channel }) => window.offered.push(channel));
    }
    return addEventListener.call(this, name, ...rest);
  };
  const isAnswered = new Promise((resolve) => {
    window.answer = resolve;
  });
  RTCPeerConnection.prototype.getStats = async function (...given) {
    await isAnswered;
    return getStats.apply(this, given);
  };
};

const isOpen = ({ state }) => state === 'open';
const says = (text) => (detail) => detail.message.content === text;

/** Two pages of ours, the one that made the channel first; to the other the browser calls it open. */
async function meet({ enter, room }) {
  const clients = [];
  for (const name of ['Ann', 'Ben']) {
    clients.push(await enter('ours', name, { inject: HOLD_ANSWERS }));
  }
  for (const client of clients) await client.join(room);
  const maker = await Promise.any(
    clients.map(async (client) => {
      await client.waitFor('dataChannelState', isOpen);
      return client;
    }),
  );
  const other = clients.find((client) => client !== maker);
  await other.page.waitForFunction(() => window.offered[0]?.readyState === 'open');
  return [maker, other];
}

scene('an offered channel is open once the browser has answered a question', async (play) => {
  const { room } = play;
  const [maker, other] = await meet(play);
  assert.deepEqual(other.seen('dataChannelState', isOpen), []);
  await other.page.evaluate(() => window.answer());
  await other.waitFor('dataChannelState', isOpen);
  await other.call('sendP2PMessage', room, 'hello');
  await maker.waitFor('onIncomingMessage', says('hello'));
  assert.equal(other.seen('dataChannelState', isOpen).length, 1);
});

scene('an offered channel is open once a message comes, and is so before it', async (play) => {
  const { room } = play;
  const [maker, other] = await meet(play);
  await maker.call('sendP2PMessage', room, 'are you there?');
  await other.waitFor('onIncomingMessage', says('are you there?'));
  const heard = ['dataChannelState', 'onIncomingMessage'];
  const order = other.events.map(({ name }) => name).filter((name) => heard.includes(name));
  assert.deepEqual(order, heard);
  await other.call('sendP2PMessage', room, 'I am');
  await maker.waitFor('onIncomingMessage', says('I am'));
  await other.page.evaluate(async () => {
    window.answer();
    await window.probes.connections[0].getStats();
  });
  assert.equal(other.seen('dataChannelState', isOpen).length, 1);
});
