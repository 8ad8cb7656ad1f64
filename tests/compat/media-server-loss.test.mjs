import assert from 'node:assert/strict';
import { FaultyProxy } from '../e2e/harness/proxy.mjs';
import { Server } from '../e2e/harness/server.mjs';
import { optionsFor, setStage } from '../e2e/harness/stage.mjs';
import { pairs } from '../e2e/room-story.mjs';

const config = '[keys.demo]\nmcu = true\n';
const stage = setStage({ server: { config } });
const { scene } = stage;

const MEDIA = { audio: true, video: { resolution: { width: 160, height: 120 }, frameRate: 10 } };
/** How soon members have to hear that the media server is gone. */
const NOTICE_MS = 20_000;

const all = (promises) => Promise.all(promises);
const isServer = ({ peerId }) => peerId === 'MCU';

async function joinAndSee(members, room) {
  const marks = members.map((member) => member.mark());
  await all(members.map((member) => member.join(room, MEDIA)));
  await all(
    members.map((member, place) =>
      member.waitFor('serverPeerJoined', isServer, { after: marks[place] }),
    ),
  );
  await all(pairs(members).map(([one, other]) => one.waitForMedia(other)));
}

// One address, behind which another process takes the place of one that is lost.
scene(
  'E-12, E-24, E-28: members of a media server that is lost hear of it, and meet again at another one',
  async ({ enter, step, room }) => {
    const proxy = await FaultyProxy.start(stage.server.url);
    const another = await Server.start({ config });
    try {
      const options = optionsFor(proxy.host);
      const members = [];
      for (const [kind, name] of [
        ['skylinkjs', 'Old'],
        ['ours', 'Ours'],
        ['skylinkjs', 'Older'],
      ]) {
        members.push(await enter(kind, name, { options }));
      }
      await step('they see each other', () => joinAndSee(members, room));
      await step('they hear that it is gone', async () => {
        proxy.leadTo(another.url);
        await stage.server.crash();
        const limit = { limit: NOTICE_MS };
        await all(members.map((member) => member.waitFor('sessionDisconnect', () => true, limit)));
      });
      await step('they join anew and see each other again', async () => {
        await joinAndSee(members, room);
      });
      for (const member of members) assert.deepEqual(member.pageErrors, [], member.name);
    } finally {
      await another.stop();
      await proxy.stop();
    }
  },
);
