import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROBES = fileURLToPath(new URL('page/probes.js', import.meta.url));
const DEVICES = ['camera', 'microphone'];
const WAIT_LIMIT_MS = 30_000;
const POLL_MS = 400;
const HISTORY_LINES = 80;

/** Parts of a payload that are long and say little about what went wrong. */
const LENGTHY = new Set(['peerInfo', 'room', 'socketSession', 'stats', 'value']);

/** What must grow when media flows. Sound is only counted when it is played. */
const COUNTERS = {
  audio: { track: 'audio', keys: ['packets', 'energy'] },
  audioPackets: { track: 'audio', keys: ['packets'] },
  video: { track: 'video', keys: ['packets', 'frames'] },
};

function flows(kind, now, before) {
  const { track, keys } = COUNTERS[kind];
  return keys.every((key) => (now[track]?.[key] ?? 0) > (before?.[track]?.[key] ?? 0));
}

/** One client in a page of its own, driven from the test. */
export class Client {
  #waiting = new Set();
  #pending = new Map();
  #started = Date.now();

  /** Every event in its order: `{ name, detail, at }`; a method's outcome is `#method resolved`. */
  events = [];

  /** How long a method may take to settle. */
  callLimitMs = WAIT_LIMIT_MS;

  /** Uncaught errors and unhandled rejections of the page. */
  pageErrors = [];

  constructor(kind, name, context, page) {
    this.kind = kind;
    this.name = name;
    this.context = context;
    this.page = page;
  }

  /**
   * Opens a page with the client's script, without creating an instance yet. With a `path`, an
   * `ImpairedPath`, its peers are reached over that.
   */
  static async open({ browser, address, kind, name, path, permissions = DEVICES }) {
    const context = await browser.newContext({ permissions });
    await path?.install(context);
    await context.addInitScript({ path: PROBES });
    const page = await context.newPage();
    const client = new Client(kind, name, context, page);
    page.on('pageerror', (error) => client.#takePageError(String(error.stack ?? error)));
    await page.exposeFunction('reportEvent', (event) => client.#take(event));
    await page.goto(address);
    const ready = await page.evaluate(() => Boolean(window.driver));
    assert.ok(ready, `the page of ${kind} did not start: ${await page.content()}`);
    return client;
  }

  /** `new Skylink(options)`; remote streams are played unless told otherwise. */
  create(options, plays = true) {
    return this.page.evaluate((given) => window.driver.create(...given), [options, plays]);
  }

  #takePageError(text) {
    // skylinkjs posts its statistics over https whatever the options say.
    if (this.kind === 'skylinkjs' && text.includes('Failed to fetch')) return;
    this.pageErrors.push(text);
  }

  #take(event) {
    this.#pending.set(event.index, event);
    while (this.#pending.has(this.events.length)) {
      const next = this.#pending.get(this.events.length);
      this.#pending.delete(this.events.length);
      this.events.push({ name: next.name, detail: next.detail, at: Date.now() - this.#started });
    }
    for (const check of [...this.#waiting]) check();
  }

  /** A place in the record of events, to look only at what comes later. */
  mark() {
    return this.events.length;
  }

  /** The details of the events of one name that fit, recorded so far. */
  seen(name, fits = () => true, after = 0) {
    return this.events
      .slice(after)
      .filter((event) => event.name === name && fits(event.detail))
      .map((event) => event.detail);
  }

  /** Resolves with the detail of the first event that fits, be it recorded already or to come. */
  waitFor(name, fits = () => true, { after = 0, limit = WAIT_LIMIT_MS } = {}) {
    return this.until(() => this.seen(name, fits, after)[0], `event ${name} (${fits})`, limit);
  }

  /** Resolves with what `condition` gives as soon as that is truthy; asked after every event. */
  until(condition, what, limit = WAIT_LIMIT_MS) {
    return new Promise((resolve, reject) => {
      const finish = (action, value) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        action(value);
      };
      const check = () => {
        const result = condition();
        if (result) finish(resolve, result);
      };
      const timer = setTimeout(() => {
        finish(reject, new Error(`${this.name} (${this.kind}) waited ${limit} ms for ${what}`));
      }, limit);
      this.#waiting.add(check);
      check();
    });
  }

  /**
   * Resolves when a whole round of negotiation is over that began after the mark: an
   * acknowledgement alone may be that of a round before, and 2.7.2 refuses much until its own is
   * done.
   */
  waitForRound(after = 0) {
    const isOver = () => {
      const steps = this.seen('handshakeProgress', () => true, after).map(({ state }) => state);
      const offer = steps.indexOf('offer');
      return offer >= 0 && steps.indexOf('answerAck', offer) >= 0;
    };
    return this.until(isOver, 'the end of a round');
  }

  /** Resolves when no round of negotiation is under way, as far as the client has heard. */
  waitForStability() {
    const signaling = ['stable', 'have-local-offer', 'have-remote-offer'];
    const isStable = () => {
      const step = this.seen('handshakeProgress').at(-1)?.state;
      const state = this.seen('peerConnectionState', (detail) => signaling.includes(detail.state));
      return step === 'answerAck' && state.at(-1)?.state === 'stable';
    };
    return this.until(isStable, 'the end of all rounds');
  }

  /** Calls a method; gives `{ value }` or `{ error }`, also when it takes too long. */
  async attempt(method, ...argumentList) {
    const call = this.page.evaluate(
      ([name, rest]) => window.driver.call(name, ...rest),
      [method, argumentList],
    );
    let timer;
    const tooLong = new Promise((_, reject) => {
      const why = `${this.name} (${this.kind}): ${method} did not settle in ${this.callLimitMs} ms`;
      timer = setTimeout(() => reject(new Error(why)), this.callLimitMs);
    });
    try {
      return await Promise.race([call, tooLong]);
    } finally {
      clearTimeout(timer);
      call.catch(() => {});
    }
  }

  /** Calls several methods in one task of the page; gives the outcome of each. */
  attemptTogether(calls) {
    return this.page.evaluate(
      (list) => Promise.all(list.map((parts) => window.driver.call(...parts))),
      calls,
    );
  }

  /** Calls a method that must succeed and gives its value. */
  async call(method, ...argumentList) {
    const { value, error } = await this.attempt(method, ...argumentList);
    if (error !== undefined) {
      throw new Error(`${this.name} (${this.kind}): ${method} failed: ${JSON.stringify(error)}`);
    }
    return value;
  }

  /** Joins and resolves when the server has let the client in. */
  async join(roomName, options = {}) {
    const after = this.mark();
    const streams = await this.call('joinRoom', { roomName, userData: this.name, ...options });
    const fits = (detail) => detail.isSelf && detail.room.roomName === roomName;
    this.id = (await this.waitFor('peerJoined', fits, { after })).peerId;
    return streams;
  }

  /** What has been received from a peer: `{ audio: { packets, … }, video: { frames, … } }`. */
  receivedFrom(peerId) {
    return this.page.evaluate((id) => window.driver.receivedFrom(id), peerId);
  }

  /** Resolves when media of the kinds has come from a peer, more than `since` if that is given. */
  async waitForMedia(peer, kinds = ['audio', 'video'], since = null, limit = WAIT_LIMIT_MS) {
    const enough = (now) => kinds.every((kind) => flows(kind, now, since));
    const ask = () => this.receivedFrom(peer.id);
    try {
      return await this.#poll(ask, enough, limit);
    } catch (cause) {
      const now = JSON.stringify(await ask());
      const states = await this.connectionStates();
      const what = `${kinds.join(' and ')} from ${peer.name} (${peer.kind})`;
      const text = `${this.name} (${this.kind}) got no ${what}; received ${now}, connections ${states}`;
      throw new Error(text, { cause });
    }
  }

  /** Resolves when pictures of one remote stream have been decoded. */
  waitForFrames(streamId) {
    const ask = () => this.page.evaluate((id) => window.driver.framesOf(id), streamId);
    return this.#poll(ask, (frames) => frames > 0);
  }

  /**
   * skylinkjs drops the connection to a peer half a second after its goodbye, and a `leaveRoom`
   * called before that never settles: wait until so many connections are left. Ours needs no such
   * care.
   */
  async waitForConnectionCount(roomName, count) {
    if (this.kind !== 'skylinkjs') return;
    const ask = () => this.attempt('getConnectionStatus', roomName);
    await this.#poll(ask, ({ value, error }) =>
      /not initialised/.test(error?.message) ? count === 0 : value?.length === count,
    );
  }

  /** Resolves when the browser has heard from a peer how sound and picture arrive there. */
  async waitForReceiverReports(roomName, peer) {
    const isReported = (sending) => typeof sending?.jitter === 'number';
    await this.#poll(
      () => this.call('getConnectionStatus', roomName, peer.id),
      ([status]) => isReported(status?.audio?.sending) && isReported(status?.video?.sending),
    );
  }

  /** Asks again and again what no event tells, such as counters of the browser. */
  async #poll(ask, enough, limit = WAIT_LIMIT_MS) {
    const end = Date.now() + limit;
    for (;;) {
      const answer = await ask();
      if (enough(answer)) return answer;
      if (Date.now() > end) throw new Error(`${this.name} (${this.kind}) waited in vain`);
      await sleep(POLL_MS);
    }
  }

  connectionStates() {
    return this.page.evaluate(() => window.driver.connectionStates());
  }

  localTracks() {
    return this.page.evaluate(() => window.driver.localTracks());
  }

  capture(constraints) {
    return this.page.evaluate((given) => window.driver.capture(given), constraints);
  }

  close() {
    return this.context.close();
  }

  /** The last events in plain lines, for the report of a failed test. */
  history() {
    const brief = (key, value) => (LENGTHY.has(key) ? undefined : value);
    const lines = this.events.slice(-HISTORY_LINES).map(({ name, detail, at }) => {
      return `  ${(at / 1000).toFixed(3)} ${name} ${JSON.stringify(detail, brief)?.slice(0, 200)}`;
    });
    const errors = this.pageErrors.map((error) => `  uncaught: ${error}`);
    return [`${this.name} (${this.kind}, ${this.id ?? 'no id yet'}):`, ...lines, ...errors].join(
      '\n',
    );
  }
}
