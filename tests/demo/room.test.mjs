import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INJECTOR } from '../e2e/harness/trap.mjs';
import { PHONE, setStage } from './stage.mjs';

const stage = setStage();

test('names, raised hands and custom data reach everybody', async (t) => {
  const room = 'custom data';
  const anna = await stage.visit(t, { room });
  await anna.join('Anna');
  const bob = await stage.visit(t, { room, screen: PHONE });
  await bob.join('Bob');
  await anna.connectedWith(2);

  await bob.open('people');
  await bob.find('raise-hand').click();
  await anna.find('notice').filter({ hasText: 'Bob raises a hand.' }).waitFor();
  await anna.tileOf('Bob').filter({ hasText: 'Hand raised' }).waitFor();

  await bob.open('room');
  await bob.find('custom-data').fill('{ "name": "Robert", "seat": 7');
  await bob.find('custom-data-save').click();
  await bob.waitForFocus('custom-data');
  assert.equal(await bob.find('custom-data').getAttribute('aria-invalid'), 'true');
  await bob.find('custom-data').fill('{ "name": "Robert", "seat": 7 }');
  await bob.find('custom-data-save').click();
  await anna.tileOf('Robert').waitFor();
  assert.doesNotMatch(await anna.tileOf('Robert').innerText(), /Hand raised/);

  await anna.open('people');
  await anna.find('person').filter({ hasText: 'Robert' }).locator('summary').click();
  const data = anna.find('person-data').filter({ hasText: 'seat' });
  assert.deepEqual(JSON.parse(await data.innerText()), { name: 'Robert', seat: 7 });
  assert.deepEqual([...anna.errors, ...bob.errors], []);
});

test('the events of the SDK can be searched and copied, without secrets', async (t) => {
  const room = 'events';
  const anna = await stage.visit(t, { room });
  await anna.join('Anna');
  await anna.open('journal');
  const bob = await stage.visit(t, { room });
  await bob.join('Bob');
  await anna.connectedWith(2);

  const named = (name) => anna.page.locator(`[data-test="journal-entry"][data-event="${name}"]`);
  await named('readyStateChange').first().waitFor();
  await named('peerJoined').filter({ hasText: 'Bob' }).waitFor();
  await anna.find('journal-topic').selectOption('People and room');
  await anna.find('journal-search').fill('bob');
  assert.equal(await named('readyStateChange').count(), 0);
  assert.equal(await named('peerJoined').count(), 1);

  await anna.find('journal-copy').click();
  await anna.find('notice').filter({ hasText: 'copied' }).waitFor();
  const copied = await anna.page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^\d\d:\d\d:\d\d\.\d{3} peerJoined Bob/m);
  assert.doesNotMatch(copied, /readyStateChange/);

  await anna.find('journal-search').fill('');
  await anna.find('journal-topic').selectOption('All events');
  const everything = await anna.find('journal').innerText();
  assert.doesNotMatch(everything, /credential|ice-pwd|a=fingerprint/i);
  await anna.find('journal-clear').click();
  await anna.find('leave').click();
  await anna.phase('form');
});

test('when the SDK itself breaks down one can go on', async (t) => {
  const room = 'breakdown';
  const anna = await stage.visit(t, { room, inject: INJECTOR });
  const bob = await stage.visit(t, { room, screen: PHONE });
  await anna.join('Anna');
  await bob.join('Bob');
  await anna.connectedWith(2);

  await anna.open('room');
  await anna.page.evaluate(() => window.trapNext());
  await anna.find('lock').click();
  await anna.page.locator('[data-test="failure"][data-kind="sdk-stopped"]').waitFor();
  await anna.phase('lost');
  await bob.connectedWith(1);
  await anna.find('remedy-rejoin').click();
  await Promise.all([anna.connectedWith(2), bob.connectedWith(2)]);
});
