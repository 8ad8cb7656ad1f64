import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM =
  process.env.SKYLINK_SERVER ??
  fileURLToPath(new URL('../../../target/server/skylink-server', import.meta.url));

const START_LIMIT_MS = 20_000;

/** A running `skylink-server`. */
export class Server {
  #process;
  #flags;
  #folder;
  #lines = [];

  constructor(flags, folder) {
    this.#flags = flags;
    this.#folder = folder;
  }

  /**
   * Starts the program and resolves when it says that it is ready.
   *
   * @param {{listen?: string, config?: string, flags?: string[]}} settings
   *   `config` is the text of a configuration file.
   */
  static async start({ listen = '127.0.0.1:0', config, flags = [] } = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'skylink-e2e-'));
    const all = ['--listen', listen, '--data', join(folder, 'data'), ...flags];
    if (config) {
      const file = join(folder, 'server.toml');
      await writeFile(file, config);
      all.push('--config', file);
    }
    const server = new Server(all, folder);
    await server.#launch();
    return server;
  }

  async #launch() {
    this.#process = spawn(PROGRAM, this.#flags, { stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      await this.#ready();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Kills the program, as if it had crashed. {@link restart} starts it again. */
  async crash() {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** Ends the program and starts it again with the same data, perhaps on another port. */
  async restart() {
    await this.#end();
    await this.#launch();
  }

  #ready() {
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${PROGRAM}: ${why}\n${this.output}`));
      const timer = setTimeout(() => fail('not ready in time'), START_LIMIT_MS);
      const settle = (action) => (value) => {
        clearTimeout(timer);
        action(value);
      };
      this.#process.once(
        'error',
        settle((error) => fail(error.message)),
      );
      this.#process.once(
        'exit',
        settle((code) => fail(`ended with code ${code}`)),
      );
      const read = (line) => {
        this.#lines.push(line);
        const ready = /ready on (http:\/\/\S+)/.exec(line);
        if (ready) {
          this.url = new URL(ready[1]);
          settle(resolve)();
        }
      };
      createInterface(this.#process.stdout).on('line', read);
      createInterface(this.#process.stderr).on('line', (line) => this.#lines.push(line));
    });
  }

  /** Where the program keeps what outlives it. */
  get data() {
    return join(this.#folder, 'data');
  }

  /** `host:port`. */
  get host() {
    return this.url.host;
  }

  /** Of the program that runs now. */
  get pid() {
    return this.#process.pid;
  }

  /** Everything that the program has printed. */
  get output() {
    return this.#lines.join('\n');
  }

  async #end() {
    const program = this.#process;
    if (program.pid !== undefined && program.exitCode === null && program.signalCode === null) {
      const ended = once(program, 'exit');
      program.kill('SIGTERM');
      const killer = setTimeout(() => program.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(killer);
    }
  }

  async stop() {
    await this.#end();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
