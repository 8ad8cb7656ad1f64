import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { launchFirefox } from '../e2e/harness/firefox.mjs';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const MEDIA = { audio: true, video: { resolution: { width: 160, height: 120 }, frameRate: 10 } };
const KINDS = ['audio', 'video'];

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
