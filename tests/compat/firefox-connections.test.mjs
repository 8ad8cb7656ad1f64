import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { launchFirefox } from '../e2e/harness/firefox.mjs';
import { ImpairedPath } from '../e2e/harness/impaired-path.mjs';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const MEDIA = { audio: true, video: { resolution: { width: 160, height: 120 }, frameRate: 10 } };
const KINDS = ['audio', 'video'];
/** Firefox tries a path for so long after Chromium has given it up. */
const FAILURE_LIMIT_MS = 90_000;

let firefox;
before(async () => {
  firefox = await launchFirefox();
});
after(() => firefox?.close());

/** Sound and pictures go on both ways. */
async function mediaGoOn(one, other) {
  const had = [await one.receivedFrom(other.id), await other.receivedFrom(one.id)];
  await Promise.all([
    one.waitForMedia(other, KINDS, had[0]),
    other.waitForMedia(one, KINDS, had[1]),
  ]);
}

async function meet(room, [first, second]) {
  await first.join(room, MEDIA);
  await second.join(room, MEDIA);
  await Promise.all([first.waitForMedia(second), second.waitForMedia(first)]);
  await first.waitForStability();
  await second.waitForStability();
}

/** Who is where, in the order of joining: the second one offers first. */
const PAIRS = [
  [{ kind: 'ours', browser: 'Firefox' }, { kind: 'ours' }],
  [{ kind: 'ours' }, { kind: 'ours', browser: 'Firefox' }],
  [{ kind: 'skylinkjs' }, { kind: 'ours', browser: 'Firefox' }],
  [{ kind: 'ours' }, { kind: 'skylinkjs', browser: 'Firefox' }],
];

const nameOf = ({ kind, browser = 'Chromium' }) => `${kind} in ${browser}`;

for (const pair of PAIRS) {
  scene(
    `M-25, W-03: ${pair.map(nameOf).join(' and ')} restart ICE, each in turn`,
    async ({ enter, step, room }) => {
      const members = [];
      for (const { kind, browser } of pair) {
        members.push(await enter(kind, kind, browser && { browser: firefox }));
      }
      await meet(room, members);
      for (const [caller, peer] of [members, [...members].reverse()]) {
        await step(`${caller.name}, who is number ${members.indexOf(caller)}`, async () => {
          const marks = members.map((member) => member.mark());
          await caller.call('refreshConnection', room, peer.id, true);
          await caller.waitForRound(marks[members.indexOf(caller)]);
          for (const [place, member] of members.entries()) {
            const isRefusal = ({ state }) => state === 'error';
            assert.deepEqual(member.seen('handshakeProgress', isRefusal, marks[place]), []);
            await member.waitForStability();
          }
          await mediaGoOn(caller, peer);
        });
      }
    },
  );
}

scene(
  'W-03, E-05, E-06: after a long outage ours in Firefox meets ours in Chromium anew',
  async ({ enter, step, room }) => {
    const path = await ImpairedPath.start({});
    try {
      const inFirefox = await enter('ours', 'Firefox', { browser: firefox, path });
      const inChromium = await enter('ours', 'Chromium', { path });
      await meet(room, [inFirefox, inChromium]);
      const marks = new Map([inFirefox, inChromium].map((client) => [client, client.mark()]));

      await step('nothing arrives until Firefox gives the connection up', async () => {
        await path.partition();
        const options = { after: marks.get(inFirefox), limit: FAILURE_LIMIT_MS };
        await inFirefox.waitFor('peerConnectionState', ({ state }) => state === 'failed', options);
      });
      await step('once the path is back, sound and pictures are too', async () => {
        await path.heal();
        await Promise.all([
          inFirefox.waitForMedia(inChromium, KINDS, await inFirefox.receivedFrom(inChromium.id)),
          inChromium.waitForMedia(inFirefox, KINDS, await inChromium.receivedFrom(inFirefox.id)),
        ]);
      });
      await step('both were told that the other one left, and came', () => {
        for (const [one, other] of [
          [inFirefox, inChromium],
          [inChromium, inFirefox],
        ]) {
          const isOther = ({ peerId }) => peerId === other.id;
          const left = one.seen('peerLeft', isOther, marks.get(one));
          assert.ok(left.length > 0);
          assert.equal(one.seen('peerJoined', isOther, marks.get(one)).length, left.length);
          assert.deepEqual(
            one.pageErrors.filter((text) => !/ICE failed/.test(text)),
            [],
          );
        }
      });
      await step('and messages pass between them', async () => {
        const isOpen = ({ peerId, state }) => peerId === inChromium.id && state === 'open';
        await inFirefox.waitFor('dataChannelState', isOpen, { after: marks.get(inFirefox) });
        await inFirefox.call('sendP2PMessage', room, 'here again');
        const fits = ({ message, isSelf }) => !isSelf && message.content === 'here again';
        await inChromium.waitFor('onIncomingMessage', fits);
      });
    } finally {
      await path.stop();
    }
  },
);
