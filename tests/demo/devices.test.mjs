import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PHONE, setStage } from './stage.mjs';

const stage = setStage();

test('camera, microphone and quality can be changed during a call', async (t) => {
  const room = 'devices';
  const anna = await stage.visit(t, { room });
  const bob = await stage.visit(t, { room, screen: PHONE });
  await anna.find('camera-switch').click();
  await anna.join('Anna');
  await bob.join('Bob');
  await anna.connectedWith(2);
  await bob.tileSays('Anna', { audio: 'on', video: 'none' });

  // A camera that was left out is switched on.
  await anna.find('mute-camera').click();
  await bob.tileSays('Anna', { audio: 'on', video: 'on' });
  const seesWidth = (width) =>
    document.querySelector('[data-test="tile"][data-self="false"] video').videoWidth === width;
  await bob.page.waitForFunction(seesWidth, 640);

  await anna.open('settings');
  await anna.find('call-resolution').selectOption({ label: 'Small, 320 × 180' });
  await bob.page.waitForFunction(seesWidth, 320);

  // A muted microphone stays muted when it is changed.
  await anna.find('mute-microphone').click();
  await bob.tileSays('Anna', { audio: 'muted' });
  const before = await anna.page.evaluate(() => window.taken.tracks.length);
  const choice = anna.find('call-microphone');
  await choice.selectOption({ index: 2 });
  await anna.page.waitForFunction((count) => window.taken.tracks.length > count, before);
  await bob.tileSays('Anna', { audio: 'muted' });
  await anna.find('mute-microphone').click();
  await bob.tileSays('Anna', { audio: 'on' });
  const live = await anna.page.evaluate(() =>
    window.taken.tracks.filter(({ readyState }) => readyState === 'live').map(({ kind }) => kind),
  );
  assert.deepEqual(live.sort(), ['audio', 'video'], 'nothing old is left running');
  assert.deepEqual([...anna.errors, ...bob.errors], []);
});

test('a connection can be renewed', async (t) => {
  const room = 'renewing';
  const anna = await stage.visit(t, { room });
  const bob = await stage.visit(t, { room });
  await anna.join('Anna');
  await bob.join('Bob');
  await anna.connectedWith(2);
  const before = await anna.page.evaluate(iceFragment);
  await anna.open('people');
  await anna.find('refresh').click();
  await anna.page.waitForFunction(isNew, before);
  await anna.connectedWith(2);
  assert.deepEqual(anna.errors, []);
});

function iceFragment() {
  const { sdp } = window.taken.connections.at(-1).localDescription;
  return /a=ice-ufrag:(\S+)/.exec(sdp)[1];
}

function isNew(before) {
  const { sdp } = window.taken.connections.at(-1).localDescription;
  return !sdp.includes(`a=ice-ufrag:${before}`);
}
