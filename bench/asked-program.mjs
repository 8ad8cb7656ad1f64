import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../tools/toolchain.mjs';

/**
 * A program of this workspace that is asked `{ id, … }`, one JSON text a line, and answers each question
 * with `{ id, value }` or `{ id, error }`.
 */
export class AskedProgram {
  #process;
  #waiting = new Map();
  #last = 0;

  /** @param {string} name @param {string[]} args */
  constructor(name, args = []) {
    this.#process = spawn(join(root, 'target/server', name), args, {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface(this.#process.stdout).on('line', (line) => {
      const { id, value, error } = JSON.parse(line);
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Error(error));
      else resolve(value);
    });
  }

  ask(question) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
    });
  }

  async stop() {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}
