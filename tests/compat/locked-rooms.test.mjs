import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';
import { assertError, joinsNow } from '../e2e/second-attempt.mjs';

const { scene } = setStage();

async function openLockedRoom(enter, kind, room) {
  const keeper = await enter(kind, 'Keeper');
  const witness = await enter(kind, 'Witness');
  await keeper.join(room);
  await witness.join(room);
  await keeper.waitFor('peerJoined', ({ isSelf }) => !isSelf);
  await keeper.call('lockRoom', room);
  // The server has locked the room before it tells the others.
  await witness.waitFor('roomLock', ({ isLocked }) => isLocked);
  return { keeper, witness };
}

async function unlock(room, { keeper, witness }) {
  await keeper.call('unlockRoom', room);
  await witness.waitFor('roomLock', ({ isLocked }) => !isLocked);
}

for (const kind of ['skylinkjs', 'ours']) {
  scene(
    `M-23, M-44, E-33, E-43, S-18: ${kind} is refused by a locked room and let in once it is unlocked`,
    async ({ enter, room }) => {
      const members = await openLockedRoom(enter, kind, room);
      const client = await enter(kind, 'Client');
      const outcome = await client.attempt('joinRoom', { roomName: room, audio: true });
      const action = await client.waitFor('systemAction');
      assert.equal(action.action, 'reject');
      assert.equal(action.reason, 'locked');
      assert.equal(typeof action.info, 'string');
      assert.equal(typeof action.rid, 'string');
      assert.deepEqual(client.seen('peerJoined'), []);
      if (kind === 'ours') {
        assertError(outcome, 'ROOM_LOCKED');
        assert.equal(outcome.error.reason, 'locked');
        assert.ok((await client.localTracks()).every(({ readyState }) => readyState === 'ended'));
      }
      await unlock(room, members);
      await joinsNow(client, await enter(kind, 'Peer'), room);
      for (const member of [members.keeper, members.witness]) {
        await client.waitFor('peerJoined', ({ peerId }) => peerId === member.id);
        await member.waitFor('peerJoined', ({ peerId }) => peerId === client.id);
      }
    },
  );
}

scene(
  'M-20, E-33: a refusal by one room leaves the other room of the page alone',
  async ({ enter, room }) => {
    const [open, locked] = [`${room}-open`, `${room}-locked`];
    const members = await openLockedRoom(enter, 'ours', locked);
    const client = await enter('ours', 'Client');
    const friend = await enter('skylinkjs', 'Friend');
    await client.join(open, { audio: true });
    const idInOpen = client.id;
    await friend.join(open, { audio: true });
    await client.waitForMedia(friend, ['audio']);
    assertError(await client.attempt('joinRoom', { roomName: locked }), 'ROOM_LOCKED');
    assert.deepEqual(client.seen('channelClose'), []);
    const before = await client.receivedFrom(friend.id);
    await client.waitForMedia(friend, ['audio'], before);
    await client.call('sendMessage', open, 'still here');
    const { peerId } = await friend.waitFor(
      'onIncomingMessage',
      ({ message }) => message.content === 'still here',
    );
    assert.equal(peerId, idInOpen);
    await unlock(locked, members);
    await joinsNow(client, await enter('ours', 'Peer'), locked);
  },
);

for (const kind of ['skylinkjs', 'ours']) {
  scene(
    `M-23, M-35: ours locks a room that it is about to enter, ${kind} hears of it`,
    async ({ enter, room }) => {
      const witness = await enter(kind, 'Witness');
      await witness.join(room);
      const keeper = await enter('ours', 'Keeper');
      // Waits for the module, which calls that give no promise cannot.
      await keeper.call('getStreamSources');
      await keeper.attemptTogether([
        ['joinRoom', { roomName: room }],
        ['lockRoom', room],
        ['setUserData', room, 'early'],
      ]);
      const { isSelf } = await witness.waitFor('roomLock', ({ isLocked }) => isLocked);
      assert.equal(isSelf, false);
      await witness.waitFor('peerUpdated', ({ peerInfo }) => peerInfo.userData === 'early');
      const late = await enter('ours', 'Late');
      assertError(await late.attempt('joinRoom', { roomName: room }), 'ROOM_LOCKED');
    },
  );
}
