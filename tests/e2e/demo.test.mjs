import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { seesMovingPicture } from './harness/moving-picture.mjs';
import { setStage } from './harness/stage.mjs';

const WWW = fileURLToPath(new URL('../../www/', import.meta.url));
const DEMO = `${WWW}dist`;

if (!existsSync(`${DEMO}/index.html`)) {
  const { status, stderr } = spawnSync('node', [`${WWW}build.mjs`], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

const stage = setStage({ server: { flags: ['--www', DEMO] } });
const { scene } = stage;

const SCREEN = { width: 1440, height: 900 };

/** The demo in a window of its own; things are found by their `data-test` name. */
async function openDemo(room) {
  const permissions = ['camera', 'microphone'];
  const context = await stage.browser.newContext({ permissions, viewport: SCREEN });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)));
  await page.goto(`http://${stage.server.host}/?room=${room}`);
  const find = (name) => page.locator(`[data-test="${name}"]`);
  const tileOf = (name, state = '') =>
    page.locator(`[data-test="tile"]${state}`).filter({ hasText: name });
  return { context, page, errors, find, tileOf };
}

const says = (content) => (detail) => detail.message.content === content;

for (const kind of ['skylinkjs', 'ours']) {
  scene(
    `somebody at the demo and somebody at a page with ${kind} meet`,
    async ({ enter, step, room }) => {
      const demo = await openDemo(room);
      const guest = await enter(kind, 'Guest');
      const host = { name: 'Dora', kind: 'demo' };
      const isHost = ({ peerId }) => peerId === host.id;
      try {
        await step('they see and hear each other', async () => {
          await demo.find('name').fill(host.name);
          await demo.find('join').click();
          await demo.page.locator('body[data-phase="joined"]').waitFor();
          await guest.join(room, { audio: true, video: true });
          host.id = (await guest.waitFor('peerJoined', ({ isSelf }) => !isSelf)).peerId;
          await demo.tileOf('Guest', '[data-connection="connected"]').waitFor();
          await seesMovingPicture(demo.tileOf('Guest').locator('video'));
          await guest.waitForMedia(host);
        });

        await step('they write to each other', async () => {
          await demo.find('chat-input').fill('hello from the demo');
          await demo.find('chat-send').click();
          await guest.waitFor('onIncomingMessage', says('hello from the demo'));
          await guest.call('sendMessage', room, 'hello from outside');
          await demo.find('message').filter({ hasText: 'hello from outside' }).waitFor();
        });

        await step('they see who is muted', async () => {
          await demo.find('mute-microphone').click();
          await guest.waitFor('streamMuted', (detail) => isHost(detail) && detail.isAudio);
          await guest.call('muteStreams', room, { audioMuted: false, videoMuted: true });
          await demo.tileOf('Guest', '[data-video="muted"]').waitFor();
        });

        await step('one locks the room, one leaves', async () => {
          await demo.find('open-room').click();
          await demo.find('lock').click();
          await guest.waitFor('roomLock', ({ isLocked }) => isLocked);
          await demo.find('lock-mark').waitFor();
          await demo.find('leave').click();
          await guest.waitFor('peerLeft', isHost);
          await demo.page.locator('body[data-phase="form"]').waitFor();
        });
        assert.deepEqual(demo.errors, []);
      } finally {
        await demo.context.close();
      }
    },
  );
}
