import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const OPEN = ({ state }) => state === 'open';

async function meet(room, one, other) {
  await one.join(room);
  await other.join(room);
  await Promise.all([one, other].map((client) => client.waitFor('dataChannelState', OPEN)));
}

/** The next message with that content, without what only the server knows. */
async function heard(client, content, after) {
  const fits = ({ message }) => JSON.stringify(message.content) === JSON.stringify(content);
  const { room, peerId, isSelf, message, peerInfo } = await client.waitFor(
    'onIncomingMessage',
    fits,
    { after },
  );
  assert.equal(peerInfo.room.roomName, room.roomName);
  return { roomName: room.roomName, peerId, isSelf, message };
}

function expected(sender, room, content, target, isSelf) {
  return {
    roomName: room,
    peerId: sender.id,
    isSelf,
    message: {
      targetPeerId: target,
      content,
      senderPeerId: sender.id,
      isDataChannel: true,
      isPrivate: target !== null,
    },
  };
}

for (const [kind, otherKind] of [
  ['ours', 'skylinkjs'],
  ['skylinkjs', 'ours'],
  ['ours', 'ours'],
]) {
  scene(`M-30, E-09, T-17: ${kind} writes to ${otherKind}`, async ({ enter, room }) => {
    const sender = await enter(kind, 'Sender');
    const receiver = await enter(otherKind, 'Receiver');
    await meet(room, sender, receiver);
    const forms = [
      [[room, 'all of a room'], null],
      [[room, { any: ['json', 7, null] }, null], null],
      [[room, 'one', receiver.id], receiver.id],
      [[room, 'some', [receiver.id]], receiver.id],
      [['', 'all rooms'], null],
      [[null, 'one in all rooms', receiver.id], receiver.id],
      [['no such room', 'whatever the room', receiver.id], receiver.id],
    ];
    for (const [argumentList, target] of forms) {
      const marks = [sender.mark(), receiver.mark()];
      const [, content, given] = argumentList;
      await sender.call('sendP2PMessage', ...argumentList);
      assert.deepEqual(
        await heard(receiver, content, marks[1]),
        expected(sender, room, content, target, false),
      );
      const own = expected(sender, room, content, target === null ? null : given, true);
      assert.deepEqual(await heard(sender, content, marks[0]), own);
    }
  });
}

/** Sends in one script and tells how many texts went through data channels. */
function sendAll([room, contents]) {
  const { send } = RTCDataChannel.prototype;
  let texts = 0;
  RTCDataChannel.prototype.send = function count(data) {
    texts += 1;
    return send.call(this, data);
  };
  for (const content of contents) window.skylink.sendP2PMessage(room, content);
  return Promise.resolve().then(() => {
    RTCDataChannel.prototype.send = send;
    return texts;
  });
}

for (const [kind, otherKind, limit] of [
  ['ours', 'ours', 4],
  ['ours', 'skylinkjs', Infinity],
  ['skylinkjs', 'ours', Infinity],
]) {
  scene(`M-30: what ${kind} sends in one go reaches ${otherKind} in its order`, async (play) => {
    const { enter, room } = play;
    const sender = await enter(kind, 'Sender');
    const receiver = await enter(otherKind, 'Receiver');
    await meet(room, sender, receiver);
    const contents = [
      ...Array.from({ length: 100 }, (_, number) => `"${number}" \\ \u2028 \u{1f600}`),
      { any: ['json', 7, null] },
      ['a', ['list']],
      '[',
      'long '.repeat(4000),
      // A list of nothing but texts is read outside of the module.
      'one "more"',
      'last',
    ];
    const texts = await sender.page.evaluate(sendAll, [room, contents]);
    assert.ok(texts > 0 && texts <= Math.min(limit, contents.length), `${texts} texts`);
    for (const client of [sender, receiver]) {
      await client.waitFor('onIncomingMessage', ({ message }) => message.content === 'last');
      const heardBy = client.seen('onIncomingMessage').map(({ message }) => message.content);
      assert.deepEqual(heardBy, contents);
    }
  });
}

scene(
  'M-30, Q-12, S-09: the room may be left out, then all rooms are meant',
  async ({ enter, room }) => {
    const [first, second] = [`${room}-1`, `${room}-2`];
    const sender = await enter('ours', 'Sender');
    const inFirst = await enter('skylinkjs', 'First');
    const inSecond = await enter('ours', 'Second');
    await sender.join(first);
    await inFirst.join(first);
    await inFirst.waitFor('dataChannelState', OPEN);
    const idInFirst = sender.id;
    await sender.join(second);
    await inSecond.join(second);
    await inSecond.waitFor('dataChannelState', OPEN);
    await sender.until(() => sender.seen('dataChannelState', OPEN).length === 2, 'two channels');

    await sender.call('sendP2PMessage', 'to everybody');
    for (const client of [inFirst, inSecond]) {
      const { message } = await heard(client, 'to everybody', 0);
      assert.equal(message.isPrivate, false);
    }
    await sender.call('sendP2PMessage', { to: 'Second' }, inSecond.id);
    assert.equal((await heard(inSecond, { to: 'Second' }, 0)).message.isPrivate, true);
    await sender.call('sendP2PMessage', 'to First', [inFirst.id, 'nobody']);
    const { peerId, message } = await heard(inFirst, 'to First', 0);
    assert.deepEqual([peerId, message.targetPeerId], [idInFirst, inFirst.id]);
    await sender.call('sendP2PMessage', second.toUpperCase(), 'to a room');
    await heard(inSecond, 'to a room', 0);

    const contents = (client) => client.seen('onIncomingMessage').map((d) => d.message.content);
    assert.deepEqual(contents(inFirst), ['to everybody', 'to First']);
    assert.deepEqual(contents(inSecond), ['to everybody', { to: 'Second' }, 'to a room']);
  },
);

/** Keeps the data channels, so that a test can break one. */
function keepChannels() {
  window.channels = [];
  const { createDataChannel } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createDataChannel = function keep(...settings) {
    const channel = createDataChannel.apply(this, settings);
    window.channels.push(channel);
    return channel;
  };
}

/** Closes the channel and writes as soon as that is told. */
function writeWhenClosed() {
  return new Promise((resolve) => {
    window.sdk.SkylinkEventManager.addEventListener('dataChannelState', ({ detail }) => {
      if (detail.state !== 'closed') return;
      try {
        window.skylink.sendP2PMessage('', 'too late');
        resolve(null);
      } catch (error) {
        resolve({ isError: error instanceof Error, message: error.message });
      }
    });
    window.channels.at(-1).close();
  });
}

for (const kind of ['skylinkjs', 'ours']) {
  scene(`R-54, E-08: ${kind} cannot write to a channel that is closed`, async ({ enter, room }) => {
    const receiver = await enter('skylinkjs', 'Receiver');
    const sender = await enter(kind, 'Sender', { inject: keepChannels });
    await meet(room, receiver, sender);
    const after = sender.mark();
    assert.deepEqual(await sender.page.evaluate(writeWhenClosed), {
      isError: true,
      message:
        'Failed sending message - Data Channel connection is not open - Current readyState is closed',
    });
    const failed = ({ state }) => state === 'sendMessageError';
    const detail = await sender.waitFor('dataChannelState', failed, { after });
    const { bufferAmount, channelName, ...rest } = detail;
    assert.deepEqual(rest, {
      state: 'sendMessageError',
      peerId: receiver.id,
      channelType: 'messaging',
      messageType: 'messaging',
      error: 'Failed sending message - Data Channel connection is not open',
    });
    assert.ok(channelName.endsWith(`_${sender.id}_${receiver.id}`));
    if (kind === 'ours') assert.equal(bufferAmount.bufferedAmount, 0);
    assert.deepEqual(
      sender.seen('onIncomingMessage', () => true, after),
      [],
    );
  });
}

for (const kind of ['skylinkjs', 'ours']) {
  scene(`M-30: ${kind} writes nothing without data channels`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client', { options: { enableDataChannel: false } });
    await client.join(room);
    await client.call('sendP2PMessage', room, 'into the void');
    assert.deepEqual(client.seen('onIncomingMessage'), []);
  });
}
