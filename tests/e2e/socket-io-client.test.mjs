// The Socket.IO client that skylinkjs brings, without a page, on each way that it can take.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Server } from './harness/server.mjs';

const io = createRequire(import.meta.resolve('skylinkjs'))('socket.io-client');

const WAYS = {
  polling: ['polling'],
  'polling, then a WebSocket': ['polling', 'websocket'],
  'a WebSocket alone': ['websocket'],
};
const MANY = 300;
const LIMIT = { timeout: 60_000 };

class Member {
  #api;
  #heard = [];
  #waiting = null;

  static async join(server, transports, inRoom = 'lobby') {
    const answer = await fetch(new URL(`/api/demo/${inRoom}`, server.url));
    const member = new Member(await answer.json(), server, transports);
    await once(member.socket, 'connect');
    member.#sendJoin();
    const { type, sid } = await member.next();
    assert.equal(type, 'inRoom');
    member.id = sid;
    return member;
  }

  constructor(api, server, transports) {
    this.#api = api;
    const query = { Skylink_SDK_type: 'Web SDK', 'X-Server-Select': 'sig-v2' };
    const settings = { forceNew: true, reconnection: false, transports, query };
    this.socket = io(server.url.href, settings);
    this.socket.on('message', (text) => {
      this.#heard.push(JSON.parse(text));
      this.#waiting?.();
    });
  }

  #sendJoin() {
    const { username, cid, userCred, timeStamp, apiOwner, roomCred, start, len } = this.#api;
    const pass = { userCred, timeStamp, apiOwner, roomCred, start, len };
    const rights = { isPrivileged: false, autoIntroduce: true, key: 'demo' };
    this.send({ type: 'joinRoom', uid: username, cid, ...pass, ...rights });
  }

  send(message) {
    this.socket.send(JSON.stringify({ ...message, rid: this.#api.room_key }));
  }

  async next() {
    while (this.#heard.length === 0) {
      await new Promise((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.#heard.shift();
  }

  get transport() {
    return this.socket.io.engine.transport.name;
  }
}

async function withServer(flags, act) {
  const server = await Server.start({ flags });
  try {
    await act(server);
  } finally {
    await server.stop();
  }
}

const numbers = [...Array(MANY).keys()];

async function heardNumbers(member) {
  const heard = [];
  while (heard.length < MANY) {
    const { type, data } = await member.next();
    assert.equal(type, 'message');
    heard.push(data);
  }
  return heard;
}

for (const [way, transports] of Object.entries(WAYS)) {
  test(`by ${way}: messages of both in order, and its end is told`, LIMIT, () =>
    withServer([], async (server) => {
      const member = await Member.join(server, transports);
      const other = await Member.join(server, ['websocket']);
      // Some of them are under way while the client changes over.
      for (const data of numbers) {
        member.send({ type: 'message', data });
        other.send({ type: 'message', data });
      }
      assert.deepEqual(await heardNumbers(member), numbers);
      assert.deepEqual(await heardNumbers(other), numbers);
      if (transports.length > 1 && member.transport === 'polling') {
        await once(member.socket.io.engine, 'upgrade');
      }
      assert.equal(member.transport, transports.at(-1));
      const odd = '"quoted" \\ \u0007 \u2028 é 😀 </script>';
      other.send({ type: 'message', data: odd.repeat(2000) });
      assert.equal((await member.next()).data, odd.repeat(2000));
      member.send({ type: 'message', data: odd.repeat(2000) });
      assert.equal((await other.next()).data, odd.repeat(2000));

      member.socket.close();
      const bye = await other.next();
      assert.deepEqual([bye.type, bye.mid], ['bye', member.id]);
      other.socket.close();
    }),
  );

  test(`by ${way}: a connection outlives its heartbeats`, LIMIT, () =>
    withServer(['--ping-interval-seconds', '1', '--ping-timeout-seconds', '1'], async (server) => {
      const member = await Member.join(server, transports);
      for (let heartbeats = 0; heartbeats < 4; heartbeats += 1) {
        await once(member.socket, 'pong');
      }
      assert.equal(member.socket.connected, true);
      member.socket.close();
    }),
  );

  test(`by ${way}: a server that ends says so`, LIMIT, () =>
    withServer([], async (server) => {
      const member = await Member.join(server, transports);
      if (transports.length > 1 && member.transport === 'polling') {
        await once(member.socket.io.engine, 'upgrade');
      }
      const ended = once(member.socket, 'disconnect');
      await server.stop();
      assert.deepEqual(await ended, ['transport close']);
    }),
  );
}

test('a namespace that does not exist is refused', LIMIT, () =>
  withServer([], async (server) => {
    const socket = io(new URL('/admin', server.url).href, { forceNew: true, reconnection: false });
    const refusal = new Promise((resolve) => {
      socket.once('error', resolve);
    });
    assert.equal(await refusal, 'Invalid namespace');
    socket.close();
  }),
);

test('newer protocols are refused', LIMIT, () =>
  withServer([], async (server) => {
    const answer = await fetch(new URL('/socket.io/?EIO=4&transport=polling', server.url));
    assert.equal(answer.status, 400);
    assert.deepEqual(await answer.json(), { code: 5, message: 'Unsupported protocol version' });
  }),
);
