// Firefox, driven over WebDriver BiDi, with as much of Playwright's interface as `Client` needs.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

const PROGRAM =
  process.env.SKYLINK_FIREFOX ??
  ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((program) => existsSync(program));

const START_LIMIT_MS = 60_000;

/** A fake camera and microphone for everybody, plain addresses, nothing asked from elsewhere. */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.gmp-manager.updateEnabled': false,
  'app.normandy.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'remote.active-protocols': 1,
  'toolkit.telemetry.server': '',
};

/** One session of the protocol: commands with answers, and events. */
class Session {
  #socket;
  #last = 0;
  #waiting = new Map();
  #listeners = new Set();

  static async open(address) {
    const session = new Session();
    session.#socket = new WebSocket(`${address}/session`);
    await once(session.#socket, 'open');
    session.#socket.on('message', (data) => session.#take(JSON.parse(data)));
    await session.send('session.new', { capabilities: {} });
    return session;
  }

  #take(message) {
    if (message.type === 'event') {
      for (const listener of this.#listeners) listener(message.method, message.params);
      return;
    }
    const { resolve, reject } = this.#waiting.get(message.id) ?? {};
    this.#waiting.delete(message.id);
    if (message.type === 'success') resolve?.(message.result);
    else reject?.(new Error(`Firefox: ${message.error}: ${message.message}`));
  }

  send(method, params) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  listen(listener) {
    this.#listeners.add(listener);
  }

  async close() {
    this.#socket.close();
    await once(this.#socket, 'close');
  }
}

const asSource = (code) => (typeof code === 'function' ? String(code) : `() => (${code})`);

class Page {
  #session;
  #context;
  #exposed = new Map();
  #errorListeners = [];

  constructor(session, context) {
    this.#session = session;
    this.#context = context;
    session.listen((method, params) => {
      if (params.source?.context !== context) return;
      if (method === 'script.message') {
        this.#exposed.get(params.channel)?.(JSON.parse(params.data.value));
      } else if (method === 'log.entryAdded' && params.type === 'javascript') {
        for (const listener of this.#errorListeners) listener(new Error(params.text));
      }
    });
  }

  on(name, listener) {
    if (name === 'pageerror') this.#errorListeners.push(listener);
  }

  addInitScript(source, channel) {
    return this.#session.send('script.addPreloadScript', {
      functionDeclaration: `(send) => { ${source} }`,
      arguments: channel ? [{ type: 'channel', value: { channel } }] : [],
      contexts: [this.#context],
    });
  }

  /** The page's function gives nothing back; what it is given comes as a copy. */
  async exposeFunction(name, action) {
    const channel = `${name} ${this.#context}`;
    this.#exposed.set(channel, action);
    await this.addInitScript(`window.${name} = (given) => send(JSON.stringify(given));`, channel);
  }

  async goto(url) {
    const context = this.#context;
    await this.#session.send('browsingContext.navigate', { context, url, wait: 'complete' });
  }

  async evaluate(code, argument) {
    const given = argument === undefined ? '' : JSON.stringify(argument);
    const answer = await this.#session.send('script.evaluate', {
      expression: `(async () => JSON.stringify(await (${asSource(code)})(${given})))()`,
      target: { context: this.#context },
      awaitPromise: true,
      userActivation: true,
    });
    if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
    return answer.result.type === 'undefined' ? undefined : JSON.parse(answer.result.value);
  }

  async content() {
    return this.evaluate(() => document.documentElement.outerHTML);
  }

  async close() {
    await this.#session.send('browsingContext.close', { context: this.#context });
  }
}

/** What keeps pages apart: cookies and storage of its own. */
class Context {
  #session;
  #id;
  #scripts = [];

  constructor(session, id) {
    this.#session = session;
    this.#id = id;
  }

  /** @param {string | { path: string }} script its text, or the file that has it */
  async addInitScript(script) {
    this.#scripts.push(script.path ? await readFile(script.path, 'utf8') : script);
  }

  async newPage() {
    const { context } = await this.#session.send('browsingContext.create', {
      type: 'tab',
      userContext: this.#id,
      // Timers of hidden tabs are slowed down.
      background: false,
    });
    const page = new Page(this.#session, context);
    for (const script of this.#scripts) await page.addInitScript(script);
    return page;
  }

  async close() {
    await this.#session.send('browser.removeUserContext', { userContext: this.#id });
  }
}

class Firefox {
  #program;
  #session;
  #profile;

  constructor(program, session, profile) {
    this.#program = program;
    this.#session = session;
    this.#profile = profile;
  }

  async newContext() {
    const { userContext } = await this.#session.send('browser.createUserContext', {});
    return new Context(this.#session, userContext);
  }

  async close() {
    const ended = once(this.#program, 'exit');
    await this.#session.close();
    this.#program.kill('SIGTERM');
    await ended;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Resolves with the address that the browser tells on its error output. */
function addressOf(program) {
  return new Promise((resolve, reject) => {
    const lines = [];
    const fail = (why) => reject(new Error(`${PROGRAM}: ${why}\n${lines.join('\n')}`));
    const timer = setTimeout(() => fail('not ready in time'), START_LIMIT_MS);
    program.once('error', (error) => fail(error.message));
    program.once('exit', (code) => fail(`ended with code ${code}`));
    createInterface(program.stderr).on('line', (line) => {
      lines.push(line);
      const [, address] = /WebDriver BiDi listening on (ws:\S+)/.exec(line) ?? [];
      if (address) {
        clearTimeout(timer);
        resolve(address);
      }
    });
  });
}

/** Launches Firefox with a profile of its own. */
export async function launchFirefox() {
  const profile = await mkdtemp(join(tmpdir(), 'skylink-firefox-'));
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  await writeFile(join(profile, 'user.js'), lines.join('\n'));
  const program = spawn(
    PROGRAM,
    ['--headless', '--no-remote', '--remote-debugging-port', '0', '--profile', profile],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' },
    },
  );
  const session = await Session.open(await addressOf(program));
  await session.send('session.subscribe', { events: ['script.message', 'log.entryAdded'] });
  return new Firefox(program, session, profile);
}
