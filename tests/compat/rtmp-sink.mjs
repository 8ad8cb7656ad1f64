import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const NGINX = '/usr/sbin/nginx';
const MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';
const WAIT_LIMIT_MS = 30_000;
const POLL_MS = 500;

const listening = async (server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
};

/** A port of this machine that nobody listens on. */
export async function freePort() {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** Packets of each codec in a file, `{ h264, aac }`: a header promises more than there may be. */
async function probe(path) {
  const { stdout } = await promisify(execFile)('ffprobe', [
    ...['-v', 'error', '-count_packets', '-of', 'json'],
    ...['-show_entries', 'stream=codec_name,nb_read_packets', path],
  ]);
  const { streams } = JSON.parse(stdout);
  return Object.fromEntries(
    streams.map(({ codec_name: codec, nb_read_packets: packets }) => [codec, Number(packets)]),
  );
}

/** Debian's nginx with its RTMP module, which records whatever is published to it. */
export class RtmpSink {
  #folder;
  #port;
  #process;
  #hooks = createHttpServer((request, response) => this.#take(request, response));
  #waiting = new Set();
  /** Files of before the latest start. */
  #old = new Set();

  /** Publications so far: `{ name, path }`, where `path` is the file once it is complete. */
  published = [];

  static async start() {
    const sink = new RtmpSink();
    sink.#folder = await mkdtemp(join(tmpdir(), 'skylink-rtmp-'));
    sink.#port = await freePort();
    const hooks = `http://127.0.0.1:${await listening(sink.#hooks)}`;
    await writeFile(
      join(sink.#folder, 'nginx.conf'),
      `load_module ${MODULE};
      daemon off; master_process off; worker_processes 1; pid nginx.pid; error_log stderr notice;
      ${process.getuid() === 0 ? 'user root;' : ''}
      events { worker_connections 64; }
      rtmp { server { listen 127.0.0.1:${sink.#port}; application live {
        live on; record all; record_path ${sink.#folder}; record_suffix -%s.flv; record_unique on;
        on_publish ${hooks}/publish; on_record_done ${hooks}/recorded;
      } } }`,
    );
    await sink.launch();
    return sink;
  }

  /** Where to publish under a stream key. */
  endpoint(key) {
    return `rtmp://127.0.0.1:${this.#port}/live/${key}`;
  }

  async launch() {
    const flags = ['-e', 'stderr', '-p', this.#folder, '-c', join(this.#folder, 'nginx.conf')];
    const nginx = spawn(NGINX, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = nginx;
    let log = '';
    await new Promise((resolve, reject) => {
      nginx.once('error', reject);
      nginx.once('exit', () => reject(new Error(`nginx ended: ${log}`)));
      nginx.stderr.on('data', (data) => {
        log += data;
        // It says its version once it listens.
        if (log.includes('nginx/')) resolve();
      });
    });
  }

  /** Ends the program, with all its connections. */
  async halt() {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    this.#old = new Set(await this.#files());
  }

  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.halt();
    this.#hooks.close();
    this.#hooks.closeAllConnections();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #take(request, response) {
    let body = '';
    for await (const part of request) body += part;
    const told = new URLSearchParams(body);
    const name = told.get('name');
    if (request.url === '/publish') this.published.push({ name, path: null });
    else {
      const open = this.published.findLast((one) => one.name === name);
      if (open) open.path = told.get('path');
    }
    response.end();
    for (const check of this.#waiting) check();
  }

  /** Resolves with what the latest recording of a key holds once it is complete. */
  async recording(name) {
    const latest = () => this.published.findLast((one) => one.name === name)?.path;
    return probe(await this.#until(latest, `the recording of ${name}`));
  }

  /**
   * Resolves when more than so many pictures and packets of sound have come under a key since the
   * latest start of the program.
   */
  async receives(name, count = 5) {
    const end = Date.now() + WAIT_LIMIT_MS;
    for (;;) {
      const file = (await this.#files()).find(
        (one) => one.startsWith(`${name}-`) && !this.#old.has(one),
      );
      const { h264 = 0, aac = 0 } = file ? await this.#probe(file) : {};
      if (h264 > count && aac > count) return;
      if (Date.now() > end) {
        throw new Error(`${name}: nginx got ${h264} pictures and ${aac} packets of sound`);
      }
      await sleep(POLL_MS);
    }
  }

  async #files() {
    return (await readdir(this.#folder)).filter((name) => name.endsWith('.flv'));
  }

  /** Of a file that has just been begun nothing is known yet. */
  #probe(name) {
    return probe(join(this.#folder, name)).catch(() => ({}));
  }

  #until(condition, what) {
    return new Promise((resolve, reject) => {
      const check = () => {
        const result = condition();
        if (!result) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(result);
      };
      const fail = () => reject(new Error(`nginx was not told of ${what} in time`));
      const timer = setTimeout(fail, WAIT_LIMIT_MS);
      this.#waiting.add(check);
      check();
    });
  }
}
