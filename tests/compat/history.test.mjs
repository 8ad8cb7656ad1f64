import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const stage = setStage();
const { scene } = stage;

const KINDS = ['ours', 'skylinkjs'];
const KEEPING = { options: { appKey: 'demo-persistent' } };
const SECRET = 'correct horse';
const PERSISTENCE_OFF =
  "Persistent Message feature is not enabled. Enable this feature on the key under 'Advanced Settings' in the Temasys Console";

async function thrown(client, method, ...rest) {
  const { error, value } = await client.attempt(method, ...rest);
  assert.ok(error, `${method} gave ${JSON.stringify(value)}`);
  return error.message;
}

/** A client in the room, with the secret selected. */
async function keeper(enter, kind, name, room, options = {}) {
  const client = await enter(kind, name, { options: { ...KEEPING.options, ...options } });
  await client.join(room);
  await client.call('setEncryptSecret', room, SECRET, 's1');
  await client.call('setSelectedSecret', room, 's1');
  return client;
}

/** Asks for the history and gives the event. */
async function history(client, room, ...rest) {
  const after = client.mark();
  assert.equal(await client.call('getStoredMessages', room, ...rest), '[undefined]');
  return client.waitFor('storedMessages', () => true, { after });
}

const contents = ({ storedMessages }) => storedMessages.map(({ content }) => content);

for (const kind of KINDS) {
  scene(
    `M-06, M-33, M-29, E-52, R-24, R-26, R-27: ${kind} stores messages unless told otherwise`,
    async ({ enter, room }) => {
      const client = await enter(kind, 'Client', KEEPING);
      await client.join(room);
      assert.equal(await client.call('getMessagePersistence', room), true);
      const send = (...rest) => thrown(client, 'sendMessage', room, 'text', ...rest);
      assert.equal(await send(), 'Dropping message - Secrets not provided, Secret id not provided');
      assert.equal(await send('peer'), 'Dropping message - Cannot persist private messages');
      await client.call('setEncryptSecret', room, SECRET, 's1');
      assert.equal(await send(), 'Dropping message - Secret id not selected');
      assert.equal(
        await thrown(client, 'setMessagePersistence', room, 'yes'),
        'Failed setting persistent message flag - Persistent message flag must be of type boolean',
      );
      assert.equal(await client.call('setMessagePersistence', room, false), '[undefined]');
      assert.equal(await client.call('getMessagePersistence', room), false);
      const { room: roomInfo, peerInfo, ...rest } = client.seen('persistentMessageState')[0];
      assert.deepEqual(rest, { isPersistent: false, peerId: client.id });
      assert.equal(roomInfo.roomName, room);
      assert.equal('room' in peerInfo, false);
      await client.call('sendMessage', room, 'plain');
      await client.waitFor('onIncomingMessage', ({ message }) => message.content === 'plain');
    },
  );

  scene(
    `M-15, M-33, R-25, Q-13: ${kind} stores nothing where the key does not`,
    async ({ enter, room }) => {
      const client = await enter(kind, 'Client');
      await client.join(room);
      assert.equal(await client.call('getMessagePersistence', room), false);
      assert.equal(await thrown(client, 'setMessagePersistence', room, true), PERSISTENCE_OFF);
      const isOurs = kind === 'ours';
      assert.equal(await client.call('getMessagePersistence', room), !isOurs);
      const { error } = await client.attempt('sendMessage', room, 'text');
      assert.equal(error?.message, isOurs ? undefined : PERSISTENCE_OFF);
      assert.equal(await client.call('getStoredMessages', room), '[undefined]');
      assert.equal(await client.call('getStoredMessages', 'nowhere'), '[undefined]');
      assert.deepEqual(client.seen('storedMessages'), []);
    },
  );
}

for (const [writing, reading] of [
  ['ours', 'skylinkjs'],
  ['skylinkjs', 'ours'],
]) {
  scene(
    `M-15, E-50, T-18, S-14: ${reading} reads what ${writing} has stored`,
    async ({ enter, room }) => {
      const writer = await keeper(enter, writing, 'Writer', room);
      await writer.call('sendMessage', room, 'one');
      await writer.call('sendMessage', room, 'two', null, 'somebody');
      await writer.call('setMessagePersistence', room, false);
      await writer.call('sendMessage', room, 'not this one');
      await writer.call('setMessagePersistence', room, true);
      await writer.call('sendMessage', room, 'three');
      // What comes back shows that the server has them all.
      assert.deepEqual(contents(await history(writer, room)), ['one', 'two', 'three']);
      const reader = await keeper(enter, reading, 'Reader', room);
      const told = await history(reader, room);
      const { storedMessages, room: roomInfo, peerInfo, ...rest } = told;
      assert.deepEqual(rest, { isSelf: true, peerId: reader.id });
      assert.equal(roomInfo.roomName, room);
      assert.equal(peerInfo.userData, 'Reader');
      assert.deepEqual(contents(told), ['one', 'two', 'three']);
      const { timeStamp, ...first } = storedMessages[0];
      assert.match(timeStamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      assert.deepEqual(first, {
        targetPeerId: reader.id,
        senderPeerId: writer.id,
        content: 'one',
        isPrivate: false,
        isDataChannel: false,
      });
      assert.equal(storedMessages[1].senderPeerId, 'somebody');
      const { roomSessionId } = roomInfo;
      assert.equal(contents(await history(reader, room, roomSessionId)).length, 3);
      assert.deepEqual(contents(await history(reader, room, 'another')), []);
      assert.deepEqual([...writer.pageErrors, ...reader.pageErrors], []);
    },
  );
}

scene(
  'M-15, E-50, R-55, B14: ours delivers what it can read of a history',
  async ({ enter, room }) => {
    const writer = await keeper(enter, 'ours', 'Writer', room, { messageCipher: 'aes-gcm' });
    await writer.call('sendMessage', room, 'by AES-GCM');
    await writer.call('setEncryptSecret', room, 'another secret', 's2');
    await writer.call('setSelectedSecret', room, 's2');
    await writer.call('sendMessage', room, 'for others');
    await writer.call('setSelectedSecret', room, 's1');
    await writer.call('sendMessage', room, 'again');
    await history(writer, room);
    await writer.call('leaveRoom', room);
    const reader = await keeper(enter, 'ours', 'Reader', room);
    assert.deepEqual(contents(await history(reader, room)), ['by AES-GCM', 'again']);
    assert.equal(reader.pageErrors.length, 1);
    assert.match(reader.pageErrors[0], /Failed decrypting message - Secret id not found/);
  },
);

scene('M-15, E-50: stored messages outlive the server', async ({ enter, room }) => {
  const writer = await keeper(enter, 'ours', 'Writer', room);
  await writer.call('sendMessage', room, 'before');
  await history(writer, room);
  await stage.server.restart();
  for (const kind of KINDS) {
    const reader = await keeper(enter, kind, `Reader ${kind}`, room);
    assert.deepEqual(contents(await history(reader, room)), ['before']);
  }
});
