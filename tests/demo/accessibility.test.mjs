import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { DESKTOP, PHONE, TABLET, setStage } from './stage.mjs';

const stage = setStage();
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const SMALLEST_PHONE = { width: 320, height: 568 };
const PANELS = ['people', 'chat', 'files', 'statistics', 'room', 'settings', 'journal'];
const looks = [
  { title: 'phone, dark', screen: PHONE, colorScheme: 'dark' },
  { title: 'desktop, light', screen: DESKTOP, colorScheme: 'light' },
];

const NOTES = {
  name: 'notes of a meeting with a rather long name.txt',
  mimeType: 'text/plain',
  buffer: Buffer.from('notes'),
};

/** Waits until the charts show somebody. */
async function seeMeasured(visitor) {
  await visitor
    .find('now-received')
    .filter({ hasText: /bit\/s/ })
    .first()
    .waitFor();
}

/** Asserts that axe finds nothing to complain about in what is shown now. */
async function assertAccessible({ page }, what) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const results = await window.axe.run(document, { runOnly: tags });
    return results.violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      where: nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`),
    }));
  });
  assert.deepEqual(violations, [], what);
}

/** Asserts that nobody has to scroll sideways. */
async function assertFits({ page }, what) {
  const [needed, given] = await page.evaluate(() => [
    document.scrollingElement.scrollWidth,
    document.scrollingElement.clientWidth,
  ]);
  assert.ok(needed <= given, `${what} is ${needed} px wide on a screen of ${given} px`);
}

async function assertGood(visitor, what) {
  await assertAccessible(visitor, what);
  await assertFits(visitor, what);
}

for (const { title, ...look } of looks) {
  test(`every view is accessible and fits: ${title}`, async (t) => {
    const room = `looks ${title.replaceAll(',', '')}`;
    const anna = await stage.visit(t, { room, ...look });
    await anna.page.waitForFunction(
      () => document.querySelector('[data-test="preview"]').videoWidth > 0,
    );
    await assertGood(anna, 'the form');

    await anna.find('join-settings').locator('summary').click();
    await anna.find('join').click();
    await anna.waitForFocus('name');
    await assertGood(anna, 'the form with a fault and settings');

    await anna.join('Anna');
    await anna.find('alone').waitFor();
    await assertGood(anna, 'the room alone');

    const bob = await stage.visit(t, { room, screen: PHONE });
    await bob.find('microphone-switch').click();
    await bob.join('Bob');
    await anna.connectedWith(2);
    await anna.find('mute-microphone').click();
    await bob.tileSays('Anna', { audio: 'muted' });
    await anna.tileSays('Bob', { audio: 'none' });
    await assertGood(anna, 'a room of two');

    await anna.open('chat');
    await anna.say('Hello everybody');
    await bob.open('chat');
    await bob.find('message').waitFor();
    await bob.writeTo('Anna');
    await bob.say('Hello Anna');
    await anna.find('message').nth(1).waitFor();
    await anna.find('chat-options').locator('summary').click();
    await assertGood(anna, 'the chat and its options');

    for (const panel of PANELS) {
      await anna.open(panel);
      if (panel === 'people') {
        await anna.find('person').nth(1).locator('summary').click();
        await anna.find('raise-hand').click();
        await anna.find('hand').first().waitFor();
      }
      if (panel === 'files') {
        await bob.find('panel-close').click();
        await anna.find('files-input').setInputFiles(NOTES);
        await bob.find('transfer-prompt').waitFor();
        await assertGood(bob, 'a question about a file');
        await bob.open('files');
        await bob.find('accept').waitFor();
        await assertGood(bob, 'a file that waits for an answer');
      }
      if (panel === 'statistics') await seeMeasured(anna);
      await assertGood(anna, `the panel ${panel}`);
    }

    await anna.lock(true);
    const carla = await stage.visit(t, { room, ...look });
    await carla.fillIn('Carla');
    await carla.find('join').click();
    await carla.find('failure').waitFor();
    await assertGood(carla, 'a refusal');
    assert.deepEqual(anna.errors, []);
  });
}

for (const screen of [SMALLEST_PHONE, TABLET]) {
  test(`fits a screen of ${screen.width} pixels`, async (t) => {
    const room = `width ${screen.width}`;
    const anna = await stage.visit(t, { room, screen });
    await anna.find('join-settings').locator('summary').click();
    await assertFits(anna, 'the form');
    await anna.join('Anna With A Rather Long Name');
    const bob = await stage.visit(t, { room, screen });
    await bob.find('camera-switch').click();
    await bob.join('Bob');
    await anna.connectedWith(2);
    await assertFits(anna, 'the room');
    for (const panel of PANELS) {
      await anna.open(panel);
      if (panel === 'files') {
        await anna.find('files-input').setInputFiles(NOTES);
        await anna.find('transfer').waitFor();
      }
      if (panel === 'statistics') await seeMeasured(anna);
      await assertFits(anna, `the panel ${panel}`);
    }
    const leave = await anna.find('leave').boundingBox();
    assert.ok(leave.x + leave.width <= screen.width, 'the last button is in sight');
    const small = await anna.page.evaluate(tooSmall);
    assert.deepEqual(small, [], 'everything is large enough for a thumb');
  });
}

/** What can be pressed and is smaller than a thumb. */
function tooSmall() {
  const SMALLEST = 44;
  return [...document.querySelectorAll('button, input, select, textarea, summary, a[href]')]
    .filter((one) => one.checkVisibility())
    .map((one) => ({ one, box: one.getBoundingClientRect() }))
    .filter(({ box }) => box.height < SMALLEST - 0.5 || box.width < SMALLEST - 0.5)
    .map(({ one, box }) => `${one.outerHTML.slice(0, 80)} ${box.width}×${box.height}`);
}

test('says changes to screen readers', async (t) => {
  const room = 'spoken changes';
  const anna = await stage.visit(t, { room });
  await anna.join('Anna');
  assert.equal(
    await anna.page.locator('[data-test="status"][role="status"]').innerText(),
    'Connected',
  );

  const bob = await stage.visit(t, { room, screen: PHONE });
  await bob.join('Bob');
  await anna.find('notice').filter({ hasText: 'Bob is here.' }).waitFor();
  assert.equal(await anna.find('notice').getAttribute('role'), 'status');
  assert.equal(await anna.find('chat-log').getAttribute('role'), 'log');

  await anna.find('chat-input').fill('Are you there?');
  await anna.page.keyboard.press('Enter');
  await bob.find('notice').filter({ hasText: 'Anna: Are you there?' }).waitFor();
  await bob.page.getByRole('button', { name: 'Chat 1 unread' }).waitFor();

  await bob.find('leave').click();
  await anna.find('notice').filter({ hasText: 'Bob left.' }).waitFor();
});

test('moves nothing for people who prefer that', async (t) => {
  const anna = await stage.visit(t, { room: 'no motion', reducedMotion: 'reduce' });
  await anna.join('Anna');
  await anna.open('room');
  await anna.find('lock').click();
  await anna.find('notice').filter({ hasText: 'You locked the room.' }).waitFor();
  const moving = await anna.page.evaluate(() => document.getAnimations().length);
  assert.equal(moving, 0);
});

test('what went wrong stays in sight until it is dismissed', async (t) => {
  const room = 'problems';
  const bob = await stage.visit(t, { room, screen: PHONE, permissions: [] });
  await bob.find('preview-again').waitFor();
  await bob.join('Bob');
  const problemWith = (device) =>
    bob.find('problem').filter({ hasText: `The browser may not use your ${device}.` });
  for (const device of ['camera', 'microphone']) {
    await bob.find(`mute-${device}`).click();
    await problemWith(device).waitFor();
  }
  assert.equal(await problemWith('camera').getAttribute('role'), 'alert');

  // What is said next takes nothing away, and no panel lies over it.
  await bob.open('chat');
  const anna = await stage.visit(t, { room });
  await anna.find('camera-switch').click();
  await anna.join('Anna');
  await bob.find('notice').filter({ hasText: 'Anna is here.' }).waitFor();
  assert.equal(await bob.find('problem').count(), 2);
  await assertGood(bob, 'the room with problems');

  await problemWith('microphone').locator('button').click();
  await problemWith('camera').waitFor();
  assert.equal(await bob.focus(), 'problem-dismiss');
  await bob.page.keyboard.press('Enter');
  await bob.find('problems').waitFor({ state: 'hidden' });
  assert.equal(await bob.focus(), 'room-name');
  assert.deepEqual([...anna.errors, ...bob.errors], []);
});
