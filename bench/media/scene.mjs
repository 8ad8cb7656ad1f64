// A process that measures media servers; in a network of its own, as `network.mjs` makes it, both get
// the same one. Driven over IPC: `{ id, name, given }` in, `{ id, value }` or `{ id, error }` out.
import { setTimeout as sleep } from 'node:timers/promises';
import { preciseProcessorTime, residentMemory, userTime } from '../processes.mjs';
import { MediaClients } from './clients.mjs';
import { Janus } from './janus.mjs';
import { Ours } from './ours.mjs';

const address = process.argv[2];
const KINDS = { ours: Ours, Janus };
const LIMIT_MS = 60_000;
const SETTLE_MS = 2000;
const KIB_PER_MIB = 1024;

async function until(what, isSo) {
  const end = Date.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await sleep(200);
  }
}

async function withServer(kind, action) {
  const clients = new MediaClients(address);
  const server = await KINDS[kind].start(address, clients);
  try {
    return await action(server, clients);
  } finally {
    await server.stop();
    await clients.stop();
  }
}

const countsOf = (clients, names) => Promise.all(names.map((name) => clients.tell(name, 'count')));
const sum = (counts, name) => counts.reduce((total, each) => total + each[name], 0);

/** What the server needs for each packet that reaches a receiver, while all senders send. */
async function measureFlow(server, clients, { senders, receivers, pairs, seconds }) {
  const names = [...senders, ...receivers];
  await until('all are connected', async () =>
    (await countsOf(clients, names)).every(({ isConnected }) => isConnected),
  );
  await Promise.all(senders.map((name) => clients.tell(name, 'send')));
  await until('all receive', async () =>
    (await countsOf(clients, receivers)).every(({ received }) => received > 0),
  );
  await sleep(SETTLE_MS);
  const look = async () => ({
    at: performance.now(),
    processor: preciseProcessorTime(server.pid),
    user: userTime(server.pid),
    received: sum(await countsOf(clients, receivers), 'received'),
    sent: sum(await countsOf(clients, senders), 'sent'),
  });
  const before = await look();
  await sleep(seconds * 1000);
  const after = await look();
  const gone = (name) => after[name] - before[name];
  const processor = gone('processor');
  const time = gone('at') / 1000;
  return {
    packetCost: (processor / gone('received')) * 1e6,
    ownCost: (gone('user') / gone('received')) * 1e6,
    pairCost: processor / time / pairs,
    share: gone('received') / (gone('sent') * (pairs / senders.length)),
    load: processor / time,
    memory: residentMemory(server.pid),
  };
}

const everything = { pictures: true, sound: true };

const actions = {
  /** One sends pictures and sound, so many look on. */
  speaker({ kind, receivers: count, seconds }) {
    return withServer(kind, async (server, clients) => {
      const { sender } = await server.join('speaker', 'speaker', everything);
      const receivers = [];
      for (let number = 0; number < count; number += 1) {
        receivers.push(await server.look('speaker', `listener${number}`));
      }
      const plan = { senders: [sender], receivers, pairs: count, seconds };
      return measureFlow(server, clients, plan);
    });
  },

  /** So many send and see each other. */
  meeting({ kind, members: count, seconds }) {
    return withServer(kind, async (server, clients) => {
      const members = [];
      for (let number = 0; number < count; number += 1) {
        members.push(await server.join('meeting', `member${number}`, everything));
      }
      await server.meet('meeting');
      return measureFlow(server, clients, {
        senders: members.map(({ sender }) => sender),
        receivers: members.map(({ receiver }) => receiver),
        pairs: count * (count - 1),
        seconds,
      });
    });
  },

  /** Members who are alone in a room each and send nothing; KiB of each between two counts. */
  idle({ kind, first, count }) {
    return withServer(kind, async (server, clients) => {
      const names = [];
      const fill = async (upTo) => {
        while (names.length < upTo) {
          const name = `alone${names.length}`;
          await server.join(name, name, { sound: true });
          names.push(name);
        }
        await until('all are connected', async () =>
          (await countsOf(clients, names)).every(({ isConnected }) => isConnected),
        );
        await sleep(SETTLE_MS);
        return residentMemory(server.pid);
      };
      const empty = residentMemory(server.pid);
      const before = await fill(first);
      const after = await fill(count);
      return { empty, each: ((after - before) * KIB_PER_MIB) / (count - first) };
    });
  },
};

process.on('message', async ({ id, name, given }) => {
  try {
    process.send({ id, value: await actions[name](given) });
  } catch (error) {
    process.send({ id, error: String(error.stack ?? error) });
  }
});
process.send({ id: 0 });
