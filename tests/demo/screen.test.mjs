import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GRANTS_SCREENS } from '../e2e/harness/browser.mjs';
import { PHONE, setStage } from './stage.mjs';

const stage = setStage({ flags: [GRANTS_SCREENS] });

test('a shared screen is large for the others, and easy to stop', async (t) => {
  const room = 'screen';
  const anna = await stage.visit(t, { room });
  const bob = await stage.visit(t, { room, screen: PHONE });
  await anna.join('Anna');
  await bob.join('Bob');
  await anna.connectedWith(2);

  await anna.find('share-screen').click();
  await anna.find('sharing').waitFor();
  const screen = bob.find('screen').filter({ hasText: 'Screen of Anna' });
  await screen.waitFor();
  await bob.page.waitForFunction(
    () => document.querySelector('[data-test="screen"] video').videoWidth > 0,
  );
  const [large, small] = await Promise.all([
    screen.boundingBox(),
    bob.tileOf('Anna').first().boundingBox(),
  ]);
  assert.ok(large.width * large.height > 2 * small.width * small.height);

  // The camera is another matter.
  await anna.find('mute-camera').click();
  await bob.tileSays('Anna', { video: 'muted' });
  assert.equal(
    await screen.locator('video').evaluate((video) => video.srcObject.getTracks()[0].muted),
    false,
  );

  // Somebody who comes later sees it too.
  const carla = await stage.visit(t, { room });
  await carla.join('Carla');
  await carla.find('screen').filter({ hasText: 'Screen of Anna' }).waitFor();

  await anna.find('stop-sharing').click();
  await anna.waitForFocus('share-screen');
  await screen.waitFor({ state: 'detached' });
  await carla.find('screen').waitFor({ state: 'detached' });
  assert.equal(await anna.find('sharing').isVisible(), false);
  assert.deepEqual([...anna.errors, ...bob.errors, ...carla.errors], []);
});
