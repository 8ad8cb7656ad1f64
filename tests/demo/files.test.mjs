import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { PHONE, setStage } from './stage.mjs';

const stage = setStage();

async function twoPeople(t, room) {
  const anna = await stage.visit(t, { room });
  const bob = await stage.visit(t, { room, screen: PHONE });
  for (const [one, name] of [
    [anna, 'Anna'],
    [bob, 'Bob'],
  ]) {
    await one.find('camera-switch').click();
    await one.join(name);
  }
  await anna.connectedWith(2);
  return { anna, bob };
}

/** Drops a file of so many bytes, as if dragged from the desktop, on what is at the locator. */
async function drop(locator, name, size) {
  await locator.evaluate(
    (target, file) => {
      const dataTransfer = new DataTransfer();
      const bytes = Uint8Array.from({ length: file.size }, (_, index) => index % 251);
      dataTransfer.items.add(new File([bytes], file.name));
      for (const type of ['dragover', 'drop']) {
        target.dispatchEvent(
          new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }),
        );
      }
    },
    { name, size },
  );
}

const transferOf = (visitor, name, step) =>
  visitor.page
    .locator(`[data-test="transfer"]${step ? `[data-step="${step}"]` : ''}`)
    .filter({ hasText: name });

test('files go to a person, to everybody, several at once, or not at all', async (t) => {
  const { anna, bob } = await twoPeople(t, 'files');

  await drop(anna.tileOf('Bob'), 'to Bob.bin', 300_000);
  await bob.find('transfer-prompt').filter({ hasText: 'to Bob.bin (300 kB)' }).waitFor();
  await bob.find('open-more').filter({ hasText: '1' }).waitFor();
  await bob.find('prompt-accept').click();
  await anna.open('files');
  await transferOf(anna, 'to Bob.bin', 'done').waitFor();
  await bob.open('files');
  const [download] = await Promise.all([
    bob.page.waitForEvent('download'),
    transferOf(bob, 'to Bob.bin', 'done').locator('[data-test="save"]').click(),
  ]);
  assert.equal(download.suggestedFilename(), 'to Bob.bin');
  assert.equal(await bob.page.evaluate(() => window.taken.objectUrls.size), 1);
  const bytes = await readFile(await download.path());
  assert.equal(bytes.length, 300_000);
  assert.ok(bytes.every((byte, index) => byte === index % 251));

  await anna.find('files-input').setInputFiles([
    { name: 'one.txt', mimeType: 'text/plain', buffer: Buffer.from('one') },
    { name: 'two.txt', mimeType: 'text/plain', buffer: Buffer.from('two') },
  ]);
  await transferOf(bob, 'one.txt').locator('[data-test="accept"]').click();
  await transferOf(bob, 'two.txt').locator('[data-test="refuse"]').click();
  await transferOf(anna, 'one.txt', 'done').waitFor();
  await transferOf(anna, 'two.txt', 'refused').filter({ hasText: 'Bob refused it' }).waitFor();

  // A large one: how far it is can be seen and heard, and both sides can stop it.
  await drop(anna.find('tiles'), 'large.bin', 60_000_000);
  await transferOf(bob, 'large.bin').locator('[data-test="accept"]').click();
  await transferOf(anna, 'large.bin', 'running')
    .filter({ hasText: /MB\/s · .* left/ })
    .waitFor();
  const progress = transferOf(bob, 'large.bin').locator('progress');
  assert.equal(await progress.getAttribute('aria-label'), 'Progress of large.bin');
  await transferOf(bob, 'large.bin').locator('[data-test="cancel"]').click();
  await transferOf(anna, 'large.bin', 'cancelled').waitFor();
  await transferOf(bob, 'large.bin', 'cancelled').waitFor();

  for (const one of [anna, bob]) {
    await one.find('files-tidy').click();
    assert.equal(await one.find('transfer').count(), 0);
  }
  const keptFiles = await bob.page.evaluate(() => window.taken.objectUrls.size);
  assert.equal(keptFiles, 0, 'files that were cleared are not kept');
  assert.deepEqual([...anna.errors, ...bob.errors], []);
});

/** Whether a finger on the middle of what is at the locator would press it. */
const isPressable = (locator) =>
  locator.evaluate((target) => {
    const { left, top, width, height } = target.getBoundingClientRect();
    return target.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });

test('on a phone a question about a file can be answered while a panel is open', async (t) => {
  const { anna, bob } = await twoPeople(t, 'question');
  await bob.open('chat');
  await bob.find('chat-input').fill('half a sentence');
  await drop(anna.tileOf('Bob'), 'now.bin', 2_000);
  await bob.find('transfer-prompt').waitFor();
  for (const name of ['prompt-accept', 'prompt-refuse', 'chat-input', 'chat-send', 'leave']) {
    assert.ok(await isPressable(bob.find(name)), `${name} can be reached`);
  }
  assert.equal(
    await bob.page.evaluate(() => document.documentElement.scrollWidth),
    PHONE.width,
    'nothing is too wide',
  );
  await bob.find('prompt-accept').click();
  await anna.open('files');
  await transferOf(anna, 'now.bin', 'done').waitFor();
  await bob.find('transfer-prompt').waitFor({ state: 'hidden' });
  assert.equal(await bob.find('chat-input').inputValue(), 'half a sentence');
  assert.deepEqual([...anna.errors, ...bob.errors], []);
});
