import assert from 'node:assert/strict';
import { setStage } from './harness/stage.mjs';

const { scene } = setStage();

const SMALL_VIDEO = { resolution: { width: 320, height: 240 }, frameRate: 10 };
const AUDIO_ONLY = { audio: true };
const BOTH = { audio: true, video: SMALL_VIDEO };

// The page that is in two rooms at once, and the ones that it meets there.
const CASTS = [
  ['skylinkjs', 'skylinkjs', 'skylinkjs'],
  ['ours', 'ours', 'ours'],
  ['ours', 'skylinkjs', 'skylinkjs'],
  ['skylinkjs', 'ours', 'ours'],
];

const fromPeer = (peer, content) => (detail) =>
  detail.peerId === peer.id && detail.message.content === content;

for (const [host, first, second] of CASTS) {
  scene(
    `${host} is in two rooms, with ${first} and ${second}; leaving one leaves the other alone`,
    async ({ enter, step, room }) => {
      const [red, blue] = [`${room}-red`, `${room}-blue`];
      const hub = await enter(host, 'Hub');
      const ann = await enter(first, 'Ann');
      const ben = await enter(second, 'Ben');
      const ids = {};

      await step('one page joins both rooms over one connection to the server', async () => {
        await hub.join(red, AUDIO_ONLY);
        ids.red = hub.id;
        await hub.join(blue, BOTH);
        ids.blue = hub.id;
        assert.equal(hub.seen('channelOpen').length, 1);
      });

      const asIn = (colour) => ({ id: ids[colour], name: 'Hub', kind: host });

      await step('media flows in both rooms', async () => {
        await ann.join(red, AUDIO_ONLY);
        await ben.join(blue, BOTH);
        await Promise.all([
          ann.waitForMedia(asIn('red'), ['audio']),
          hub.waitForMedia(ann, ['audio']),
          ben.waitForMedia(asIn('blue')),
          hub.waitForMedia(ben),
        ]);
      });

      await step('the rooms know nothing of each other', async () => {
        await hub.call('sendMessage', red, 'for red');
        await hub.call('sendMessage', blue, 'for blue');
        await ann.waitFor('onIncomingMessage', fromPeer(asIn('red'), 'for red'));
        await ben.waitFor('onIncomingMessage', fromPeer(asIn('blue'), 'for blue'));
        await ann.call('sendMessage', red, 'from red');
        await ben.call('sendMessage', blue, 'from blue');
        const inRed = await hub.waitFor('onIncomingMessage', fromPeer(ann, 'from red'));
        const inBlue = await hub.waitFor('onIncomingMessage', fromPeer(ben, 'from blue'));
        assert.equal(inRed.room.roomName, red);
        assert.equal(inBlue.room.roomName, blue);
        for (const stranger of [ann, ben]) {
          assert.equal(stranger.seen('peerJoined', ({ isSelf }) => !isSelf).length, 1);
          assert.equal(stranger.seen('onIncomingMessage', ({ isSelf }) => !isSelf).length, 1);
        }
      });

      await step('after leaving one, messages and media go on in the other', async () => {
        const [hubBefore, benBefore] = [
          await hub.receivedFrom(ben.id),
          await ben.receivedFrom(ids.blue),
        ];
        assert.equal(await hub.call('leaveRoom', red), red);
        await ann.waitFor('peerLeft', ({ peerId }) => peerId === ids.red);
        assert.deepEqual(hub.seen('channelClose'), []);
        await hub.waitForMedia(ben, ['audio', 'video'], hubBefore);
        await ben.waitForMedia(asIn('blue'), ['audio', 'video'], benBefore);
        await hub.call('sendMessage', blue, 'still here');
        await ben.waitFor('onIncomingMessage', fromPeer(asIn('blue'), 'still here'));
        await ben.call('sendMessage', blue, 'so am I');
        await hub.waitFor('onIncomingMessage', fromPeer(ben, 'so am I'));
        assert.deepEqual(ben.seen('peerLeft'), []);
        assert.equal(await hub.call('getPeerInfo', red), null);
      });

      await step('leaving the last one closes the connection', async () => {
        assert.equal(await hub.call('leaveRoom', blue), blue);
        await ben.waitFor('peerLeft', ({ peerId }) => peerId === ids.blue);
        await hub.waitFor('channelClose');
        assert.ok((await hub.localTracks()).every(({ readyState }) => readyState === 'ended'));
      });
    },
  );
}
