import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GRANTS_SCREENS, launchBrowser } from '../e2e/harness/browser.mjs';
import { Server } from '../e2e/harness/server.mjs';
import { DemoSite } from './demo-site.mjs';

const SCENE_LIMIT_MS = 180_000;
const KINDS = ['ours', 'skylinkjs'];

/** One of the demo pages, driven through its buttons. */
class Demo {
  errors = [];
  console = [];
  dialogs = 0;

  constructor(kind, page) {
    this.kind = kind;
    this.page = page;
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => this.errors.push(String(error.stack ?? error)));
    page.on('dialog', (dialog) => {
      this.dialogs += 1;
      dialog.accept();
    });
    page.on('console', (message) => this.console.push(message.text()));
  }

  click(id) {
    return this.page.locator(`#${id}`).click();
  }

  fill(id, text) {
    return this.page.locator(`#${id}`).fill(text);
  }

  /** Waits until the page says so. */
  async sees(selector, text) {
    const all = this.page.locator(selector);
    await (text === undefined ? all : all.filter({ hasText: text })).first().waitFor();
  }

  /** Waits until it is not there, or not shown. */
  gone(selector, text) {
    const all = this.page.locator(selector);
    const one = text === undefined ? all : all.filter({ hasText: text });
    return one.first().waitFor({ state: 'hidden' });
  }

  /** Waits for a condition in the page. */
  until(condition, argument) {
    return this.page.waitForFunction(condition, argument, { polling: 200 });
  }

  /** Joins with the page's own button and learns the own id from its panel. */
  async join() {
    await this.click('join_room_btn');
    await this.page.locator('#in_room_panel').waitFor();
    await this.until(() => !/Not|^$/.test(document.querySelector('#display_user_id').textContent));
    this.id = await this.page.locator('#display_user_id').textContent();
  }

  async leave() {
    await this.click('leave_room_btn');
    await this.page.locator('#join_room_panel').waitFor();
  }

  /** Waits until sound, or picture, of a peer is played. */
  plays(peer, tag = 'audio') {
    return this.until(
      ([id, name]) => {
        const element = document.querySelector(`#video${CSS.escape(id)} ${name}.${name}-obj`);
        return element?.srcObject?.active && element.currentTime > 0;
      },
      [peer.id, tag],
    );
  }

  /** Waits for the colour of a sign. */
  colour(selector, name) {
    return this.until(
      ([place, wanted]) => document.querySelector(place)?.style.color === wanted,
      [selector, name],
    );
  }

  /** Asserts that nothing went wrong in the page of ours, but what the test expects. */
  assertNoErrors(expected = []) {
    if (this.kind !== 'ours') return;
    const unexpected = this.errors.filter((text) => !expected.some((known) => known.test(text)));
    assert.deepEqual(unexpected, []);
  }
}

/** Server, browser and both kinds of demo site for the tests of one file. */
export function setDemoStage() {
  const sites = {};
  let server;
  let browser;
  let rooms = 0;

  before(async () => {
    server = await Server.start();
    for (const kind of KINDS) sites[kind] = await DemoSite.start(kind, server.host);
    browser = await launchBrowser([GRANTS_SCREENS]);
  });

  after(async () => {
    await browser?.close();
    await Promise.all(Object.values(sites).map((site) => site.stop()));
    await server?.stop();
  });

  /** The body gets `open(kind, page)`, `step(title, body)`; pages of one scene share a room. */
  return function scene(title, body) {
    test(title, { timeout: SCENE_LIMIT_MS }, async (t) => {
      const contexts = [];
      const demos = [];
      rooms += 1;
      const room = `demo-${rooms}`;

      async function open(kind, page, search = {}, script = '') {
        const permissions = ['camera', 'microphone'];
        const context = await browser.newContext({ permissions });
        await context.addInitScript(script);
        contexts.push(context);
        const demo = new Demo(kind, await sites[kind].open(context, page, { room, ...search }));
        demos.push(demo);
        return demo;
      }

      function tell() {
        for (const { kind, console: lines, errors } of demos) {
          t.diagnostic([kind, ...lines.slice(-40), ...errors].join('\n').slice(0, 8_000));
        }
      }

      async function step(part, action) {
        await t.test(part, async () => {
          try {
            await action();
          } catch (error) {
            tell();
            throw error;
          }
        });
      }

      try {
        await body({ open, step, room });
      } catch (error) {
        tell();
        throw error;
      } finally {
        await Promise.all(contexts.map((context) => context.close()));
      }
    });
  };
}
