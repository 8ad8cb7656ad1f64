import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { FaultyProxy } from '../e2e/harness/proxy.mjs';
import { optionsFor, setStage } from '../e2e/harness/stage.mjs';

const stage = setStage();
const { scene } = stage;

const KINDS = ['ours', 'skylinkjs'];
const { eventsMeta } = JSON.parse(
  await readFile(new URL('../fixtures/api-surface.json', import.meta.url), 'utf8'),
);

/** What ours dispatches although 2.7.2 never does: as documented. */
const OURS_DISPATCHES = ['candidatesGathered'];

const sorted = (object) => Object.keys(object).sort();

function sessionOf({ socketSession }) {
  assert.equal(socketSession.protocol, 'http:');
  assert.equal(socketSession.socketType, 'WebSocket');
  assert.deepEqual(socketSession.socketSession, { attempts: 0, finalAttempts: 0 });
  return socketSession;
}

/** A room of two in which much of what can happen happens. */
async function liveFully(enter, room) {
  const clients = [await enter('ours', 'Ours'), await enter('skylinkjs', 'Original')];
  const [ours, original] = clients;
  for (const client of clients) await client.join(room, { audio: true });
  await ours.waitForMedia(original, ['audio']);
  await original.waitForMedia(ours, ['audio']);
  for (const [client, other] of [clients, clients.toReversed()]) {
    await client.call('sendMessage', room, `from ${client.kind}`);
    await other.waitFor('onIncomingMessage', ({ message }) =>
      message.content.endsWith(client.kind),
    );
    const after = other.mark();
    await client.call('setUserData', room, client.kind);
    await other.waitFor('peerUpdated', ({ peerInfo }) => peerInfo.userData === client.kind, {
      after,
    });
  }
  return clients;
}

scene(
  'E-15, E-16, E-20, E-21, E-22, E-27, E-31, E-35, E-44, E-46, E-48, E-53, Q-20: events that never come',
  async ({ enter, room }) => {
    const clients = await liveFully(enter, room);
    const [ours, original] = clients;
    for (const client of clients) {
      await client.page.evaluate(() => {
        const { SkylinkLogger, SkylinkEventManager } = window.sdk;
        SkylinkLogger.setLevel(0);
        SkylinkLogger.log.ERROR('a line on the console');
        SkylinkLogger.setLevel(5);
        // The dispatcher itself drops this one.
        SkylinkEventManager.dispatchEvent({ name: 'loggedOnConsole', detail: { detail: {} } });
      });
    }
    await original.call('leaveRoom', room);
    await ours.waitFor('peerLeft');
    await ours.call('leaveRoom', room);
    const never = eventsMeta.filter(({ dispatched }) => !dispatched).map(({ value }) => value);
    assert.equal(never.length, 12);
    for (const name of never) {
      assert.deepEqual(original.seen(name), [], name);
      if (!OURS_DISPATCHES.includes(name)) assert.deepEqual(ours.seen(name), [], name);
    }
    assert.deepEqual(ours.pageErrors, []);
  },
);

for (const kind of KINDS) {
  scene(
    `E-24, E-26, E-28, E-29, T-19: ${kind} tells what happens to its socket`,
    async ({ enter, step, room }) => {
      const proxy = await FaultyProxy.start(stage.server.url);
      const client = await enter(kind, 'Client', { options: optionsFor(proxy.host) });
      await client.join(room);
      await client.waitFor('handshakeProgress');

      await step('E-26: it opens', async () => {
        const opened = client.seen('channelOpen');
        assert.equal(opened.length, 1);
        assert.deepEqual(sorted(opened[0]), ['peerId', 'socketSession']);
        assert.equal(typeof opened[0].peerId, 'string');
        sessionOf(opened[0]);
      });
      await step('E-29: it brings messages, as text', async () => {
        const [first] = client.seen('channelMessage');
        assert.deepEqual(sorted(first), ['message', 'socketSession']);
        assert.equal(JSON.parse(first.message).type, 'inRoom');
        sessionOf(first);
      });
      await step('E-28, E-24: it breaks', async () => {
        const after = client.mark();
        await proxy.stop();
        const lost = await client.waitFor('sessionDisconnect');
        assert.deepEqual(sorted(lost), ['peerId', 'peerInfo', 'reason']);
        assert.equal(lost.peerId, client.id);
        assert.equal(lost.peerInfo.userData, 'Client');
        assert.equal(lost.reason, 'transport close');
        const names = client.events.slice(after).map(({ name }) => name);
        assert.deepEqual(names.slice(0, 2), ['channelClose', 'sessionDisconnect']);
        const [closed] = client.seen('channelClose');
        assert.deepEqual(sorted(closed), ['peerId', 'reason', 'socketSession']);
        assert.equal(closed.peerId, client.id);
        assert.equal(closed.reason, lost.reason);
        sessionOf(closed);
      });
    },
  );

  scene(`E-28: ${kind} closes its socket on leaving`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    await client.join(room);
    await client.call('leaveRoom', room);
    const [closed, ...others] = client.seen('channelClose');
    assert.deepEqual(others, []);
    assert.equal(closed.reason, 'io client disconnect');
    assert.deepEqual(client.seen('sessionDisconnect'), []);
  });

  scene(
    `E-30, E-33, E-44, Q-19: ${kind} tells what the server says out of order`,
    async ({ enter, step, room }) => {
      const proxy = await FaultyProxy.start(stage.server.url);
      const client = await enter(kind, 'Client', { options: optionsFor(proxy.host) });
      await client.join(room);
      await client.waitFor('handshakeProgress');
      const { id } = (await client.call('getPeerInfo', room)).room;
      const message = (content) =>
        proxy.say(`42${JSON.stringify(['message', JSON.stringify(content)])}`);

      await step('E-33: a warning', async () => {
        message({ type: 'redirect', rid: id, action: 'warning', reason: 'toclose', info: 'Soon' });
        const warning = await client.waitFor('systemAction');
        assert.deepEqual(warning, { action: 'warning', info: 'Soon', reason: 'toclose', rid: id });
      });
      await step('E-44: a refused introduction', async () => {
        message({
          type: 'introduceError',
          rid: id,
          reason: 'nobody',
          sendingPeerId: 'a',
          receivingPeerId: 'b',
        });
        await client.waitFor('channelMessage', ({ message: text }) => /introduceError/.test(text));
        if (kind === 'ours') {
          assert.deepEqual(await client.waitFor('introduceStateChange'), {
            state: 'error',
            privilegedPeerId: client.id,
            sendingPeerId: 'a',
            receivingPeerId: 'b',
            reason: 'nobody',
          });
          assert.deepEqual(client.pageErrors, []);
        }
      });
      await step('E-30: an error of the socket', async () => {
        proxy.say('44"not allowed"');
        const error = await client.waitFor('channelError');
        if (kind === 'ours') assert.match(error.error.message, /not allowed$/);
        // It came later than the refused introduction, which the original never tells of.
        else assert.deepEqual(client.seen('introduceStateChange'), []);
        assert.deepEqual(sorted(error), ['error', 'peerId', 'socketSession']);
        // The id of the socket, as in `channelOpen`.
        assert.equal(error.peerId, client.seen('channelOpen')[0].peerId);
        sessionOf(error);
      });
      await proxy.stop();
    },
  );
}

scene('E-24, Q-26: ours tells of the lost session in each room', async ({ enter, room }) => {
  const proxy = await FaultyProxy.start(stage.server.url);
  const client = await enter('ours', 'Client', { options: optionsFor(proxy.host) });
  const ids = [];
  for (const name of [`${room}-red`, `${room}-blue`]) {
    await client.join(name);
    ids.push(client.id);
  }
  await proxy.stop();
  await client.until(() => client.seen('sessionDisconnect').length === 2, 'both rooms to be told');
  assert.deepEqual(
    client.seen('sessionDisconnect').map(({ peerId }) => peerId),
    ids,
  );
});

scene('Q-01, E-04: no payload of ours carries a secret of the room', async ({ enter, room }) => {
  const [ours, original] = await liveFully(enter, room);
  await original.call('leaveRoom', room);
  await ours.waitFor('peerLeft');
  await ours.call('leaveRoom', room);
  for (const { name, detail } of ours.events.filter(({ name: one }) => one !== 'channelMessage')) {
    const text = JSON.stringify(detail);
    // Statistics have the addresses of the servers, as T-06 says, without names and passwords.
    const servers = name === 'getConnectionStatusStateChange' ? [] : ['iceServers'];
    const secrets = ['token', 'startDateTime', 'roomCred', 'userCred', 'username', 'credential'];
    for (const secret of [...secrets, ...servers]) {
      assert.ok(!text.includes(`"${secret}"`), `${name} carries ${secret}`);
    }
  }
});
