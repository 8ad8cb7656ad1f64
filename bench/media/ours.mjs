import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Server } from '../../tests/e2e/harness/server.mjs';
import { askApi, joinText, signalingUrl } from './entering.mjs';
import { linesOf } from './clients.mjs';

const CONFIG = `
[keys.demo]
mcu = true

[limits]
room_members = 1000
message_burst = 1000000
messages_per_second = 0
bytes_per_second = 0
send_queue = 65536
send_bytes = 0
`;
const PING_EVERY_MS = 20_000;
const KINDS = { audio: 'AUDIO', video: 'VIDEO' };

/** One member: signalling as 2.7.2 does it, media by a client of `MediaClients`. */
class Member {
  #clients;
  #socket;
  #timer;

  constructor(clients, name) {
    this.#clients = clients;
    this.name = name;
  }

  #say(message) {
    const text = JSON.stringify({ mid: this.mid, rid: this.rid, target: 'MCU', ...message });
    this.#socket.send(`42${JSON.stringify(['message', text])}`);
  }

  /** Resolves when the media server has answered what it offers. */
  async enter(host, room, media) {
    const api = await askApi(host, room);
    this.rid = api.room_key;
    this.#socket = new WebSocket(signalingUrl(host, api), { perMessageDeflate: false });
    this.#timer = setInterval(() => this.#socket.send('2'), PING_EVERY_MS);
    await new Promise((resolve, reject) => {
      this.#socket.on('error', reject);
      this.#socket.on('message', async (data) => {
        const frame = data.toString();
        if (frame === '40') this.#socket.send(`42${JSON.stringify(['message', joinText(api)])}`);
        if (!frame.startsWith('42')) return;
        const message = JSON.parse(JSON.parse(frame.slice(2))[1]);
        try {
          if (await this.#hear(message, media)) resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** `true` for the answer to the first offer. */
  async #hear(message, media) {
    switch (message.type) {
      case 'inRoom':
        this.mid = message.sid;
        this.#say({ type: 'enter', publisherId: this.mid, userInfo: {} });
        return false;
      case 'welcome': {
        const sdp = await this.#clients.tell(this.name, 'offer', { ...media, channel: true });
        this.media = linesOf(sdp).map(({ kind, mid }) => ({
          publisherId: this.mid,
          mediaId: `${KINDS[kind]}_${this.name}`,
          mediaType: kind === 'audio' ? 'audioMic' : 'videoCamera',
          mediaState: 'active',
          transceiverMid: mid,
        }));
        this.#say({ type: 'offer', sdp, mediaInfoList: this.media, weight: 1, userInfo: {} });
        return false;
      }
      case 'answer':
        await this.#clients.tell(this.name, 'takeAnswer', { sdp: message.sdp });
        this.#say({ type: 'answerAck', success: true });
        return true;
      case 'offer': {
        const sdp = await this.#clients.tell(this.name, 'takeOffer', { sdp: message.sdp });
        this.#say({ type: 'answer', sdp, mediaInfoList: this.media });
        return false;
      }
      case 'redirect':
      case 'bye':
        throw new Error(JSON.stringify(message));
      default:
        return false;
    }
  }

  async leave() {
    clearInterval(this.#timer);
    const closed = once(this.#socket, 'close');
    this.#socket.terminate();
    await closed;
  }
}

/** `skylink-server` with rooms that have a media server. */
export class Ours {
  #server;
  #clients;
  #members = [];

  static async start(address, clients) {
    const flags = ['--log', 'error', '--media-listen', `${address}:0`];
    const ours = new Ours();
    ours.#clients = clients;
    ours.#server = await Server.start({ listen: `${address}:0`, config: CONFIG, flags });
    return ours;
  }

  get pid() {
    return this.#server.pid;
  }

  /**
   * A member that sends what `media` says, `{ pictures, sound }`, and gets everything of the others.
   *
   * @returns its name as a sender and as a receiver
   */
  async join(room, name, media) {
    const member = new Member(this.#clients, name);
    this.#members.push(member);
    await member.enter(this.#server.host, room, media);
    return { sender: name, receiver: name };
  }

  /** Somebody who only looks on. */
  async look(room, name) {
    const { receiver } = await this.join(room, name, {});
    return receiver;
  }

  /** Everybody gets what the others send, by itself. */
  meet() {}

  async stop() {
    await Promise.all(this.#members.map((member) => member.leave()));
    await this.#server.stop();
  }
}
