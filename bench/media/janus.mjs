import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const PROGRAM = '/usr/bin/janus';
const PORT = 8188;
const START_LIMIT_MS = 20_000;
const ALIVE_EVERY_MS = 20_000;

/** Debian's package `janus` brings it. */
export const isThere = () => existsSync(PROGRAM);

/** One handle at the plugin VideoRoom, with a session and a socket of its own, as a page has it. */
class Handle {
  #socket;
  #timer;
  #waiting = new Map();
  #events = [];
  #wake = () => {};
  #up;
  #last = 0;

  static async open(url) {
    const handle = new Handle();
    handle.#socket = new WebSocket(url, 'janus-protocol', { perMessageDeflate: false });
    handle.#socket.on('message', (data) => handle.#hear(JSON.parse(data)));
    await once(handle.#socket, 'open');
    handle.session = (await handle.#ask({ janus: 'create' })).data.id;
    const plugin = 'janus.plugin.videoroom';
    handle.id = (await handle.#ask({ janus: 'attach', plugin })).data.id;
    handle.#timer = setInterval(() => void handle.#ask({ janus: 'keepalive' }), ALIVE_EVERY_MS);
    return handle;
  }

  /** Media can go over its connection. Nobody can ask for them before. */
  isUp = new Promise((resolve) => {
    this.#up = resolve;
  });

  #hear(message) {
    if (message.janus === 'webrtcup') this.#up();
    const waiting = this.#waiting.get(message.transaction);
    if (waiting && message.janus !== 'event') {
      this.#waiting.delete(message.transaction);
      if (message.janus === 'error') waiting.reject(new Error(message.error.reason));
      else waiting.resolve(message);
    }
    if (message.janus === 'event') {
      this.#events.push(message);
      this.#wake();
    }
  }

  #ask(given) {
    this.#last += 1;
    const transaction = String(this.#last);
    return new Promise((resolve, reject) => {
      this.#waiting.set(transaction, { resolve, reject });
      const ids = { session_id: this.session, handle_id: this.id };
      this.#socket.send(JSON.stringify({ transaction, ...ids, ...given }));
    });
  }

  /** A request of the plugin that it answers at once. */
  async request(body) {
    const { plugindata } = await this.#ask({ janus: 'message', body });
    if (plugindata?.data?.error) throw new Error(plugindata.data.error);
    return plugindata?.data;
  }

  /** One that an event answers: the one that `isIt`. */
  async say(body, jsep, isIt) {
    await this.#ask({ janus: 'message', body, jsep });
    for (;;) {
      const place = this.#events.findIndex(
        ({ plugindata, jsep: answer }) => plugindata.data.error || isIt(plugindata.data, answer),
      );
      if (place >= 0) {
        const [{ plugindata, jsep: answer }] = this.#events.splice(place, 1);
        if (plugindata.data.error) throw new Error(plugindata.data.error);
        return { data: plugindata.data, sdp: answer?.sdp };
      }
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close() {
    clearInterval(this.#timer);
    this.#socket.terminate();
  }
}

/** Debian's Janus with its plugin VideoRoom. */
export class Janus {
  #process;
  #folder;
  #clients;
  #url;
  #rooms = new Map();
  #handles = [];
  #feeds = new Map();

  static async start(address, clients) {
    const janus = new Janus();
    janus.#clients = clients;
    janus.#url = `ws://${address}:${PORT}`;
    await janus.#launch(address);
    return janus;
  }

  async #launch(address) {
    this.#folder = await mkdtemp(join(tmpdir(), 'skylink-janus-'));
    const files = {
      'janus.jcfg': `general: {
        configs_folder = "${this.#folder}"
        debug_level = 2
      }
      nat: { ice_enforce_list = "${address}" }
      media: { ipv6 = false }
      plugins: { disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so" }
      transports: { disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so" }
      `,
      'janus.transport.websockets.jcfg': `general: { json = "compact", ws = true, ws_port = ${PORT}, ws_ip = "${address}", wss = false }\n`,
      'janus.plugin.videoroom.jcfg': 'general: { }\n',
    };
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(this.#folder, name), text);
    }
    this.#process = spawn(PROGRAM, ['-F', this.#folder, '-C', join(this.#folder, 'janus.jcfg')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const end = Date.now() + START_LIMIT_MS;
    for (;;) {
      try {
        (await this.#open()).close();
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(100);
      }
    }
  }

  get pid() {
    return this.#process.pid;
  }

  async #open() {
    const handle = await Handle.open(this.#url);
    this.#handles.push(handle);
    return handle;
  }

  async #roomOf(name) {
    if (!this.#rooms.has(name)) {
      const room = this.#rooms.size + 1;
      this.#rooms.set(name, room);
      const handle = await this.#open();
      const settings = { publishers: 1000, bitrate: 0, fir_freq: 0, notify_joining: false };
      const codecs = { audiocodec: 'opus', videocodec: 'vp8' };
      await handle.request({ request: 'create', room, permanent: false, ...settings, ...codecs });
    }
    return this.#rooms.get(name);
  }

  /** A publisher. What it gets of others needs a connection of its own, see `meet`. */
  async join(roomName, name, media) {
    const room = await this.#roomOf(roomName);
    const handle = await this.#open();
    const joined = await handle.say(
      { request: 'join', ptype: 'publisher', room, display: name },
      undefined,
      ({ videoroom }) => videoroom === 'joined',
    );
    const sdp = await this.#clients.tell(name, 'offer', media);
    const { sdp: answer } = await handle.say(
      { request: 'publish' },
      { type: 'offer', sdp, trickle: false },
      (data, jsep) => jsep?.type === 'answer',
    );
    await this.#clients.tell(name, 'takeAnswer', { sdp: answer });
    await handle.isUp;
    const feeds = this.#feeds.get(roomName) ?? [];
    this.#feeds.set(roomName, [...feeds, { name, feed: joined.data.id }]);
    return { sender: name, receiver: `${name}-looks` };
  }

  /** Somebody who gets what everybody in the room sends, without `except`. */
  async look(roomName, name, except = null) {
    const room = await this.#roomOf(roomName);
    const feeds = this.#feeds.get(roomName).filter((feed) => feed.name !== except);
    const handle = await this.#open();
    const { sdp } = await handle.say(
      {
        request: 'join',
        ptype: 'subscriber',
        room,
        streams: feeds.map(({ feed }) => ({ feed })),
      },
      undefined,
      (data, jsep) => jsep?.type === 'offer',
    );
    const answer = await this.#clients.tell(name, 'takeOffer', { sdp });
    await handle.say(
      { request: 'start', room },
      { type: 'answer', sdp: answer, trickle: false },
      ({ started }) => started === 'ok',
    );
    return name;
  }

  /** Everybody gets what the others send. */
  async meet(roomName) {
    for (const { name } of this.#feeds.get(roomName)) {
      await this.look(roomName, `${name}-looks`, name);
    }
  }

  async stop() {
    for (const handle of this.#handles) handle.close();
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const killer = setTimeout(() => this.#process.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(killer);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
