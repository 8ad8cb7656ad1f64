import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../tools/toolchain.mjs';

const PROGRAM = join(root, 'target/server/media-clients');

/** The program `tools/media-clients`: WebRTC clients without a browser. */
export class MediaClients {
  #process;
  #waiting = new Map();
  #last = 0;

  /** @param {string} address whose ports they have */
  constructor(address) {
    this.#process = spawn(PROGRAM, [address], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface(this.#process.stdout).on('line', (line) => {
      const { id, value, error } = JSON.parse(line);
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Error(error));
      else resolve(value);
    });
  }

  /** Tells a client what to do; `tools/media-clients/src/orders.rs` has the orders. */
  tell(client, order, given = {}) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.stdin.write(`${JSON.stringify({ id, client, order, ...given })}\n`);
    });
  }

  async stop() {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}

/** The lines of a description that carry media: `{ kind, mid }`. */
export function linesOf(sdp) {
  return sdp
    .split(/^m=/m)
    .slice(1)
    .map((section) => ({
      kind: section.split(' ', 1)[0],
      mid: /^a=mid:(\S+)/m.exec(section)?.[1],
    }))
    .filter(({ kind }) => kind === 'audio' || kind === 'video');
}
