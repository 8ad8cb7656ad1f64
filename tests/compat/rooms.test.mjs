import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';
import { assertError } from '../e2e/second-attempt.mjs';

const { scene } = setStage();

const KINDS = ['ours', 'skylinkjs'];
const UNDEFINED = '[undefined]';

/** What methods give for a room that is not joined. */
const UNKNOWN_ROOM = [
  ['M-07', 'getPeerInfo', [], null],
  ['M-11', 'getPeersInRoom', [], null],
  ['M-16', 'getStreams', [], null],
  ['M-18', 'getUserData', [], null],
  ['M-19', 'getUserMedia', [{ audio: true }], UNDEFINED],
  ['M-22', 'leaveRoom', [], null],
  ['M-23', 'lockRoom', [], null],
  ['M-24', 'muteStreams', [{ audioMuted: true }], null],
  ['M-29', 'sendMessage', ['text'], UNDEFINED],
  ['M-35', 'setUserData', ['data'], null],
  ['M-44', 'unlockRoom', [], null],
];

for (const kind of KINDS) {
  scene(
    `M-07, M-11, M-16, M-18, M-19, M-22, M-23, M-24, M-29, M-35, M-44, Q-16: what ${kind} says of rooms that are not joined`,
    async ({ enter, step, room }) => {
      const client = await enter(kind, 'Client');
      await client.join(room);
      for (const [id, method, rest, expected] of UNKNOWN_ROOM) {
        await step(`${id} ${method}`, async () => {
          for (const name of ['another room', 5, {}]) {
            // A first argument that is an object means constraints, for getUserMedia.
            if (method === 'getUserMedia' && typeof name === 'object') continue;
            assert.deepEqual(await client.call(method, name, ...rest), expected);
          }
        });
      }
      assert.deepEqual(await client.localTracks(), []);
    },
  );

  scene(
    `M-23, M-44, E-43, T-04, S-04: ${kind} locks and unlocks its room`,
    async ({ enter, room }) => {
      const client = await enter(kind, 'Client');
      await client.join(room);
      for (const [method, isLocked] of [
        ['lockRoom', true],
        ['unlockRoom', false],
      ]) {
        // The event comes before the method returns.
        const told = await client.page.evaluate(
          ([name, roomName]) => {
            let detail = null;
            const listener = (event) => {
              detail = window.summarise(event.detail);
            };
            window.sdk.SkylinkEventManager.addEventListener('roomLock', listener);
            const returned = window.skylink[name](roomName);
            window.sdk.SkylinkEventManager.removeEventListener('roomLock', listener);
            return { detail, returned: String(returned) };
          },
          [method, room],
        );
        assert.equal(told.returned, 'undefined');
        const { peerInfo, room: roomInfo, ...rest } = told.detail;
        assert.deepEqual(rest, { isLocked, isSelf: true, peerId: client.id });
        assert.equal(roomInfo.isLocked, isLocked);
        assert.equal(roomInfo.roomName, room);
        assert.equal(peerInfo.room.isLocked, isLocked);
        assert.equal((await client.call('getPeerInfo', room)).room.isLocked, isLocked);
      }
    },
  );
}

scene(
  'M-20, E-05: the promise of ours resolves when the room is entered, before its events',
  async ({ enter, room }) => {
    const client = await enter('ours', 'Client');
    const order = await client.page.evaluate(async (roomName) => {
      const seen = [];
      const { SkylinkEventManager: manager } = window.sdk;
      for (const name of ['channelOpen', 'peerJoined', 'handshakeProgress']) {
        manager.addEventListener(name, () => seen.push(name));
      }
      await window.skylink.joinRoom({ roomName });
      seen.push('resolved');
      const isIn = window.skylink.getPeerInfo(roomName).room.inRoom;
      while (!seen.includes('handshakeProgress')) {
        await new Promise((resolve) => {
          manager.addEventListener('handshakeProgress', resolve);
        });
      }
      return { seen, isIn };
    }, room);
    assert.deepEqual(order, {
      seen: ['channelOpen', 'resolved', 'peerJoined', 'handshakeProgress'],
      isIn: true,
    });
  },
);

scene('M-20: two calls for one room share one join', async ({ enter, room }) => {
  const client = await enter('ours', 'Client');
  const outcomes = await client.attemptTogether([
    ['joinRoom', { roomName: room }],
    ['joinRoom', { roomName: room }],
  ]);
  assert.deepEqual(outcomes, [{ value: null }, { value: null }]);
  await client.waitFor('peerJoined');
  await client.call('leaveRoom', room);
  assert.equal(client.seen('peerJoined').length, 1);
});

scene(
  'M-21, M-22, E-28, S-19: the last room left closes the connection, others do not',
  async ({ enter, room }) => {
    const [red, blue] = [`${room}-red`, `${room}-blue`];
    for (const kind of KINDS) {
      const client = await enter(kind, kind);
      await client.join(red);
      await client.join(blue);
      assert.equal(await client.call('leaveRoom', red), red);
      assert.deepEqual(client.seen('channelClose'), []);
      assert.deepEqual(await client.call('leaveAllRooms'), [blue]);
      const names = client.events.map(({ name }) => name);
      const end = names
        .slice(names.indexOf('channelClose'))
        .filter((name) => name !== 'channelMessage');
      assert.deepEqual(end, ['channelClose', 'peerLeft', '#leaveAllRooms resolved']);
      assert.deepEqual(client.seen('sessionDisconnect'), []);
    }
  },
);

scene('M-22, Q-04: leaving at once, and with channels switched off', async ({ enter, room }) => {
  const leaver = await enter('ours', 'Leaver');
  const silent = await enter('ours', 'Silent', { options: { enableDataChannel: false } });
  await silent.join(room, { audio: true });
  await leaver.join(room, { audio: true });
  assert.equal(await leaver.call('leaveRoom', room), room);
  await leaver.join(room, { audio: true });
  await leaver.waitForMedia(silent, ['audio']);
  assert.equal(await leaver.call('leaveRoom', room), room);
  assert.equal(await leaver.call('leaveRoom', room), null);
});

scene('M-22, M-20: a join that is left rejects', async ({ enter, room }) => {
  const client = await enter('ours', 'Client');
  const [joined] = await client.attemptTogether([
    ['joinRoom', { roomName: room }],
    ['leaveAllRooms'],
  ]);
  assertError(joined, 'LEFT_DURING_JOIN');
});
