import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setStage } from './stage.mjs';

const stage = setStage();

async function visitQuietly(t, name, { room, query }) {
  const visitor = await stage.visit(t, { room, query });
  for (const device of ['camera', 'microphone']) await visitor.find(`${device}-switch`).click();
  await visitor.join(name);
  await visitor.open('chat');
  return visitor;
}

async function addSecret(visitor, name, secret) {
  const options = visitor.find('chat-options');
  if ((await options.getAttribute('open')) === null) await options.locator('summary').click();
  await visitor.find('secret-name').fill(name);
  await visitor.find('secret-text').fill(secret);
  await visitor.find('secret-add').click();
  await visitor.page.waitForFunction(
    (wanted) => document.querySelector('[data-test="secret"]').selectedOptions[0].text === wanted,
    name,
  );
}

const received = (visitor, text) => visitor.find('message').filter({ hasText: text }).waitFor();

test('messages can be encrypted, and go from browser to browser', async (t) => {
  const room = 'secrets';
  const [anna, bob, carla] = await Promise.all(
    ['Anna', 'Bob', 'Carla'].map((name) => visitQuietly(t, name, { room })),
  );
  await Promise.all([anna, bob, carla].map((one) => one.connectedWith(3)));

  await addSecret(anna, 'team', 'correct horse');
  await addSecret(bob, 'team', 'correct horse');
  await anna.say('for the team');
  await received(bob, 'for the team');
  await anna.find('message').filter({ hasText: 'Encrypted with team' }).waitFor();
  await carla.find('chat-options').locator('summary').click();
  await carla.find('unreadable').filter({ hasText: 'Add the right one' }).waitFor();
  assert.equal(await carla.find('message').count(), 0);

  // Another secret, and none at all.
  await addSecret(anna, 'other', 'battery staple');
  await anna.find('secret-delete').click();
  await anna
    .find('chat-way')
    .filter({ hasText: /^Over the server$/ })
    .waitFor();
  await anna.say('for all');
  await received(carla, 'for all');
  await anna.find('secret').selectOption({ label: 'team' });
  await anna.find('chat-way').filter({ hasText: 'encrypted with team' }).waitFor();

  await anna.page.getByText('Peer to peer', { exact: true }).last().click();
  await anna.writeTo('Carla');
  await anna.say('without the server');
  await received(carla, 'without the server');
  const marks = await carla.find('message').last().innerText();
  assert.match(marks, /Private to you/);
  assert.match(marks, /Peer to peer/);
  assert.equal(await bob.find('message').filter({ hasText: 'without' }).count(), 0);
  assert.deepEqual(anna.errors, []);
});

test('kept messages are there for those who come later', async (t) => {
  const of = { room: 'history', query: { key: 'demo-persistent' } };
  const anna = await stage.visit(t, { room: of.room });
  await anna.find('join-settings').locator('summary').click();
  await anna.find('room-kind').selectOption({ label: 'Keeps messages for those who come later' });
  await anna.join('Anna');
  await anna.open('chat');
  assert.equal(new URL(anna.page.url()).searchParams.get('key'), of.query.key);
  await addSecret(anna, 'team', 'correct horse');
  await anna.find('chat-way').filter({ hasText: 'kept' }).waitFor();
  await anna.say('remember this');
  await received(anna, 'remember this');
  await anna.find('keep-messages').click();
  await anna.say('forget this');
  await received(anna, 'forget this');

  const bob = await visitQuietly(t, 'Bob', of);
  await bob.find('chat-options').locator('summary').click();
  await bob.find('unreadable').filter({ hasText: 'Add the right one' }).waitFor();
  await addSecret(bob, 'team', 'correct horse');
  await received(bob, 'remember this');
  assert.equal(await bob.find('message').getAttribute('data-earlier'), 'true');
  assert.match(await bob.find('message').innerText(), /Anna/);
  assert.equal(await bob.find('message').count(), 1);
  assert.equal(await bob.find('unreadable').innerText(), '');

  // The tab remembers the secret: after a reload the history is there at once.
  await bob.page.reload();
  await bob.join('Bob');
  await bob.open('chat');
  await received(bob, 'remember this');
});

test('the chat stays where somebody reads, and follows at its end', async (t) => {
  const room = 'reading';
  const anna = await visitQuietly(t, 'Anna', { room });
  const bob = await visitQuietly(t, 'Bob', { room });
  await anna.connectedWith(2);
  const log = anna.find('chat-log');
  const fromEnd = () =>
    log.evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight);
  for (const word of ['first', 'second']) {
    await bob.say(`${word} ${'and a long story '.repeat(110)}`);
    await received(anna, word);
  }
  assert.ok((await fromEnd()) < 2, 'it follows');

  await log.evaluate((list) => list.scrollTo(0, 10));
  await bob.say('third');
  await received(anna, 'third');
  assert.equal(await log.evaluate((list) => list.scrollTop), 10);

  // One's own words are looked for at the end, and so is what came while the chat was closed.
  await anna.say('fourth');
  await received(anna, 'fourth');
  assert.ok((await fromEnd()) < 2, 'one sees what one has written');
  await anna.find('panel-close').click();
  await bob.say('fifth');
  await anna.find('open-chat').filter({ hasText: '1' }).waitFor();
  await anna.open('chat');
  await received(anna, 'fifth');
  assert.ok((await fromEnd()) < 2, 'it opens at its end');
  await bob.say('sixth');
  await received(anna, 'sixth');
  assert.ok((await fromEnd()) < 2, 'it follows again');
  assert.deepEqual([...anna.errors, ...bob.errors], []);
});
