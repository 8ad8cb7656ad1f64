import assert from 'node:assert/strict';
import { FAULTS, FaultyProxy } from '../e2e/harness/proxy.mjs';
import { optionsFor, setStage } from '../e2e/harness/stage.mjs';

const stage = setStage();
const { scene } = stage;

const NOT_IN_ROOM = 'Dropping message - User is not in room';

/** The client knows the room, but is not let in. */
async function knock(enter, kind, room, proxy, appKey) {
  proxy.fault = FAULTS.deafServer;
  const client = await enter(kind, 'Client', { options: { ...optionsFor(proxy.host), appKey } });
  const joining = client.attempt('joinRoom', { roomName: room });
  await client.waitFor('channelOpen');
  return { client, joining };
}

async function thrown(client, method, ...rest) {
  const { error, value } = await client.attempt(method, ...rest);
  assert.ok(error, `${method} gave ${JSON.stringify(value)}`);
  assert.equal(error.isError, true);
  return error;
}

for (const kind of ['ours', 'skylinkjs']) {
  scene(
    `R-28, R-29, Q-13, M-29: ${kind} sends no message before it is let in`,
    async ({ enter, step, room }) => {
      const proxy = await FaultyProxy.start(stage.server.url);
      for (const [appKey, prefixes] of [
        ['demo', 1],
        // Where messages are stored, the original begins its text twice.
        ['demo-persistent', kind === 'ours' ? 1 : 2],
      ]) {
        await step(appKey, async () => {
          const { client, joining } = await knock(enter, kind, room, proxy, appKey);
          if (appKey === 'demo') {
            const plain = await thrown(client, 'sendMessage', room, 'text');
            assert.equal(plain.message, kind === 'ours' ? NOT_IN_ROOM : '');
          }
          await client.call('setEncryptSecret', room, 'correct horse', 's1');
          await client.call('setSelectedSecret', room, 's1');
          const encrypted = await thrown(client, 'sendMessage', room, 'text');
          assert.equal(encrypted.message, 'Dropping message - '.repeat(prefixes - 1) + NOT_IN_ROOM);
          assert.deepEqual(client.seen('onIncomingMessage'), []);
          await client.attempt('leaveRoom', room);
          if (kind === 'ours') await joining;
        });
      }
      await proxy.stop();
    },
  );

  scene(
    `R-57, M-29, M-30: ${kind} writes to a room that it is not in`,
    async ({ enter, step, room }) => {
      const client = await enter(kind, 'Client');
      await client.join(room);
      await step('messages are dropped', async () => {
        const outcome = await client.call('sendMessage', 'no such room', 'text');
        assert.equal(outcome, '[undefined]');
        const direct = await client.call('sendP2PMessage', 'no such room', 'text', 'nobody');
        assert.equal(direct, '[undefined]');
        const told = client.seen('onIncomingMessage').map(({ room: { roomName } }) => roomName);
        assert.ok(!told.includes('no such room'));
      });
      await step('files are refused', async () => {
        for (const call of [
          ['sendBlobData', 'no such room', { blob: { size: 10 } }],
          ['respondBlobRequest', 'no such room', 'peer', 'transfer', true],
          ['cancelBlobTransfer', 'no such room', 'peer', 'transfer'],
        ]) {
          const error = await thrown(client, ...call);
          if (kind === 'ours') assert.equal(error.message, 'No room name specified');
          else assert.equal(error.name, 'TypeError');
        }
      });
    },
  );
}
