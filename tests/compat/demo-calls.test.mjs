import { setDemoStage } from './demo-stage.mjs';

const scene = setDemoStage();

const row = (peer) => `#presence_list tr[id="user${peer.id}"]`;
const logged = '#console_log li';

/** The two pages join, hear of each other and play what comes. */
async function meet(one, other, tags) {
  await one.join();
  await other.join();
  await Promise.all([one.sees(row(other)), other.sees(row(one))]);
  for (const tag of tags) await Promise.all([one.plays(other, tag), other.plays(one, tag)]);
}

async function setName(demo, peer, name) {
  await demo.fill('display_user_info', name);
  await demo.click('update_user_info_btn');
  await peer.sees(`${row(demo)} .name`, name);
}

async function showStatistics(demo, peer, hasPicture = false) {
  const place = `#video${peer.id}`;
  await demo.click(`video${peer.id} .toggle-connstats`);
  await demo.sees(`${place} .audio .upload`, 'Packets');
  await demo.sees(`${place} .audio .download`, 'opus');
  await demo.sees(`${place} .candidate .local`, 'udp');
  await demo.sees(`${place} .certificate .certleft`, 'sha-256');
  if (hasPicture) await demo.sees(`${place} .video .download`, /width: \d+/);
  await demo.click(`video${peer.id} .toggle-connstats`);
}

/** Leaving opens the room, which locks itself as soon as two are in it. */
async function takeTurns(one, other, third) {
  await third.click('join_room_btn');
  await third.sees('#room_locked_row');
  await other.leave();
  await one.sees(logged, `Peer ${other.id} has left the room`);
  await one.sees(logged, 'Room is unlocked');
  await third.join();
  await one.sees(row(third));
  await third.sees(row(one));
}

scene('D-04, M-23, M-24, M-35: the audio call runs unchanged', async ({ open, step }) => {
  const page = 'demos/collection/audio-call';
  const one = await open('ours', page);
  const other = await open('skylinkjs', page);
  await step('both join and hear each other', () => meet(one, other, ['audio']));
  await step('the room is locked for two', () => one.sees(logged, 'Room is locked'));
  await step('set name', async () => {
    await setName(one, other, 'Ada');
    await setName(other, one, 'Ben');
  });
  for (const [demo, peer] of [
    [one, other],
    [other, one],
  ]) {
    await step(`${demo.kind}: mute and unmute`, async () => {
      await demo.click('disable_audio_btn');
      await demo.colour('#isAudioMuted', 'red');
      await peer.sees(logged, `Peer ${demo.id} muted audio`);
      await peer.colour(`${row(demo)} .audio`, 'red');
      await demo.click('enable_audio_btn');
      await demo.colour('#isAudioMuted', 'green');
      await peer.colour(`${row(demo)} .audio`, 'green');
    });
  }
  await step('statistics', () => showStatistics(one, other));
  await step('a third one has to wait', async () =>
    takeTurns(one, other, await open('ours', page)),
  );
  await step('leave', () => one.leave());
  await step('nothing went wrong', () => one.assertNoErrors());
});

scene('D-03, M-36, M-42: the video call runs unchanged', async ({ open, step }) => {
  const page = 'demos/collection/video-call';
  const one = await open('ours', page);
  const other = await open('skylinkjs', page);
  await step('both join, see and hear each other', () => meet(one, other, ['audio', 'video']));
  for (const [demo, peer] of [
    [one, other],
    [other, one],
  ]) {
    await step(`${demo.kind}: mute and unmute the picture`, async () => {
      await demo.click('disable_video_btn');
      await demo.colour('#isVideoMuted', 'red');
      await peer.sees(logged, `Peer ${demo.id} muted video`);
      await demo.click('enable_video_btn');
      await demo.colour('#isVideoMuted', 'green');
      await peer.sees(logged, `Peer ${demo.id} unmuted video`);
    });
    await step(`${demo.kind}: share the screen`, async () => {
      await demo.click('share_screen_btn');
      const playing = (id) => {
        const element = document.getElementsByClassName(`${id}screen`)[0];
        return element?.videoWidth > 0;
      };
      await demo.until(playing, demo.id);
      await peer.until(playing, demo.id);
      await demo.click('stop_screen_btn');
      const over = (id) => document.getElementsByClassName(`${id}screen`).length === 0;
      await demo.until(over, demo.id);
      await peer.until(over, demo.id);
    });
  }
  await step('statistics', () => showStatistics(one, other, true));
  await step('leave', async () => {
    await one.leave();
    await other.sees(logged, `Peer ${one.id} has left the room`);
  });
  await step('nothing went wrong', () => one.assertNoErrors());
});

scene('D-06, E-42, C-28: the page of connection states runs unchanged', async ({ open, step }) => {
  const page = 'public/connection-status';
  const one = await open('ours', page);
  await one.sees('#readystate', 'COMPLETED');
  const other = await open('skylinkjs', page);
  await step('the pages list each other with their states', async () => {
    for (const demo of [one, other]) {
      await demo.sees('#peers tr td', 'You');
      await demo.until(() => document.querySelectorAll('#peers tr').length === 3);
      await demo.sees('[id$=_hsp]', /answer|answerAck/);
      await demo.sees('[id$=_pcs]', 'connected');
      await demo.sees('[id$=_cgs]', 'complete');
      await demo.sees('[id$=_dcs]', 'open');
    }
  });
  await step('who goes is marked', async () => {
    await other.page.close();
    await one.sees('#peers tr td', '(disconn)');
  });
  await step('nothing went wrong', () => one.assertNoErrors());
});
