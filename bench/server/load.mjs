// Clients without a browser, as many as are asked for, in a process of their own. Speaks Engine.IO 3
// and Socket.IO 2 over WebSockets, one frame a packet, to either server. Driven over IPC:
// `{ id, name, given }` in, `{ id, value }` or `{ id, error }` out.
import { WebSocket } from 'ws';
import { askApi, JOINING_AT_ONCE, joinText, signalingUrl } from './entering.mjs';

let clients = [];
let received = 0;
let delays = null;
let wake = () => {};

class Client {
  #socket;

  static join(host, room) {
    return askApi(host, room).then(
      (api) =>
        new Promise((resolve, reject) => {
          const client = new Client();
          client.rid = api.room_key;
          client.#socket = new WebSocket(signalingUrl(host, api), {
            perMessageDeflate: false,
            skipUTF8Validation: true,
          });
          client.#socket.on('error', reject);
          client.#socket.on('message', (data) => {
            const frame = data.toString();
            if (frame === '40') client.send(joinText(api));
            else if (frame.includes('\\"inRoom\\"')) resolve(client);
            else if (frame.includes('\\"type\\":\\"message\\"')) client.#take(frame);
            else if (frame.includes('\\"type\\":\\"redirect\\"')) reject(new Error(frame));
          });
        }),
    );
  }

  #take(frame) {
    received += 1;
    if (delays) {
      const place = frame.indexOf('sentAt:') + 7;
      delays.push(performance.now() - Number(frame.slice(place, place + 14)));
    }
    wake();
  }

  send(text) {
    this.#socket.send(`42${JSON.stringify(['message', text])}`);
  }

  say(padding) {
    const data = `sentAt:${performance.now().toFixed(3).padStart(14, '0')}${padding}`;
    this.send(JSON.stringify({ type: 'message', rid: this.rid, mid: '', data, msgId: 'm' }));
  }

  close() {
    return new Promise((resolve) => {
      this.#socket.on('close', resolve);
      this.#socket.terminate();
    });
  }
}

const until = (condition, what) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${what}: ${received} messages came`)),
      120_000,
    );
    wake = () => {
      if (!condition()) return;
      clearTimeout(timer);
      wake = () => {};
      resolve();
    };
    wake();
  });

const padding = 'x'.repeat(100);

const actions = {
  /** So many clients more, in rooms of that size; seconds. */
  async join({ host, prefix, count, roomSize }) {
    const began = performance.now();
    let next = 0;
    const joinSome = async () => {
      while (next < count) {
        const room = `${prefix}-${Math.floor(next / roomSize)}`;
        next += 1;
        clients.push(await Client.join(host, room));
      }
    };
    await Promise.all(Array.from({ length: JOINING_AT_ONCE }, joinSome));
    return (performance.now() - began) / 1000;
  },

  /** Everybody speaks in turn; at most `window` deliveries are under way. Seconds, deliveries. */
  async flood({ messages, receivers, window, speakers = clients.length }) {
    received = 0;
    const began = performance.now();
    for (let sent = 0; sent < messages; sent += 1) {
      if (sent * receivers - received > window) {
        await until(() => sent * receivers - received < window / 2, 'flood');
      }
      clients[sent % speakers].say(padding);
    }
    await until(() => received >= messages * receivers, 'flood');
    return { seconds: (performance.now() - began) / 1000, delivered: received };
  },

  /** So many messages a second; milliseconds from saying to hearing. */
  async pace({ messages, receivers, perSecond }) {
    received = 0;
    delays = [];
    const began = performance.now();
    let sent = 0;
    while (sent < messages) {
      const due = Math.min(messages, ((performance.now() - began) / 1000) * perSecond);
      for (; sent < due; sent += 1) clients[sent % clients.length].say(padding);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
    await until(() => received >= messages * receivers, 'pace');
    const sorted = delays.sort((one, other) => one - other);
    delays = null;
    return { median: sorted[sorted.length >> 1], p99: sorted[Math.floor(sorted.length * 0.99)] };
  },

  async leave() {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
  },
};

process.on('message', async ({ id, name, given }) => {
  try {
    process.send({ id, value: await actions[name](given) });
  } catch (error) {
    process.send({ id, error: String(error.stack ?? error) });
  }
});
