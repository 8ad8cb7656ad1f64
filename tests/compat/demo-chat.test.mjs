import assert from 'node:assert/strict';
import { setDemoStage } from './demo-stage.mjs';

const scene = setDemoStage();

const message = '#chat_log .log-message-text';

async function join(demo, name) {
  await demo.fill('join_room_display_name', name);
  await demo.join();
  await demo.sees('#display_user_name', name);
}

async function send(demo, text) {
  await demo.fill('chat_input', text);
  await demo.click('send_message_button');
}

scene(
  'D-02, M-29, M-30, M-32, M-34, R-55: the chat runs unchanged',
  async ({ open, step, room }) => {
    const page = 'demos/collection/chat';
    const search = { appKey: 'demo-persistent' };
    const one = await open('ours', page, search);
    const other = await open('skylinkjs', page, search);
    const both = [
      [one, other],
      [other, one],
    ];
    await step('join with a name', async () => {
      await join(one, 'Ada');
      await join(other, 'Ben');
      await one.sees('#presence_list .name', 'Ben');
      await other.sees('#presence_list .name', 'Ada');
      await one.sees('#display_room_name', room);
      // Messages of this key are to be stored, unless told otherwise.
      for (const [demo] of both) await demo.page.locator('#set_persistent_message').uncheck();
    });
    for (const [demo, peer] of both) {
      await step(`${demo.kind}: a message to all`, async () => {
        await send(demo, `all ${demo.kind}`);
        await peer.sees('.remote-message', `all ${demo.kind}`);
        await demo.sees('.local-message', `all ${demo.kind}`);
        await peer.sees('.log-message-info', '[Socket][Public]');
      });
      await step(`${demo.kind}: a message for one`, async () => {
        await demo.page.locator('.select-user').check();
        await send(demo, `one ${demo.kind}`);
        await peer.sees('.remote-message', `one ${demo.kind}`);
        await peer.sees('.log-message-info', '[Socket][Private]');
      });
      await step(`${demo.kind}: peer to peer`, async () => {
        await demo.page.locator('#send_data_channel').check();
        await send(demo, `direct ${demo.kind}`);
        await peer.sees('.remote-message', `direct ${demo.kind}`);
        await peer.sees('.log-message-info', '[P2P][Private]');
        await demo.page.locator('.select-user').uncheck();
        await send(demo, `direct all ${demo.kind}`);
        await peer.sees('.remote-message', `direct all ${demo.kind}`);
        await demo.page.locator('#send_data_channel').uncheck();
      });
    }
    await step('secrets: set, select, read', async () => {
      for (const [demo] of both) {
        await demo.fill('encrypt_secret', 'a shared secret');
        await demo.fill('encrypt_secret_id', 'first');
        await demo.click('set_encrypt_secret_btn');
        await demo.page.locator('input[name="secret_ids"][value="first"]').check();
        await demo.sees('#secret_id_list', 'a shared secret');
      }
      for (const [demo, peer] of both) {
        await send(demo, `hidden ${demo.kind}`);
        await peer.sees('.remote-message', `hidden ${demo.kind}`);
      }
    });
    await step('stored messages are kept and read', async () => {
      for (const [demo] of both) await demo.page.locator('#set_persistent_message').check();
      await send(one, 'to be kept');
      await other.sees('.remote-message', 'to be kept');
      for (const [demo] of both) {
        await demo.click('get_stored_messages_button');
        await demo.sees('.remote-message', 'Stored Message');
      }
    });
    await step('a private message cannot be stored', async () => {
      for (const [demo] of both) {
        await demo.page.locator('.select-user').check();
        await send(demo, 'kept for one');
        await demo.sees(message, 'Persistent Message Error: Cannot persist private messages');
        await demo.page.locator('.select-user').uncheck();
        await demo.page.locator('#set_persistent_message').uncheck();
      }
    });
    await step('without the secret the error reaches the page', async () => {
      await one.click('clear_secret_ids_button');
      await one.gone('#secret_id_panel');
      await send(other, 'not for everybody');
      await one.sees(message, 'Decryption Error: Secrets not provided');
      assert.equal(await one.page.getByText('not for everybody').count(), 0);
    });
    await step('leave', async () => {
      await one.leave();
      await other.sees(message, 'Ada has left the chat');
    });
    await step('nothing else went wrong', () => one.assertNoErrors([/Failed decrypting message/]));
  },
);
