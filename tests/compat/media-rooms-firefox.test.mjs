import assert from 'node:assert/strict';
import { ImpairedPath } from '../e2e/harness/impaired-path.mjs';
import { setStage } from '../e2e/harness/stage.mjs';

const stage = setStage({ server: { config: '[keys.demo]\nmcu = true\n' }, withFirefox: true });
const { scene } = stage;

const MEDIA = { audio: true, video: { resolution: { width: 160, height: 120 }, frameRate: 10 } };
const KINDS = ['audio', 'video'];
/** Firefox takes half a minute to give a connection up. */
const FAILURE_LIMIT_MS = 90_000;

const isOpen = ({ peerId, state }) => peerId === 'MCU' && state === 'open';
const isFrom = (peer) => (detail) => detail.peerId === peer.id && !detail.isSelf;

for (const other of ['ours', 'skylinkjs']) {
  scene(
    `E-01, E-03, E-06, E-11, M-30, M-31, W-03: ours in Firefox meets ${other} in Chromium through a media server`,
    async ({ enter, step, room }) => {
      const inFirefox = await enter('ours', 'Firefox', { browser: stage.firefox });
      const inChromium = await enter(other, 'Chromium');
      const members = [inFirefox, inChromium];
      await step('they join, one without media', async () => {
        await inFirefox.join(room, MEDIA);
        await inChromium.join(room);
        for (const member of members) {
          await member.waitFor('serverPeerJoined');
          await member.waitFor('dataChannelState', isOpen);
        }
      });
      await step('what Firefox sends is seen', () => inChromium.waitForMedia(inFirefox));
      await step('so is what Chromium sends later', async () => {
        await inChromium.call('sendStream', room, MEDIA);
        await inFirefox.waitForMedia(inChromium);
      });
      await step('messages go by the data channels', async () => {
        for (const [one, two] of [members, [...members].reverse()]) {
          await one.call('sendP2PMessage', room, `direct from ${one.name}`, two.id);
          const fits = ({ message }) => message.content === `direct from ${one.name}`;
          const { peerId, message } = await two.waitFor('onIncomingMessage', fits);
          assert.deepEqual([peerId, message.isPrivate], [one.id, true]);
        }
      });
      await step('Chromium leaves', async () => {
        await inChromium.call('leaveRoom', room);
        await inFirefox.waitFor('streamEnded', isFrom(inChromium));
        await inFirefox.waitFor('peerLeft', isFrom(inChromium));
        assert.deepEqual(inFirefox.pageErrors, []);
      });
    },
  );
}

scene(
  'W-03, E-11, E-12: after a long outage ours in Firefox meets the media server anew',
  async ({ enter, step, room }) => {
    const path = await ImpairedPath.start({});
    try {
      const inFirefox = await enter('ours', 'Firefox', { browser: stage.firefox, path });
      const inChromium = await enter('ours', 'Chromium');
      await inFirefox.join(room, MEDIA);
      await inChromium.join(room, MEDIA);
      await Promise.all([inFirefox.waitForMedia(inChromium), inChromium.waitForMedia(inFirefox)]);
      const marks = [inFirefox.mark(), inChromium.mark()];

      await step('nothing arrives until Firefox gives the connection up', async () => {
        await path.partition();
        const options = { after: marks[0], limit: FAILURE_LIMIT_MS };
        await inFirefox.waitFor('serverPeerLeft', undefined, options);
      });
      await step('once the path is back, sound and pictures are too', async () => {
        await path.heal();
        await inFirefox.waitFor('serverPeerJoined', undefined, { after: marks[0] });
        await Promise.all([
          inFirefox.waitForMedia(inChromium, KINDS, await inFirefox.receivedFrom(inChromium.id)),
          inChromium.waitForMedia(inFirefox, KINDS, await inChromium.receivedFrom(inFirefox.id)),
        ]);
      });
      await step('for the members nobody left', () => {
        assert.deepEqual(inChromium.seen('peerLeft', undefined, marks[1]), []);
        assert.deepEqual(inFirefox.seen('peerLeft', undefined, marks[0]), []);
      });
    } finally {
      await path.stop();
    }
  },
);
