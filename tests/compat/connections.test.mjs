import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const is = (state) => (detail) => detail.state === state;

/** Both in the room with an open data channel; the second one offers. */
async function meet(room, one, other, options) {
  await one.join(room, options);
  await other.join(room, options);
  await Promise.all([one, other].map((client) => client.waitFor('dataChannelState', is('open'))));
}

/** A message over the data channel arrives. */
async function writes(room, sender, receiver, content) {
  await sender.call('sendP2PMessage', room, content);
  const fits = ({ message, isSelf }) => !isSelf && message.content === content;
  await receiver.waitFor('onIncomingMessage', fits);
}

scene('M-10, T-05, Q-02: ours lists its data channels', async ({ enter, room }) => {
  const ours = await enter('ours', 'Ours');
  assert.equal(await ours.call('getPeersDataChannels', 'no such room'), null);
  await ours.join(room);
  assert.deepEqual(await ours.call('getPeersDataChannels', room), {});
  const peer = await enter('skylinkjs', 'Peer');
  await peer.join(room);
  const { channelName } = await ours.waitFor('dataChannelState', is('open'));
  assert.match(channelName, new RegExp(`_${peer.id}_${ours.id}$`));
  assert.deepEqual(await ours.call('getPeersDataChannels', room), {
    [peer.id]: {
      [channelName]: {
        channelName,
        channelProp: 'main',
        channelType: 'messaging',
        currentTransferId: null,
        currentStreamId: null,
        readyState: 'open',
        bufferedAmount: 0,
        bufferedAmountLow: 0,
        bufferedAmountLowThreshold: 0,
      },
    },
  });
  const long = 'x'.repeat(200_000);
  const waiting = await ours.page.evaluate(
    ([roomName, text]) => {
      window.skylink.sendP2PMessage(roomName, text);
      const [channels] = Object.values(window.skylink.getPeersDataChannels(roomName));
      return Object.values(channels)[0].bufferedAmount;
    },
    [room, long],
  );
  assert.ok(waiting > long.length, `${waiting} bytes wait`);
  const { bufferAmount } = await ours.waitFor('dataChannelState', is('bufferedAmountLow'));
  assert.equal(bufferAmount.bufferedAmount, 0);
  await peer.call('leaveRoom', room);
  await ours.waitFor('peerLeft');
  assert.deepEqual(await ours.call('getPeersDataChannels', room), {});
});

for (const [otherKind, role] of [
  ['skylinkjs', 'offered'],
  ['skylinkjs', 'answered'],
  ['ours', 'answered'],
]) {
  const title = `M-26, E-08: ours, who ${role}, gets a new data channel to ${otherKind}`;
  scene(title, async ({ enter, room }) => {
    const ours = await enter('ours', 'Ours');
    const other = await enter(otherKind, 'Other');
    const couple = role === 'answered' ? [ours, other] : [other, ours];
    await meet(room, ...couple);
    const after = [ours.mark(), other.mark()];
    assert.equal(await ours.call('refreshDatachannel', room, other.id), '[undefined]');
    const opened = [ours, other].map((client, place) =>
      client.waitFor('dataChannelState', is('open'), { after: after[place] }),
    );
    const [{ channelName }] = await Promise.all(opened);
    await other.waitFor('dataChannelState', is('closed'), { after: after[1] });
    const states = ours.seen('dataChannelState', () => true, after[0]).map(({ state }) => state);
    assert.deepEqual(states, ['closing', 'closed', 'open']);
    const closed = ours.seen('dataChannelState', is('closed'), after[0])[0];
    assert.equal(closed.channelName, channelName, 'under its old name');
    assert.equal(closed.room.roomName, room);
    assert.deepEqual(Object.keys(closed.room).includes('connection'), false);
    await writes(room, ours, other, 'from ours');
    await writes(room, other, ours, 'from the other');
    const channels = await ours.call('getPeersDataChannels', room);
    assert.deepEqual(Object.keys(channels[other.id]), [channelName]);
    if (otherKind === 'skylinkjs') {
      // It puts a closed channel back in use 100 ms later, if anything makes it do so.
      await sleep(300);
      await writes(room, other, ours, 'still from the other');
    }
  });
}

scene('M-26: ours asked for a channel of nobody', async ({ enter, room }) => {
  const ours = await enter('ours', 'Ours');
  await ours.join(room);
  assert.equal(await ours.call('refreshDatachannel', 'no such room', 'x'), null);
  assert.equal(await ours.call('refreshDatachannel', room, 'nobody'), '[undefined]');
  assert.deepEqual(ours.seen('dataChannelState'), []);
});
