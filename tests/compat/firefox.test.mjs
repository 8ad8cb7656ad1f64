import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const stage = setStage({ withFirefox: true });
const { scene } = stage;

const BOTH = { audio: true, video: { resolution: { width: 320, height: 240 }, frameRate: 10 } };

async function exchange(one, other, method, room, content) {
  await one.call(method, room, content);
  const fits = ({ message, isSelf }) => !isSelf && message.content === content;
  const { message, peerId } = await other.waitFor('onIncomingMessage', fits);
  assert.equal(peerId, one.id);
  assert.equal(message.isDataChannel, method === 'sendP2PMessage');
}

for (const other of ['ours', 'skylinkjs']) {
  scene(
    `M-20, M-24, M-29, M-30, W-03, E-01, E-08: ours in Firefox meets ${other} in Chromium`,
    async ({ enter, step, room }) => {
      const inFirefox = await enter('ours', 'Firefox', { browser: stage.firefox });
      const inChromium = await enter(other, 'Chromium');
      await step('they join', async () => {
        await inChromium.join(room, BOTH);
        await inFirefox.join(room, BOTH);
      });
      await step('sound and pictures flow both ways', () =>
        Promise.all([inFirefox.waitForMedia(inChromium), inChromium.waitForMedia(inFirefox)]),
      );
      await step('each knows the browser of the other', async () => {
        const own = await inFirefox.call('getPeerInfo', room);
        assert.equal(own.agent.name, 'firefox');
        const told = await inChromium.call('getPeerInfo', room, inFirefox.id);
        assert.deepEqual(told.agent, own.agent);
        const chromium = await inFirefox.call('getPeerInfo', room, inChromium.id);
        assert.equal(chromium.agent.name, 'chrome');
      });
      await step('messages go by the server and from peer to peer', async () => {
        const isOpen = ({ state }) => state === 'open';
        await Promise.all(
          [inFirefox, inChromium].map((client) => client.waitFor('dataChannelState', isOpen)),
        );
        for (const method of ['sendMessage', 'sendP2PMessage']) {
          await exchange(inFirefox, inChromium, method, room, `${method} from Firefox`);
          await exchange(inChromium, inFirefox, method, room, `${method} from Chromium`);
        }
      });
      await step('muting is told both ways', async () => {
        for (const [one, peer] of [
          [inFirefox, inChromium],
          [inChromium, inFirefox],
        ]) {
          await one.call('muteStreams', room, { audioMuted: true, videoMuted: false });
          const { peerInfo, streamId } = await peer.waitFor(
            'streamMuted',
            ({ isSelf, isAudio }) => !isSelf && isAudio,
          );
          assert.equal(peerInfo.mediaStatus[streamId].audioMuted, 0);
        }
      });
      await step('Firefox leaves, its capture ends', async () => {
        assert.equal(await inFirefox.call('leaveRoom', room), room);
        await inChromium.waitFor('peerLeft', ({ peerId }) => peerId === inFirefox.id);
        const tracks = await inFirefox.localTracks();
        assert.ok(tracks.length > 0);
        assert.ok(tracks.every(({ readyState }) => readyState === 'ended'));
        assert.deepEqual(inFirefox.pageErrors, []);
      });
    },
  );
}
