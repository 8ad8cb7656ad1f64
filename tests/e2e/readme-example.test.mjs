import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seesMovingPicture } from './harness/moving-picture.mjs';
import { setStage } from './harness/stage.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'skylink-readme-'));
const [, example] = /```html\n([\s\S]*?)```/.exec(readFileSync(`${ROOT}README.md`, 'utf8'));
writeFileSync(join(folder, 'example.html'), `<!doctype html>\n<body>\n${example}`);
copyFileSync(`${ROOT}pkg/skylink.complete.js`, join(folder, 'skylink.complete.js'));

const stage = setStage({ server: { flags: ['--www', folder] } });
after(() => rmSync(folder, { recursive: true }));

async function openExample() {
  const context = await stage.browser.newContext({ permissions: ['camera', 'microphone'] });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error.stack ?? error)));
  await page.goto(`http://${stage.server.host}/example.html`);
  return { context, page, errors };
}

/** Resolves when the picture of somebody else moves. */
const seesSomebody = (page) => seesMovingPicture(page.locator('video[data-peer]').nth(1));

test('the example of the README, pasted, shows two people to each other', async () => {
  const [first, second] = [await openExample(), await openExample()];
  await Promise.all([seesSomebody(first.page), seesSomebody(second.page)]);
  await second.context.close();
  const video = first.page.locator('video[data-peer]');
  await video.nth(1).waitFor({ state: 'detached' });
  assert.equal(await video.count(), 1);
  assert.deepEqual(first.errors, []);
  await first.context.close();
});
