import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setStage } from './stage.mjs';

const stage = setStage({ config: '[keys.demo]\nmcu = true\n' });

test('a file goes to a person in a room with a media server', async (t) => {
  const [anna, bob] = [
    await stage.visit(t, { room: 'relayed' }),
    await stage.visit(t, { room: 'relayed' }),
  ];
  await anna.join('Anna');
  await bob.join('Bob');
  // Seen means connected: the channel for messages is there as soon as pictures are.
  await anna.tileSays('Bob', { video: 'on' });
  await bob.tileSays('Anna', { video: 'on' });
  await anna.open('files');
  await anna.find('files-input').setInputFiles({
    name: 'to all.bin',
    mimeType: 'application/octet-stream',
    buffer: Buffer.alloc(300_000, 7),
  });
  await bob.find('prompt-accept').click();
  await bob.open('files');
  const [download] = await Promise.all([
    bob.page.waitForEvent('download'),
    bob.page.locator('[data-test="transfer"][data-step="done"] [data-test="save"]').click(),
  ]);
  const bytes = await readFile(await download.path());
  assert.ok(bytes.equals(Buffer.alloc(300_000, 7)));
  await anna.page.locator('[data-test="transfer"][data-step="done"]').waitFor();
  assert.deepEqual([...anna.errors, ...bob.errors], []);
});
