import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const KINDS = ['ours', 'skylinkjs'];
const SECRET = 'correct horse battery staple';
const ORIGINAL_FORMAT = /^U2FsdGVkX1/;
const OUR_FORMAT = /^SKG1\./;
/** Nobody has said how to read it. */
const DECRYPTION = 'Failed decrypting message - ';

const content = (text) => (detail) => !detail.isSelf && detail.message.content === text;

async function meet(enter, room, kinds, options = []) {
  const clients = [];
  for (const [place, kind] of kinds.entries()) {
    const client = await enter(kind, `Client ${place}`, { options: options[place] });
    await client.join(room);
    clients.push(client);
  }
  await Promise.all(
    clients.flatMap((client) =>
      clients
        .filter((other) => other !== client)
        .map((other) => client.waitFor('peerJoined', ({ peerId }) => peerId === other.id)),
    ),
  );
  return clients;
}

async function agree(clients, room, secret = SECRET, id = 's1') {
  for (const client of clients) {
    await client.call('setEncryptSecret', room, secret, id);
    await client.call('setSelectedSecret', room, id);
  }
}

/** The last message that came over the socket, as it was on the wire. */
function lastOnWire(client) {
  const messages = client.seen('channelMessage').map(({ message }) => JSON.parse(message));
  return messages.filter(({ type }) => type === 'message').at(-1);
}

async function thrown(client, method, ...rest) {
  const { error, value } = await client.attempt(method, ...rest);
  assert.ok(error, `${method} gave ${JSON.stringify(value)}`);
  return error.message;
}

for (const kind of KINDS) {
  scene(
    `M-02, M-05, M-14, M-32, M-34, E-51, T-23, Q-11, S-08, R-18, R-19, R-20, R-21, R-22, R-23: ${kind} keeps the secrets of a room`,
    async ({ enter, step, room }) => {
      const client = await enter(kind, 'Client');
      await client.join(room);
      const secrets = () => client.call('getEncryptSecrets', room);
      const selected = () => client.call('getSelectedSecret', room, 'whatever');

      await step('M-05, M-14: there are none at first', async () => {
        assert.deepEqual(await secrets(), {});
        assert.equal(await selected(), '');
      });
      await step('M-32, M-34, E-51: one is set, and selected', async () => {
        assert.equal(await client.call('setEncryptSecret', room, 'one', 'a'), '[undefined]');
        assert.equal(await client.call('setEncryptSecret', room, 'two', 'b'), '[undefined]');
        assert.equal(await selected(), '');
        assert.equal(await client.call('setSelectedSecret', room, 'b'), '[undefined]');
        assert.deepEqual(await secrets(), { a: 'one', b: 'two' });
        assert.equal(await selected(), 'b');
        const told = client.seen('encryptSecretsUpdated');
        assert.equal(told.length, 3);
        const { room: roomInfo, peerInfo, ...rest } = told[2];
        assert.deepEqual(rest, {
          encryptSecrets: { a: 'one', b: 'two' },
          selectedSecretId: 'b',
          peerId: client.id,
        });
        assert.equal(roomInfo.roomName, room);
        assert.deepEqual(Object.keys(peerInfo).sort(), [
          'agent',
          'config',
          'mediaStatus',
          'settings',
          'userData',
        ]);
      });
      await step('R-18, R-19, R-20: what is no secret', async () => {
        const missing = 'Failed setting secret - Secret and / or secret id not provided';
        const noText =
          'Failed setting secret - Secret and secret id must be of type string and not empty';
        const set = (...rest) => thrown(client, 'setEncryptSecret', room, ...rest);
        for (const rest of [[], ['x'], ['', 'c'], [null, 'c'], ['x', null], [0, 7]]) {
          assert.equal(await set(...rest), missing);
        }
        for (const rest of [
          [7, 'c'],
          ['x', 7],
          [{}, ''],
        ]) {
          assert.equal(await set(...rest), noText);
        }
        const taken = 'Failed setting secret - Secret id provided is not unique';
        assert.equal(await set('three', 'a'), taken);
      });
      await step('R-21, R-22, R-23: what is no id', async () => {
        assert.equal(
          await thrown(client, 'setSelectedSecret', room, 'c'),
          'Failed setting selected secret - Secret id not found',
        );
        assert.equal(
          await thrown(client, 'setSelectedSecret', room, 7),
          'Failed setting selected secret - Secret and secret id must be of type string and not empty',
        );
        assert.equal(
          await thrown(client, 'deleteEncryptSecrets', room, 'c'),
          'Failed deleting secret - Secret id not found',
        );
        assert.equal(await selected(), 'b');
        assert.equal(client.seen('encryptSecretsUpdated').length, 3);
      });
      await step('M-02: they are deleted, and with them the selection', async () => {
        assert.equal(await client.call('deleteEncryptSecrets', room, 'b'), '[undefined]');
        assert.equal(await selected(), '');
        assert.deepEqual(await secrets(), { a: 'one' });
        await client.call('setSelectedSecret', room, 'a');
        await client.call('setSelectedSecret', room, '');
        assert.equal(await selected(), '');
        await client.call('setSelectedSecret', room, 'a');
        await client.call('deleteEncryptSecrets', room);
        assert.deepEqual(await secrets(), {});
        assert.equal(await selected(), '');
        assert.equal(client.seen('encryptSecretsUpdated').length, 8);
      });
    },
  );
}

scene(
  'Q-16, R-30: the methods of ours about secrets throw for a room that is not joined',
  async ({ enter }) => {
    const client = await enter('ours', 'Client');
    for (const [method, ...rest] of [
      ['setEncryptSecret', 'secret', 'id'],
      ['getEncryptSecrets'],
      ['deleteEncryptSecrets'],
      ['setSelectedSecret', 'id'],
      ['getSelectedSecret'],
      ['setMessagePersistence', true],
      ['getMessagePersistence'],
    ]) {
      const { error } = await client.attempt(method, 'nowhere', ...rest);
      assert.equal(error.message, 'No room name specified');
      assert.equal(error.code, 'NO_ROOM_NAME');
    }
  },
);

for (const [kinds, format] of [
  [['ours', 'skylinkjs'], ORIGINAL_FORMAT],
  [['skylinkjs', 'ours'], ORIGINAL_FORMAT],
  [['ours', 'ours'], OUR_FORMAT],
]) {
  scene(
    `M-29, E-09, T-17, B11: ${kinds.join(' and ')} send each other encrypted messages`,
    async ({ enter, step, room }) => {
      const clients = await meet(enter, room, kinds);
      await agree(clients, room);
      for (const [sender, receiver] of [clients, [...clients].reverse()]) {
        await step(`${sender.kind} to everybody`, async () => {
          const text = `from ${sender.name}: Grüße 👋`;
          const after = sender.mark();
          assert.equal(await sender.call('sendMessage', room, text), '[undefined]');
          const own = await sender.waitFor('onIncomingMessage', ({ isSelf }) => isSelf, { after });
          assert.equal(own.message.content, text);
          assert.deepEqual(own.message.listOfPeers, [receiver.id]);
          const { message, peerId } = await receiver.waitFor('onIncomingMessage', content(text));
          assert.equal(peerId, sender.id);
          assert.deepEqual(
            { ...message, timeStamp: '' },
            {
              targetPeerId: receiver.id,
              content: text,
              senderPeerId: sender.id,
              isDataChannel: false,
              isPrivate: false,
              timeStamp: '',
            },
          );
          const { data, secretId, isPersistent } = lastOnWire(receiver);
          assert.match(data, format);
          assert.equal(secretId, 's1');
          assert.equal(isPersistent, undefined);
        });
        await step(`${sender.kind}: a long one, and a short one behind it`, async () => {
          const texts = [`${sender.name}: ${'Grüße 👋 '.repeat(2_000)}`, `behind, ${sender.name}`];
          const after = receiver.mark();
          await sender.page.evaluate(
            ([name, list]) => list.forEach((text) => window.skylink.sendMessage(name, text)),
            [room, texts],
          );
          await receiver.waitFor('onIncomingMessage', content(texts[1]));
          const heard = receiver.seen('onIncomingMessage', ({ isSelf }) => !isSelf, after);
          assert.deepEqual(
            heard.map(({ message }) => message.content),
            texts,
          );
          assert.match(lastOnWire(receiver).data, format);
        });
        await step(`${sender.kind} to one, as somebody`, async () => {
          const text = `private from ${sender.name}`;
          await sender.call('sendMessage', room, text, receiver.id, 'somebody');
          const { message } = await receiver.waitFor('onIncomingMessage', content(text));
          assert.equal(message.isPrivate, true);
          assert.match(lastOnWire(receiver).data, format);
          // 2.7.2 forgets who the sender is to be.
          const isOurs = sender.kind === 'ours';
          assert.equal(message.senderPeerId, isOurs ? 'somebody' : sender.id);
        });
      }
      await step('without a selected secret messages are plain again', async () => {
        const [sender, receiver] = clients;
        await sender.call('setSelectedSecret', room);
        await sender.call('sendMessage', room, 'plain');
        await receiver.waitFor('onIncomingMessage', content('plain'));
        assert.equal(lastOnWire(receiver).data, 'plain');
      });
      for (const { pageErrors } of clients) assert.deepEqual(pageErrors, []);
    },
  );
}

scene(
  'M-29, R-55: rooms of both kinds of clients use the format that all can read',
  async ({ enter, room }) => {
    const [one, two, old] = await meet(enter, room, ['ours', 'ours', 'skylinkjs']);
    await agree([one, two, old], room);
    await one.call('sendMessage', room, 'for all');
    await Promise.all(
      [two, old].map((client) => client.waitFor('onIncomingMessage', content('for all'))),
    );
    assert.match(lastOnWire(two).data, ORIGINAL_FORMAT);
    await one.call('sendMessage', room, 'for one', [two.id]);
    await two.waitFor('onIncomingMessage', content('for one'));
    assert.match(lastOnWire(two).data, OUR_FORMAT);
    await old.call('leaveRoom', room);
    await one.waitFor('peerLeft');
    await one.call('sendMessage', room, 'among us');
    await two.waitFor('onIncomingMessage', content('among us'));
    assert.match(lastOnWire(two).data, OUR_FORMAT);
    assert.deepEqual(old.pageErrors, []);
  },
);

scene('O-01: messageCipher says how messages are encrypted', async ({ enter, room }) => {
  const options = [{ messageCipher: 'aes-gcm' }, { messageCipher: 'cryptojs' }];
  const [modern, classic] = await meet(enter, room, ['ours', 'ours'], options);
  await agree([modern, classic], room);
  const texts = ['1', '2', '3'];
  // In one task: the first ones wait for a key, and stay the first.
  await modern.page.evaluate(
    ([name, list]) => list.forEach((text) => window.skylink.sendMessage(name, text)),
    [room, texts],
  );
  await classic.waitFor('onIncomingMessage', content('3'));
  const heard = classic.seen('onIncomingMessage').map(({ message }) => message.content);
  assert.deepEqual(heard, texts);
  assert.match(lastOnWire(classic).data, OUR_FORMAT);
  await classic.call('sendMessage', room, { any: ['json'] });
  await modern.waitFor('onIncomingMessage', content('{"any":["json"]}'));
  assert.match(lastOnWire(modern).data, ORIGINAL_FORMAT);
  await modern.call('sendMessage', room, { any: ['json'] });
  const { message } = await classic.waitFor(
    'onIncomingMessage',
    (detail) => !detail.isSelf && typeof detail.message.content === 'object',
  );
  assert.deepEqual(message.content, { any: ['json'] });
});

for (const kind of KINDS) {
  scene(
    `R-55, Q-19: ${kind} reports messages that it cannot read, and goes on`,
    async ({ enter, step, room }) => {
      const [sender, receiver] = await meet(enter, room, ['ours', kind]);
      await agree([sender], room);

      /** Sends something unreadable, then something readable; gives what the page reported. */
      async function report(text) {
        const before = receiver.pageErrors.length;
        await sender.call('sendMessage', room, text);
        await sender.call('setSelectedSecret', room);
        await sender.call('sendMessage', room, `after ${text}`);
        await sender.call('setSelectedSecret', room, 's1');
        await receiver.waitFor('onIncomingMessage', content(`after ${text}`));
        assert.deepEqual(receiver.seen('onIncomingMessage', content(text)), []);
        const errors = receiver.pageErrors.slice(before);
        assert.equal(errors.length, 1);
        return errors[0];
      }

      await step('no secret at all', async () => {
        assert.match(await report('one'), new RegExp(`${DECRYPTION}Secrets not provided`));
      });
      await step('a secret under another id', async () => {
        await receiver.call('setEncryptSecret', room, SECRET, 'other');
        assert.match(await report('two'), new RegExp(`${DECRYPTION}Incorrect secret provided`));
      });
      await step('another secret', async () => {
        await receiver.call('setEncryptSecret', room, 'wrong', 's1');
        assert.match(await report('three'), new RegExp(`${DECRYPTION}Incorrect secret provided`));
      });
      await step('the right one', async () => {
        await receiver.call('deleteEncryptSecrets', room, 's1');
        await receiver.call('setEncryptSecret', room, SECRET, 's1');
        await sender.call('sendMessage', room, 'four');
        await receiver.waitFor('onIncomingMessage', content('four'));
      });
    },
  );
}
