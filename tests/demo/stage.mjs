import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../e2e/harness/browser.mjs';
import { Server } from '../e2e/harness/server.mjs';

const DEMO = process.env.SKYLINK_DEMO ?? fileURLToPath(new URL('../../www/dist/', import.meta.url));
const WITNESS = fileURLToPath(new URL('witness.js', import.meta.url));
const ALL_PERMISSIONS = ['camera', 'microphone', 'clipboard-read', 'clipboard-write'];
const WAIT_LIMIT_MS = 30_000;

export const PHONE = { width: 360, height: 740 };
export const TABLET = { width: 820, height: 1180 };
export const DESKTOP = { width: 1440, height: 900 };

/** The real server with the built demo, and a browser; every visitor has a profile of their own. */
export function setStage({ flags, config } = {}) {
  const stage = { server: null, browser: null, visit, restartServer };

  before(async () => {
    [stage.server, stage.browser] = await Promise.all([
      startServer('127.0.0.1:0'),
      launchBrowser(flags),
    ]);
  });

  after(async () => {
    await stage.browser?.close();
    await stage.server?.stop();
  });

  function startServer(listen) {
    return Server.start({ listen, config, flags: ['--www', DEMO] });
  }

  async function restartServer() {
    stage.server = await startServer(stage.server.host);
  }

  /** Opens the demo, until the test is over. */
  async function visit(
    t,
    { room = 'lobby', query = {}, screen = DESKTOP, permissions, inject, ...more } = {},
  ) {
    const context = await stage.browser.newContext({
      viewport: screen,
      permissions: permissions ?? ALL_PERMISSIONS,
      ...more,
    });
    t.after(() => context.close());
    context.setDefaultTimeout(WAIT_LIMIT_MS);
    await context.addInitScript({ path: WITNESS });
    if (inject) await context.addInitScript(inject);
    const page = await context.newPage();
    const visitor = new Visitor(page);
    const search = new URLSearchParams({ room, ...query });
    await page.goto(`http://${stage.server.host}/?${search}`);
    return visitor;
  }

  return stage;
}

/** Somebody at the page; finds things by their `data-test` name. */
class Visitor {
  constructor(page) {
    this.page = page;
    this.errors = [];
    page.on('pageerror', (error) => this.errors.push(String(error.stack ?? error)));
  }

  find(name) {
    return this.page.locator(`[data-test="${name}"]`);
  }

  async fillIn(name) {
    await this.find('name').fill(name);
  }

  async join(name) {
    await this.fillIn(name);
    await this.find('join').click();
    await this.phase('joined');
  }

  /** Opens a panel by its button, on narrow screens by way of "More". */
  async open(panel) {
    const button = this.find(`open-${panel}`);
    if (await button.isVisible()) {
      if ((await button.getAttribute('aria-expanded')) === 'true') return;
      await button.click();
    } else {
      await this.find('open-more').click();
      await this.find(`more-${panel}`).click();
    }
    await this.page.locator(`[data-test="panel"][data-panel="${panel}"]`).waitFor();
  }

  /** Chooses who gets the next message: names, or nobody for everyone. */
  async writeTo(...names) {
    await this.find('to-everyone').click();
    for (const name of names) await this.find('to-person').filter({ hasText: name }).click();
  }

  async say(text) {
    await this.find('chat-input').fill(text);
    await this.find('chat-send').click();
  }

  async lock(isLocked) {
    await this.open('room');
    await this.find('lock').click();
    await this.find('lock-mark').waitFor({ state: isLocked ? 'visible' : 'hidden' });
  }

  phase(phase) {
    return this.page.locator(`body[data-phase="${phase}"]`).waitFor();
  }

  /** Waits until so many people are shown and the connection to all of them stands. */
  async connectedWith(people) {
    await this.page.waitForFunction(
      (count) =>
        document.querySelectorAll('[data-test="tile"]').length === count &&
        document.querySelector('[data-test="status"]').dataset.state === 'connected',
      people,
    );
  }

  tileOf(name) {
    return this.find('tile').filter({ hasText: name });
  }

  /** Waits until the tile of somebody says so, for example `{ audio: 'muted' }`. */
  async tileSays(name, data) {
    const conditions = Object.entries(data).map(([key, value]) => `[data-${key}="${value}"]`);
    await this.page
      .locator(`[data-test="tile"]${conditions.join('')}`)
      .filter({ hasText: name })
      .waitFor();
  }

  /** The `data-test` name of what has the focus, or its tag. */
  focus() {
    return this.page.evaluate(() => {
      const { dataset, tagName } = document.activeElement;
      return dataset.test ?? tagName;
    });
  }

  async waitForFocus(name) {
    await this.page.waitForFunction(
      (wanted) => document.activeElement?.dataset.test === wanted,
      name,
    );
  }

  /** Presses Tab and tells where the focus is then, which must be visible. */
  async tab(key = 'Tab') {
    await this.page.keyboard.press(key);
    const hasOutline = await this.page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
    });
    const name = await this.focus();
    assert.ok(hasOutline, `the focus on ${name} cannot be seen`);
    return name;
  }
}
