import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setStage } from './stage.mjs';

const stage = setStage({ config: '[keys.demo]\nmcu = true\n' });

test('a tile says in which size its picture comes, and what is not shown pauses', async (t) => {
  const room = 'sizes';
  const anna = await stage.visit(t, { room });
  const bob = await stage.visit(t, { room });
  await anna.join('Anna');
  await bob.join('Bob');
  await Promise.all([anna.connectedWith(2), bob.connectedWith(2)]);

  const size = anna.tileOf('Bob').locator('[data-test="picture-size"]');
  await size.filter({ hasText: /^\d+×\d+ · layer [12] of 2 · \d+ kbit\/s$/ }).waitFor();
  assert.equal(await anna.tileOf('Anna').locator('[data-test="picture-size"]').isVisible(), false);
  await anna.open('statistics');
  await anna.find('measured').filter({ hasText: 'Media server' }).waitFor();

  // Behind his camera that is off, Bob's picture is not shown.
  await anna.open('journal');
  const changes = anna.page.locator('[data-test="journal-entry"][data-event="videoLayerChanged"]');
  await bob.find('mute-camera').click();
  await anna.tileSays('Bob', { video: 'muted' });
  await changes.filter({ hasText: 'isPaused true' }).first().waitFor();
  await size.waitFor({ state: 'hidden' });
  await bob.find('mute-camera').click();
  await anna.tileSays('Bob', { video: 'on' });
  await size.filter({ hasText: /layer [12] of 2/ }).waitFor();
  assert.deepEqual([...anna.errors, ...bob.errors], []);
});
