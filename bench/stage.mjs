import { launchBrowser } from '../tests/e2e/harness/browser.mjs';
import { ImpairedPath } from '../tests/e2e/harness/impaired-path.mjs';
import { Server } from '../tests/e2e/harness/server.mjs';
import { Site } from './site.mjs';

/** As many messages as come: the limits are for guests, not for measurements. */
export const CONFIG = `
[limits]
room_members = 1000
message_burst = 1000000
messages_per_second = 0
bytes_per_second = 0
send_queue = 65536
send_bytes = 0
`;

/** As cameras are. Whoever waits for the first picture waits for one or two intervals of it. */
export const QUICK_CAMERA = '--use-fake-device-for-media-stream=fps=30';

/**
 * What the measurements share: one server, one browser, one site for all of them, started with the
 * first that needs them.
 */
export class Stage {
  /** The path between pages, an `ImpairedPath`, while a measurement wants one. */
  path = null;
  server;
  site;
  browser;

  /**
   * @param {{ rounds: number, isQuick: boolean, tell: (line: string) => void }} settings
   * @param {Record<string, Buffer>} bundles by kind
   */
  constructor({ rounds, isQuick, tell }, bundles) {
    this.rounds = rounds;
    this.isQuick = isQuick;
    this.tell = tell;
    this.bundles = bundles;
  }

  /** The server, the pages and the browser. */
  async open() {
    this.server ??= await Server.start({ config: CONFIG });
    this.site ??= await Site.start(this.bundles);
    this.browser ??= await launchBrowser([QUICK_CAMERA]);
  }

  /** Runs an action with all pages that it opens on a path with these conditions. */
  async onPath(conditions, action) {
    this.path = await ImpairedPath.start(conditions);
    try {
      return await action(this.path);
    } finally {
      await this.path.stop();
      this.path = null;
    }
  }

  async close() {
    await this.browser?.close();
    await this.site?.stop();
    await this.server?.stop();
  }
}
