import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setStage } from './stage.mjs';

// The settings that people are told to try it with, on disks as full as those of test machines.
const settings = await readFile(new URL('../../www/demo.toml', import.meta.url), 'utf8');
const config = settings.replace('[recording]\n', '$&free_bytes = 0\n');
const stage = setStage({ config });

test('a room is recorded with a clock, and its file can be played and saved', async (t) => {
  const anna = await stage.visit(t, { room: 'recorded' });
  await anna.join('Anna');
  await anna.tileSays('Anna', { video: 'on' });
  await anna.open('room');
  assert.equal(await anna.find('recording-time').isVisible(), false);
  await anna.find('record').click();
  await anna.find('recording-mark').waitFor();
  await anna
    .find('recording-time')
    .filter({ hasText: /Recording: 0:0[5-9]/ })
    .waitFor();
  await anna.find('record').click();
  await anna.find('recording-mark').waitFor({ state: 'hidden' });

  const video = anna.find('recorded-file').locator('video');
  await video.waitFor();
  const seconds = await video.evaluate(async (element) => {
    element.muted = true;
    await element.play();
    return element.duration;
  });
  assert.ok(seconds > 4 && seconds < 8, `${seconds} s`);
  const saving = anna.page.waitForEvent('download');
  await anna.find('recorded-file-save').click();
  assert.match((await saving).suggestedFilename(), /^recording-.+\.mp4$/);
  assert.deepEqual(anna.errors, []);
});
