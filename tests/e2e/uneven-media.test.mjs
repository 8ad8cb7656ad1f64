import assert from 'node:assert/strict';
import { setStage } from './harness/stage.mjs';
import { pairs } from './room-story.mjs';

const { scene } = setStage();

const SMALL_VIDEO = { resolution: { width: 320, height: 240 }, frameRate: 10 };

/** Who brings what, in the order of joining. */
const ROLES = [
  { name: 'Mute', media: {} },
  { name: 'Full', media: { audio: true, video: SMALL_VIDEO } },
  { name: 'Voice', media: { audio: true } },
  { name: 'Watcher', media: {} },
  { name: 'Picture', media: { video: SMALL_VIDEO } },
];

const CASTS = [
  ['skylinkjs', 'skylinkjs', 'skylinkjs', 'skylinkjs', 'skylinkjs'],
  ['ours', 'ours', 'ours', 'ours', 'ours'],
  ['ours', 'skylinkjs', 'ours', 'skylinkjs', 'ours'],
  ['skylinkjs', 'ours', 'skylinkjs', 'ours', 'skylinkjs'],
];

function checkStreams(member, streams, media) {
  const asked = media.audio || media.video;
  if (!asked) {
    assert.equal(streams, null);
    return;
  }
  const [audio, video] = streams;
  assert.equal(Boolean(audio), Boolean(media.audio));
  assert.equal(Boolean(video), Boolean(media.video));
  for (const [stream, kind] of [
    [audio, 'audio'],
    [video, 'video'],
  ]) {
    if (!stream) continue;
    const own = member.seen('onIncomingStream', (detail) => detail.streamId === stream.stream);
    assert.equal(own.length, 1);
    assert.equal(own[0].isSelf, true);
    assert.equal(own[0].isAudio, kind === 'audio');
    assert.equal(own[0].isVideo, kind === 'video');
  }
}

for (const kinds of CASTS) {
  scene(
    `clients with and without media: ${kinds.join(', then ')}`,
    async ({ enter, step, room }) => {
      const members = [];
      for (const [place, { name }] of ROLES.entries()) {
        members.push(await enter(kinds[place], name));
      }
      const mediaOf = (member) => ROLES[members.indexOf(member)].media;
      const kindsOf = (member) => Object.keys(mediaOf(member));

      await step('each one gets just the streams that it asked for', async () => {
        for (const member of members) {
          const streams = await member.join(room, mediaOf(member));
          const count = kindsOf(member).length;
          await member.until(
            () => member.seen('onIncomingStream', ({ isSelf }) => isSelf).length === count,
            `${count} own streams`,
          );
          checkStreams(member, streams, mediaOf(member));
        }
      });

      await step('everybody gets what the others bring, whoever came first', async () => {
        await Promise.all(
          pairs(members).map(async ([one, other]) => {
            await one.waitFor(
              'dataChannelState',
              ({ state, peerId }) => state === 'open' && peerId === other.id,
            );
            await one.waitForMedia(other, kindsOf(other));
          }),
        );
      });

      await step('nobody gets more than that', async () => {
        for (const [one, other] of pairs(members)) {
          const arrived = one
            .seen('onIncomingStream', ({ peerId }) => peerId === other.id)
            .map(({ isVideo }) => (isVideo ? 'video' : 'audio'));
          assert.deepEqual(arrived.sort(), kindsOf(other).sort());
        }
      });
    },
  );
}
