import { once } from 'node:events';

/**
 * A process that is asked `{ id, name, given }` over its channel, and answers each question with
 * `{ id, value }` or `{ id, error }`.
 */
export class AskedProcess {
  #process;
  #waiting = new Map();
  #last = 0;

  /** @param {import('node:child_process').ChildProcess} process one that was started with a channel */
  constructor(process) {
    this.#process = process;
    process.on('message', ({ id, value, error }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Error(error));
      else resolve(value);
    });
  }

  ask(name, given = {}) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, name, given });
    });
  }

  async stop() {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}
