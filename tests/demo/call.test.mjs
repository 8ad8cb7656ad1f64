import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seesMovingPicture } from '../e2e/harness/moving-picture.mjs';
import { PHONE, setStage } from './stage.mjs';

const stage = setStage();

/** Waits until the tile of somebody shows pictures that move. */
const seesPictureOf = (visitor, name) => seesMovingPicture(visitor.tileOf(name).locator('video'));

test('two people see, hear and write to each other', async (t) => {
  const room = 'two people';
  const anna = await stage.visit(t, { room });
  await anna.join('Anna');
  assert.equal(new URL(anna.page.url()).searchParams.get('room'), room);
  const bob = await stage.visit(t, { room, screen: PHONE });
  await bob.join('Bob');

  await Promise.all([anna.connectedWith(2), bob.connectedWith(2)]);
  await Promise.all([
    seesPictureOf(anna, 'Bob'),
    seesPictureOf(bob, 'Anna'),
    seesPictureOf(anna, 'Anna (you)'),
  ]);
  const hears = await anna
    .tileOf('Bob')
    .locator('audio')
    .evaluate((audio) => !audio.paused && !audio.muted && audio.srcObject.getAudioTracks().length);
  assert.equal(hears, 1);

  // The fake microphone beeps once a second.
  const words = bob.tileOf('Anna').locator('.only-read');
  await bob.tileSays('Anna', { speaking: 'true' });
  await words.filter({ hasText: 'speaks' }).waitFor({ state: 'attached' });
  await anna.find('mute-microphone').click();
  await bob.tileSays('Anna', { audio: 'muted', speaking: 'false' });
  assert.equal(await words.textContent(), '');
  assert.match(await bob.tileOf('Anna').innerText(), /Muted/);
  await anna.find('mute-camera').click();
  await bob.tileSays('Anna', { audio: 'muted', video: 'muted' });
  await anna.find('mute-microphone').click();
  await bob.tileSays('Anna', { audio: 'on', video: 'muted' });
  await anna.find('mute-camera').click();
  await bob.tileSays('Anna', { audio: 'on', video: 'on' });

  await anna.open('people');
  await anna.find('own-name').fill('Anna Berg');
  await anna.find('rename').click();
  await bob.tileOf('Anna Berg').waitFor();

  await anna.find('copy-link').click();
  await anna.find('notice').filter({ hasText: 'copied' }).waitFor();
  const link = await anna.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, anna.page.url());

  await bob.find('leave').click();
  await bob.phase('form');
  await anna.connectedWith(1);
  await bob.find('join').click();
  await Promise.all([anna.connectedWith(2), bob.connectedWith(2)]);
  assert.deepEqual([...anna.errors, ...bob.errors], []);
});

test('messages are private when they should be, and never markup', async (t) => {
  const room = 'messages';
  const people = {};
  for (const name of ['Anna', 'Bob', 'Carla']) {
    people[name] = await stage.visit(t, { room });
    await people[name].find('camera-switch').click();
    await people[name].join(name);
  }
  const { Anna: anna, Bob: bob, Carla: carla } = people;
  await Promise.all(Object.values(people).map((one) => one.connectedWith(3)));

  const markup =
    '<img src=x onerror="window.wasHacked = true"><script>window.wasHacked = true</script>';
  await anna.say(markup);
  for (const one of [anna, bob, carla]) {
    const message = one.find('message').filter({ hasText: '<img' });
    await message.waitFor();
    assert.equal(await message.locator('img, script').count(), 0);
    assert.equal(await one.page.evaluate(() => window.wasHacked), undefined);
  }

  await anna.writeTo('Bob');
  assert.equal(await anna.find('chat-mode').innerText(), 'Private: only Bob will see it.');
  await anna.say('only for you');
  await bob.find('message').filter({ hasText: 'only for you' }).waitFor();
  await anna.writeTo('Bob', 'Carla');
  await anna.say('for you two');
  await carla.find('message').filter({ hasText: 'for you two' }).waitFor();
  await anna.writeTo();
  await anna.say('for all');
  await carla.find('message').filter({ hasText: 'for all' }).waitFor();
  assert.equal(await carla.find('message').filter({ hasText: 'only for you' }).count(), 0);
  const privateOnes = await bob.page
    .locator('[data-test="message"][data-private="true"]')
    .allInnerTexts();
  assert.equal(privateOnes.length, 2);
  assert.match(privateOnes[0], /Private to you/);
});

test('a hostile name is only text', async (t) => {
  const room = 'hostile name';
  const anna = await stage.visit(t, { room });
  await anna.join('Anna');
  const mallory = await stage.visit(t, { room });
  await mallory.join('<b onclick=x>Mallory</b>');
  await anna.connectedWith(2);
  assert.equal(await anna.tileOf('Mallory').locator('b').count(), 0);
  assert.match(await anna.tileOf('Mallory').innerText(), /<b onclick=x>Mallory<\/b>/);
});

test('leaving gives everything back', async (t) => {
  const room = 'leaving';
  const anna = await stage.visit(t, { room });
  const bob = await stage.visit(t, { room });
  await anna.page.waitForFunction(() => window.taken.tracks.length === 2);
  await anna.join('Anna');
  await bob.join('Bob');
  await anna.connectedWith(2);
  const liveInRoom = await anna.page.evaluate(
    () => window.taken.tracks.filter(({ readyState }) => readyState === 'live').length,
  );
  assert.equal(
    liveInRoom,
    2,
    'only the call has camera and microphone, the preview let go of them',
  );

  await anna.page.evaluate(() => {
    window.tracksOfTheCall = [...window.taken.tracks];
  });
  await anna.find('leave').click();
  await anna.page.waitForFunction(
    () =>
      window.tracksOfTheCall.every(({ readyState }) => readyState === 'ended') &&
      window.taken.connections.length > 0 &&
      window.taken.connections.every(({ connectionState }) => connectionState === 'closed'),
  );

  // Off is off: no device is in use then, and no audio context is left.
  await anna.find('camera-switch').click();
  await anna.find('microphone-switch').click();
  await anna.page.waitForFunction(
    () =>
      window.taken.tracks.every(({ readyState }) => readyState === 'ended') &&
      window.taken.audioContexts.every(({ state }) => state === 'closed'),
  );
});

test('a locked room says so, and lets in after it was unlocked', async (t) => {
  const room = 'locked';
  const anna = await stage.visit(t, { room });
  await anna.join('Anna');
  await anna.lock(true);

  const bob = await stage.visit(t, { room });
  await bob.fillIn('Bob');
  await bob.find('join').click();
  const failure = bob.page.locator('[data-test="failure"][data-kind="room-locked"]');
  await failure.waitFor();
  await bob.waitForFocus('failure');
  // The preview has camera and microphone again, and nothing else has.
  await bob.page.waitForFunction(
    () => window.taken.tracks.filter(({ readyState }) => readyState === 'live').length === 2,
  );

  await anna.lock(false);
  await bob.find('remedy-retry').click();
  await bob.phase('joined');
  await anna.connectedWith(2);
});

test('without permission one joins without camera and microphone', async (t) => {
  const room = 'no permission';
  const anna = await stage.visit(t, { room });
  await anna.join('Anna');
  const bob = await stage.visit(t, { room, permissions: [] });
  await bob.find('preview-again').waitFor();
  assert.match(
    await bob.find('microphone-problem').innerText(),
    /may not use your camera and microphone/,
  );
  await bob.join('Bob');
  await bob.tileSays('Bob', { audio: 'none', video: 'none' });
  await Promise.all([anna.connectedWith(2), bob.connectedWith(2)]);
  await seesPictureOf(bob, 'Anna');
  await anna.tileSays('Bob', { audio: 'none', video: 'none' });
});

test('a permission taken back before joining leads to the offer to join without', async (t) => {
  const anna = await stage.visit(t, { room: 'taken back' });
  await anna.page.waitForFunction(() => window.taken.tracks.length === 2);
  await anna.fillIn('Anna');
  await anna.page.context().clearPermissions();
  await anna.find('join').click();
  await anna.page.locator('[data-test="failure"][data-kind="media-refused"]').waitFor();
  await anna.find('remedy-without-media').click();
  await anna.phase('joined');
  await anna.tileSays('Anna', { audio: 'none', video: 'none' });
});

test('a wrong app key is named', async (t) => {
  const anna = await stage.visit(t, { query: { key: 'no-such-key' } });
  await anna.fillIn('Anna');
  await anna.find('join').click();
  await anna.page.locator('[data-test="failure"][data-kind="app-key"]').waitFor();
});

test('a server that goes away is noticed, and everybody comes back with it', async (t) => {
  const room = 'server gone';
  const anna = await stage.visit(t, { room });
  const bob = await stage.visit(t, { room });
  await anna.join('Anna');
  await bob.join('Bob');
  await anna.connectedWith(2);

  await anna.say('before');

  await stage.server.stop();
  for (const one of [anna, bob]) {
    await one.phase('lost');
    await one.page.locator('[data-test="failure"][data-kind="connection-lost"]').waitFor();
    assert.equal(await one.find('status').innerText(), 'Connection lost');
  }

  // Both still see each other, and one can ask when the server is not back.
  await seesPictureOf(anna, 'Bob');
  await anna.find('remedy-rejoin').click();
  await anna.find('failure').filter({ hasText: 'cannot be reached yet' }).waitFor();

  await stage.restartServer();
  await anna.find('remedy-rejoin').click();
  await Promise.all([anna.connectedWith(2), bob.connectedWith(2)]);
  await seesPictureOf(bob, 'Anna');
  assert.equal(await anna.find('message').filter({ hasText: 'before' }).count(), 1);
});
