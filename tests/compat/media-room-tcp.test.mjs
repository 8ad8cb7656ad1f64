import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';
import { digest, transfer } from './file-scene.mjs';

const stage = setStage({ server: { config: '[keys.demo]\nmcu = true\n' }, withFirefox: true });
const { scene } = stage;

const MEDIA = { audio: true, video: { resolution: { width: 160, height: 120 }, frameRate: 10 } };

// Runs in the page: the browser hears of no UDP address of the server, which by itself never sends
// first. So there is no other way, as behind a firewall that lets no UDP through.
const hearsOfNoUdp = () => {
  const { setRemoteDescription } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setRemoteDescription = function setWithoutUdp(description) {
    const sdp = description.sdp.replace(/a=candidate:\S+ \d+ udp .*\r\n/gi, '');
    return setRemoteDescription.call(this, { type: description.type, sdp });
  };
};

scene(
  'E-01, E-03, M-28, M-30: clients without UDP reach the media server by TCP',
  async ({ enter, step, room }) => {
    const ours = await enter('ours', 'Ours', { inject: hearsOfNoUdp });
    const old = await enter('skylinkjs', 'Old', { inject: hearsOfNoUdp });
    const more = await enter('ours', 'More', { inject: hearsOfNoUdp });
    const members = [ours, old, more];
    await step('all see and hear each other', async () => {
      for (const member of members) await member.join(room, MEDIA);
      for (const member of members) {
        const others = members.filter((other) => other !== member);
        for (const other of others) await member.waitForMedia(other);
      }
    });
    await step('by TCP', async () => {
      for (const member of members) {
        const protocols = await member.page.evaluate(() => window.driver.protocolsInUse());
        assert.deepEqual(protocols, ['tcp'], member.name);
      }
      assert.match(stage.server.output, /UDP \S+, TCP \S+, told to clients/);
    });
    await step('a file goes that way too', async () => {
      const pair = { sender: ours, receiver: more };
      const blob = { size: 1_000_000, seed: 3 };
      const { data } = await transfer(room, pair, blob);
      assert.equal(await digest(more, data.data.blob), await digest(ours, blob));
    });
    for (const member of [ours, more]) assert.deepEqual(member.pageErrors, []);
  },
);

scene(
  'E-01, E-03, W-03: ours in Firefox reaches the media server by TCP',
  async ({ enter, room }) => {
    const reached = { inject: hearsOfNoUdp };
    const inFirefox = await enter('ours', 'Firefox', { ...reached, browser: stage.firefox });
    const inChromium = await enter('skylinkjs', 'Chromium', reached);
    for (const member of [inFirefox, inChromium]) await member.join(room, MEDIA);
    await Promise.all([inFirefox.waitForMedia(inChromium), inChromium.waitForMedia(inFirefox)]);
    const protocols = await inFirefox.page.evaluate(() => window.driver.protocolsInUse());
    assert.deepEqual(protocols, ['tcp']);
    assert.deepEqual(inFirefox.pageErrors, []);
  },
);
