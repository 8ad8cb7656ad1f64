import assert from 'node:assert/strict';

/** All ordered pairs of different members. */
export function pairs(members) {
  return members.flatMap((one) =>
    members.filter((other) => other !== one).map((other) => [one, other]),
  );
}

const all = (promises) => Promise.all(promises);
const others = (members, one) => members.filter((member) => member !== one);
const ofPeer = (peer) => (detail) => detail.peerId === peer.id && !detail.isSelf;

export async function hearOfEachOther(members) {
  await all(
    pairs(members).map(async ([one, other]) => {
      const { peerInfo, room } = await one.waitFor('peerJoined', ofPeer(other));
      assert.equal(peerInfo.userData, other.name);
      assert.equal(room.inRoom, true);
      assert.equal(one.seen('peerJoined', ofPeer(other)).length, 1);
    }),
  );
}

export async function exchangePublicMessages(room, members) {
  for (const sender of members) {
    const content = `hello all from ${sender.name}`;
    const fits = ({ message }) => message.content === content;
    await sender.call('sendMessage', room, content);
    const own = await sender.waitFor('onIncomingMessage', fits);
    assert.equal(own.isSelf, true);
    await all(
      others(members, sender).map(async (receiver) => {
        const { message, isSelf, peerId } = await receiver.waitFor('onIncomingMessage', fits);
        assert.equal(isSelf, false);
        assert.equal(peerId, sender.id);
        assert.equal(message.senderPeerId, sender.id);
        assert.equal(message.isPrivate, false);
        assert.equal(message.isDataChannel, false);
      }),
    );
  }
}

export async function exchangePrivateMessages(room, members) {
  for (const [place, sender] of members.entries()) {
    const receiver = members[(place + 1) % members.length];
    const secret = `only for ${receiver.name} from ${sender.name}`;
    const isSecret = ({ message }) => message.content === secret;
    await sender.call('sendMessage', room, secret, receiver.id);
    const { message } = await receiver.waitFor('onIncomingMessage', isSecret);
    assert.equal(message.isPrivate, true);
    assert.equal(message.senderPeerId, sender.id);
    assert.equal(message.targetPeerId, receiver.id);

    // What the sender says to all afterwards comes later, so by then a leak would have been seen.
    const afterwards = `said after: ${secret}`;
    const isLater = (detail) => detail.message.content === afterwards;
    await sender.call('sendMessage', room, afterwards);
    for (const witness of others(members, sender)) {
      await witness.waitFor('onIncomingMessage', isLater);
      if (witness !== receiver) assert.deepEqual(witness.seen('onIncomingMessage', isSecret), []);
    }
  }
}

/** Mutes or unmutes one kind and waits until everybody has been told. */
async function setMuted(room, members, one, { audioMuted, videoMuted }) {
  const after = new Map(members.map((member) => [member, member.mark()]));
  const kind = audioMuted === one.muted.audioMuted ? 'video' : 'audio';
  const wanted = (kind === 'audio' ? audioMuted : videoMuted) ? 0 : 1;
  one.muted = { audioMuted, videoMuted };
  await one.call('muteStreams', room, one.muted);
  await all(
    members.map(async (member) => {
      const told = (detail) =>
        detail.peerId === one.id && (kind === 'audio' ? detail.isAudio : detail.isVideo);
      const options = { after: after.get(member) };
      const { isSelf, peerInfo, streamId } = await member.waitFor('streamMuted', told, options);
      assert.equal(isSelf, member === one);
      assert.equal(peerInfo.mediaStatus[streamId][`${kind}Muted`], wanted);
      const updated = ({ peerId, peerInfo: info }) =>
        peerId === one.id && info.mediaStatus[streamId]?.[`${kind}Muted`] === wanted;
      await member.waitFor('peerUpdated', updated, options);
      const known = await member.call('getPeerInfo', room, member === one ? undefined : one.id);
      assert.equal(known.mediaStatus[streamId][`${kind}Muted`], wanted);
    }),
  );
}

export async function muteAndUnmute(room, members) {
  const [first, last] = [members[0], members.at(-1)];
  first.muted = { audioMuted: false, videoMuted: false };
  last.muted = { audioMuted: false, videoMuted: false };
  await setMuted(room, members, first, { audioMuted: true, videoMuted: false });
  await setMuted(room, members, last, { audioMuted: false, videoMuted: true });
  await setMuted(room, members, first, { audioMuted: true, videoMuted: true });
  await setMuted(room, members, last, { audioMuted: false, videoMuted: false });
  await setMuted(room, members, first, { audioMuted: false, videoMuted: true });
}

export async function changeUserData(room, members) {
  for (const one of members) {
    const data = { name: one.name, colour: 'green', since: 2 };
    await one.call('setUserData', room, data);
    await all(
      members.map(async (member) => {
        const changed = ({ peerId, isSelf, peerInfo }) =>
          peerId === one.id && isSelf === (member === one) && peerInfo.userData?.colour === 'green';
        const { peerInfo } = await member.waitFor('peerUpdated', changed);
        assert.deepEqual(peerInfo.userData, data);
        const kept = await member.call('getUserData', room, member === one ? undefined : one.id);
        assert.deepEqual(kept, data);
      }),
    );
  }
}

export async function lockOutLatecomer(room, members, enter) {
  const [keeper] = members;
  const setLock = async (isLocked) => {
    await keeper.call(isLocked ? 'lockRoom' : 'unlockRoom', room);
    await all(
      members.map(async (member) => {
        const fits = (detail) => detail.isLocked === isLocked && detail.peerId === keeper.id;
        const detail = await member.waitFor('roomLock', fits);
        assert.equal(detail.isSelf, member === keeper);
        assert.equal(detail.room.isLocked, isLocked);
      }),
    );
  };
  await setLock(true);
  const latecomer = await enter(members.at(-1).kind, 'Late');
  const outcome = await latecomer.attempt('joinRoom', { roomName: room });
  const refusal = await latecomer.waitFor('systemAction');
  assert.equal(refusal.reason, 'locked');
  assert.equal(refusal.action, 'reject');
  assert.deepEqual(latecomer.seen('peerJoined'), []);
  if (latecomer.kind === 'ours') {
    assert.equal(outcome.error?.isError, true);
    assert.match(outcome.error.message, /lock/i);
  }
  await latecomer.close();
  await setLock(false);
  for (const member of members) {
    assert.deepEqual(
      member.seen('peerJoined', (detail) => detail.peerInfo.userData === 'Late'),
      [],
    );
  }
}

async function leaveOneByOne(room, members, kinds) {
  const inside = [...members];
  while (inside.length) {
    const leaver = inside.shift();
    const before = new Map();
    for (const [one, other] of pairs(inside)) {
      before.set(`${one.id} ${other.id}`, await one.receivedFrom(other.id));
    }
    assert.equal(await leaver.call('leaveRoom', room), room);
    const { room: left } = await leaver.waitFor('peerLeft', (detail) => detail.isSelf);
    assert.equal(left.inRoom, false);
    const tracks = await leaver.localTracks();
    assert.ok(tracks.length > 0);
    assert.ok(
      tracks.every((track) => track.readyState === 'ended'),
      'capture goes on after leaving',
    );
    await all(
      inside.map(async (member) => {
        await member.waitFor('peerLeft', ofPeer(leaver));
        await member.waitForConnectionCount(room, inside.length - 1);
      }),
    );
    await all(
      pairs(inside).map(([one, other]) =>
        one.waitForMedia(other, kinds, before.get(`${one.id} ${other.id}`)),
      ),
    );
  }
}

/**
 * The whole story of one room: everybody comes in one after the other, sees and hears everybody,
 * talks, mutes, changes data, locks, and leaves.
 *
 * @param {object} scene what `setStage().scene` hands to its body
 * @param {string[]} kinds the kind of each client, in the order of joining
 * @param {{audio?: unknown, video?: unknown}} media what each one captures
 */
export async function liveThroughRoom({ enter, step, room }, kinds, media) {
  const names = ['Ann', 'Ben', 'Cleo', 'Dan', 'Eve'];
  const members = [];
  for (const [place, kind] of kinds.entries()) members.push(await enter(kind, names[place]));

  await step('they join one after the other', async () => {
    for (const member of members) await member.join(room, media);
  });
  await step('everybody hears of everybody else once', () => hearOfEachOther(members));
  await step('every pair gets sound and decoded frames both ways', () =>
    all(pairs(members).map(([one, other]) => one.waitForMedia(other))),
  );
  await step('a message to all reaches all', () => exchangePublicMessages(room, members));
  await step('a private message reaches its target alone', () =>
    exchangePrivateMessages(room, members),
  );
  await step('muting and unmuting is told to all', () => muteAndUnmute(room, members));
  await step('changed user data reaches all', () => changeUserData(room, members));
  await step('a locked room refuses a latecomer', () => lockOutLatecomer(room, members, enter));
  await step('each one leaves, the others go on', () =>
    leaveOneByOne(room, members, ['audio', 'video']),
  );
  const ours = members.filter(({ kind }) => kind === 'ours');
  if (ours.length) {
    await step('no page of ours had an uncaught error', () => {
      for (const member of ours) assert.deepEqual(member.pageErrors, []);
    });
  }
}
