import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM =
  process.env.SKYLINK_IMPAIRED_PATH ??
  fileURLToPath(new URL('../../../target/server/impaired-path', import.meta.url));
const REWRITE = fileURLToPath(new URL('page/relayed-candidates.js', import.meta.url));

/**
 * A network with delay, loss and partitions between pages: the relay of `tools/impaired-path`, and
 * the script that makes pages know each other by relayed addresses alone.
 *
 * Conditions, all optional: `delayMs` (one way), `jitterMs`, `loss` (0 to 1), `bytesPerSecond` (of each
 * flow), `queueMs` (longest wait for that rate), `partitioned`.
 */
export class ImpairedPath {
  #process;
  #address;
  #conditions;

  static async start(conditions = {}) {
    const path = new ImpairedPath();
    path.#process = spawn(PROGRAM, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface(path.#process.stdout);
    const [line] = await Promise.race([
      once(lines, 'line'),
      once(path.#process, 'exit').then(([code]) => {
        throw new Error(`${PROGRAM} ended with code ${code}`);
      }),
    ]);
    path.#address = line.replace('ready on ', '');
    await path.set(conditions);
    return path;
  }

  async #ask(way, settings) {
    const response = await fetch(`${this.#address}${way}`, settings);
    if (!response.ok) throw new Error(`${way}: ${await response.text()}`);
    return response;
  }

  /** Replaces all conditions; what is not named is as on a perfect path. */
  async set(conditions) {
    this.#conditions = conditions;
    const headers = { 'content-type': 'application/json' };
    await this.#ask('/conditions', { method: 'PUT', headers, body: JSON.stringify(conditions) });
  }

  /** Nothing arrives any more, until `heal`. */
  async partition() {
    const before = this.#conditions;
    await this.set({ ...before, partitioned: true });
    this.#conditions = before;
  }

  heal() {
    return this.set(this.#conditions);
  }

  /** `{ sent, arrived, arrivedBytes, lost, overflowed, partitioned }`, datagrams so far. */
  async counters() {
    const response = await this.#ask('/counters');
    return response.json();
  }

  /** Leads what the pages of a browser context send each other over the path. Before they open. */
  async install(context) {
    await context.addInitScript(`window.relay = ${JSON.stringify(this.#address)};`);
    await context.addInitScript({ path: REWRITE });
  }

  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}
