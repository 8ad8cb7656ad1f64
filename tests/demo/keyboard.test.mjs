import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PHONE, setStage } from './stage.mjs';

const stage = setStage();

async function tabThrough(visitor, count) {
  const order = [];
  for (let step = 0; step < count; step += 1) order.push(await visitor.tab());
  return order;
}

test('a call from joining to leaving with the keyboard alone', async (t) => {
  const room = 'keyboard';
  const anna = await stage.visit(t, { room, screen: PHONE });
  const { keyboard } = anna.page;
  await anna.find('microphone-choice').waitFor();
  const order = ['camera-switch', 'microphone-switch', 'microphone-choice', 'name', 'room', 'join'];
  assert.deepEqual(await tabThrough(anna, order.length), order);

  // Space works the switch, Enter in a field joins.
  await anna.find('camera-switch').focus();
  await keyboard.press('Space');
  assert.equal(await anna.find('camera-switch').getAttribute('aria-checked'), 'false');
  await anna.find('name').focus();
  await keyboard.type('Anna');
  await keyboard.press('Enter');
  await anna.phase('joined');
  await anna.waitForFocus('room-name');
  await anna.tileSays('Anna', { video: 'none', audio: 'on' });

  const inRoom = [
    'copy-link',
    'link',
    'mute-microphone',
    'mute-camera',
    'share-screen',
    'open-people',
    'open-chat',
    'open-more',
    'leave',
  ];
  assert.deepEqual(await tabThrough(anna, inRoom.length), inRoom);

  await anna.find('mute-microphone').focus();
  await keyboard.press('Enter');
  await anna.tileSays('Anna', { audio: 'muted' });
  assert.equal(await anna.focus(), 'mute-microphone');
  assert.equal(await anna.find('mute-microphone').getAttribute('aria-label'), 'Unmute microphone');

  // The chat takes the focus when it opens, and gives it back when Escape closes it.
  const bob = await stage.visit(t, { room });
  await bob.join('Bob');
  await anna.connectedWith(2);
  await anna.find('open-chat').focus();
  await keyboard.press('Enter');
  await anna.waitForFocus('chat-input');
  await keyboard.type('Hello Bob');
  await keyboard.press('Enter');
  await bob.find('message').filter({ hasText: 'Hello Bob' }).waitFor();
  assert.equal(await anna.focus(), 'chat-input');
  await keyboard.press('Escape');
  await anna.waitForFocus('open-chat');
  assert.equal(await anna.find('panel').isVisible(), false);

  // From the list of people to a private message.
  await anna.find('open-people').focus();
  await keyboard.press('Enter');
  await anna.find('write-to').focus();
  await keyboard.press('Enter');
  await anna.waitForFocus('chat-input');
  assert.equal(await anna.find('to-person').getAttribute('aria-pressed'), 'true');
  await keyboard.press('Escape');
  await anna.waitForFocus('open-chat');

  // A panel that has no button of its own on a phone.
  await anna.find('open-more').focus();
  await keyboard.press('Enter');
  await anna.waitForFocus('more-files');
  await anna.tab();
  assert.equal(await anna.tab(), 'more-room');
  await keyboard.press('Enter');
  await anna.find('lock').focus();
  await keyboard.press('Space');
  await anna.find('lock-mark').waitFor();
  await keyboard.press('Escape');
  await anna.waitForFocus('open-more');

  await anna.find('leave').focus();
  await keyboard.press('Enter');
  await anna.phase('form');
  assert.equal(await anna.page.evaluate(() => document.activeElement.id), 'join-heading');
  assert.equal(await anna.find('name').inputValue(), 'Anna');
});

test('a failed form puts the focus on the first fault', async (t) => {
  const anna = await stage.visit(t, { room: 'faults' });
  await anna.find('room').fill('a/b');
  await anna.page.keyboard.press('Enter');
  await anna.waitForFocus('name');
  assert.equal(await anna.find('name').getAttribute('aria-invalid'), 'true');
  await anna.fillIn('Anna');
  assert.equal(await anna.find('name').getAttribute('aria-invalid'), 'false');
  await anna.page.keyboard.press('Enter');
  await anna.waitForFocus('room');
  assert.equal(await anna.find('room').getAttribute('aria-invalid'), 'true');
});

test('files, statistics and a new way to somebody with the keyboard alone', async (t) => {
  const room = 'keyboard for files';
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
  const press = async (visitor, name) => {
    await visitor.find(name).focus();
    await visitor.page.keyboard.press('Enter');
  };

  // Long before it is asked for: a press of a key may overtake what this sets up in the browser.
  const choosing = anna.page.waitForEvent('filechooser', { timeout: 120_000 });

  // From the list of people to the files, with the receiver chosen.
  await press(anna, 'open-people');
  await press(anna, 'send-file-to');
  await anna.waitForFocus('files-choose');
  const receiver = anna.page.locator('[data-panel="files"] [data-test="to-person"]');
  assert.equal(await receiver.getAttribute('aria-pressed'), 'true');
  await anna.page.keyboard.press('Enter');
  const chooser = await choosing;
  await chooser.setFiles({
    name: 'plan.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('the plan'),
  });

  // The question comes before the tiles, and its answer can be reached by Tab.
  await bob.find('transfer-prompt').filter({ hasText: 'plan.txt' }).waitFor();
  await bob.find('copy-link').focus();
  assert.equal(await bob.tab(), 'prompt-accept');
  assert.equal(await bob.tab(), 'prompt-refuse');
  await press(bob, 'prompt-accept');
  await anna.page.locator('[data-test="transfer"][data-step="done"]').waitFor();
  await press(bob, 'open-more');
  await press(bob, 'more-files');
  await bob.find('save').waitFor();
  const [download] = await Promise.all([bob.page.waitForEvent('download'), press(bob, 'save')]);
  assert.equal(download.suggestedFilename(), 'plan.txt');
  await bob.page.keyboard.press('Escape');
  await bob.waitForFocus('open-more');

  await press(anna, 'open-statistics');
  await anna
    .find('now-received')
    .filter({ hasText: /bit\/s/ })
    .waitFor();
  await press(anna, 'statistics-copy');
  await anna.find('notice').filter({ hasText: 'copied' }).waitFor();
  await press(anna, 'open-people');
  await press(anna, 'refresh');
  await anna.find('notice').filter({ hasText: 'Looking for a new way to Bob' }).waitFor();
  await anna.tileSays('Bob', { connection: 'connected' });
  assert.deepEqual([...anna.errors, ...bob.errors], []);
});
