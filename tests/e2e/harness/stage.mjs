import { after, before, test } from 'node:test';
import { launchBrowser } from './browser.mjs';
import { Client } from './client.mjs';
import { launchFirefox } from './firefox.mjs';
import { Pages } from './pages.mjs';
import { Server } from './server.mjs';

const SCENE_LIMIT_MS = 360_000;

/** The options with which a client reaches a server on this machine over plain HTTP. */
export function optionsFor(host, more = {}) {
  return { appKey: 'demo', roomServer: `//${host}`, forceSSL: false, ...more };
}

/**
 * Server, browser and pages for the tests of one file.
 *
 * @param {{server?: object, flags?: string[], withFirefox?: boolean}} settings `server` goes to
 *   `Server.start`, `flags` to the browser; with Firefox there is `stage.firefox` as well.
 */
export function setStage({ server: serverSettings, flags, withFirefox = false } = {}) {
  const stage = { server: null, browser: null, firefox: null, pages: null, startServer };
  let rooms = 0;

  async function startServer(settings) {
    stage.server = await Server.start(settings);
    return stage.server;
  }

  before(async () => {
    await startServer(serverSettings);
    stage.pages = await Pages.start();
    stage.browser = await launchBrowser(flags);
    if (withFirefox) stage.firefox = await launchFirefox();
  });

  after(async () => {
    await stage.firefox?.close();
    await stage.browser?.close();
    await stage.pages?.stop();
    await stage.server?.stop();
  });

  /**
   * A test with clients of its own. The body gets `enter(kind, name, settings)`, which opens a
   * client, `step(title, body)` for a part of the story, and a fresh `room` name. When it fails,
   * the record of every client is printed. A `hostname` other than this machine's makes a page that
   * is not secure; the flags of the browser have to lead it here. A `path` (`ImpairedPath`) puts
   * delay, loss and partitions between the client and its peers.
   */
  stage.scene = (title, body) =>
    test(title, { timeout: SCENE_LIMIT_MS }, async (t) => {
      const cast = [];
      const tell = () => cast.forEach((client) => t.diagnostic(client.history()));
      rooms += 1;

      async function enter(
        kind,
        name,
        { options, permissions, plays, inject, browser, hostname, path } = {},
      ) {
        const address = stage.pages.address(kind, hostname);
        const client = await Client.open({
          browser: browser ?? stage.browser,
          address,
          kind,
          name,
          permissions,
          path,
        });
        cast.push(client);
        if (inject) await client.page.evaluate(inject);
        await client.create(optionsFor(stage.server.host, options), plays);
        return client;
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
        await body({ enter, step, room: `room-${rooms}` });
      } catch (error) {
        tell();
        throw error;
      } finally {
        await Promise.all(cast.map((client) => client.close()));
      }
    });

  return stage;
}
