import assert from 'node:assert/strict';
import { setStage } from './harness/stage.mjs';
import { pairs } from './room-story.mjs';

const { scene } = setStage();

const NAMES = ['Ann', 'Ben', 'Cleo', 'Dan', 'Eve'];
const ROUNDS_OF_OURS = 10;
const ROUNDS_OF_MIXED = 2;

const FIVE_OURS = ['ours', 'ours', 'ours', 'ours', 'ours'];
const MIXED = ['ours', 'skylinkjs', 'ours', 'skylinkjs', 'ours'];
const FIVE_SKYLINKJS = ['skylinkjs', 'skylinkjs', 'skylinkjs', 'skylinkjs', 'skylinkjs'];

async function gather(enter, kinds) {
  const members = [];
  for (const [place, kind] of kinds.entries()) {
    members.push(await enter(kind, NAMES[place], { plays: false }));
  }
  return members;
}

/** All join at once; resolves when everybody is connected to everybody and hears them. */
async function joinAtOnce(room, members) {
  const starts = new Map(members.map((member) => [member, member.mark()]));
  await Promise.all(members.map((member) => member.join(room, { audio: true })));
  await Promise.all(
    pairs(members).map(async ([one, other]) => {
      const options = { after: starts.get(one) };
      const isOther = ({ peerId }) => peerId === other.id;
      const opened = (detail) => isOther(detail) && detail.state === 'open';
      const connected = (detail) => isOther(detail) && detail.state === 'connected';
      await one.waitFor('peerJoined', isOther, options);
      await one.waitFor('peerConnectionState', connected, options);
      await one.waitFor('dataChannelState', opened, options);
      await one.waitForMedia(other, ['audioPackets']);
      assert.equal(one.seen('peerJoined', isOther).length, 1);
    }),
  );
  for (const member of members) {
    const met = member.seen('peerJoined', ({ isSelf }) => !isSelf, starts.get(member));
    assert.equal(met.length, members.length - 1);
  }
}

scene(
  `five of ours join at the same instant, ${ROUNDS_OF_OURS} times`,
  async ({ enter, step, room }) => {
    const members = await gather(enter, FIVE_OURS);
    for (let round = 1; round <= ROUNDS_OF_OURS; round += 1) {
      const name = `${room}-${round}`;
      await step(`round ${round}: everybody is connected to everybody`, () =>
        joinAtOnce(name, members),
      );
      await step(`round ${round}: all leave at the same instant`, async () => {
        const left = await Promise.all(members.map((member) => member.call('leaveRoom', name)));
        assert.deepEqual(new Set(left), new Set([name]));
      });
    }
    for (const member of members) assert.deepEqual(member.pageErrors, []);
  },
);

for (let round = 1; round <= ROUNDS_OF_MIXED; round += 1) {
  scene(
    `three of ours and two skylinkjs join at the same instant, round ${round}`,
    async ({ enter, room }) => joinAtOnce(room, await gather(enter, MIXED)),
  );
}

scene('five skylinkjs join at the same instant', async ({ enter, room }) =>
  joinAtOnce(room, await gather(enter, FIVE_SKYLINKJS)),
);
