import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Server } from '../../tests/e2e/harness/server.mjs';
import { root } from '../../tools/toolchain.mjs';
import { AskedProgram } from '../asked-program.mjs';
import { processorTime, residentMemory } from '../processes.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { CONFIG } from '../stage.mjs';

/** Starts servers of its own. */
export const needsPages = false;

const PLAIN = 'socket.io 2';
const BOTH = ['ours', PLAIN];

/** Rooms of the messages that are counted: as many as a busy evening, of an ordinary size. */
const ROOM_SIZE = 4;
const FULL = {
  joins: 1000,
  clients: 200,
  messages: 100_000,
  paced: { messages: 3000, perSecond: 1000 },
  idle: 5000,
  roomSizes: [2, 10, 50, 200, 500],
};
const QUICK = {
  joins: 200,
  clients: 80,
  messages: 4000,
  paced: { messages: 1000, perSecond: 1000 },
  idle: 500,
  roomSizes: [2, 20, 100],
};
/** Deliveries for one room size. */
const DELIVERIES = 10_000;

/** The plain relay as a process. */
async function startPlain() {
  const program = spawn(process.execPath, [join(root, 'bench/server/socket-io-relay.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(program.stdout), 'line');
  return {
    pid: program.pid,
    host: line.replace('ready on http://', ''),
    async stop() {
      const ended = once(program, 'exit');
      program.kill('SIGTERM');
      await ended;
    },
  };
}

const start = (kind) =>
  kind === 'ours' ? Server.start({ config: CONFIG, flags: ['--log', 'error'] }) : startPlain();

/** Runs an action with a fresh server and fresh clients. */
async function withServer(kind, action) {
  const server = await start(kind);
  const clients = new AskedProgram('signaling-clients');
  const load = { ask: (name, given = {}) => clients.ask({ name, given }) };
  try {
    return await action(server, load);
  } finally {
    await clients.stop();
    await server.stop();
  }
}

async function processorOf(server, action) {
  const before = processorTime(server.pid);
  const result = await action();
  return { result, processor: processorTime(server.pid) - before };
}

function measureTraffic(kind, plan) {
  return withServer(kind, async (server, load) => {
    const { host } = server;
    const joining = await processorOf(server, () =>
      load.ask('join', { host, prefix: 'joins', count: plan.joins, roomSize: ROOM_SIZE }),
    );
    await load.ask('leave');
    const settings = { host, prefix: 'traffic', count: plan.clients, roomSize: ROOM_SIZE };
    await load.ask('join', settings);
    const receivers = ROOM_SIZE - 1;
    const flood = { messages: plan.messages, receivers, window: 2000 };
    await load.ask('flood', { ...flood, messages: Math.round(plan.messages / 10) });
    const { result, processor } = await processorOf(server, () => load.ask('flood', flood));
    const { p99 } = await load.ask('pace', { ...plan.paced, receivers });
    return {
      joins: plan.joins / joining.result,
      joinCost: (joining.processor / plan.joins) * 1e6,
      rate: result.delivered / result.seconds,
      cost: (processor / result.delivered) * 1e6,
      p99,
    };
  });
}

function measureIdle(kind, count) {
  return withServer(kind, async (server, load) => {
    const { host } = server;
    // What is made with the first connections is no part of each.
    await load.ask('join', { host, prefix: 'first', count: 50, roomSize: 2 });
    const before = residentMemory(server.pid);
    await load.ask('join', { host, prefix: 'idle', count, roomSize: 2 });
    return ((residentMemory(server.pid) - before) * 1024) / count;
  });
}

/** Processor time for each delivery, by size of the room. */
function measureRoomSizes(kind, sizes) {
  return withServer(kind, async (server, load) => {
    const costs = {};
    for (const size of sizes) {
      const settings = { host: server.host, prefix: `size${size}`, count: size, roomSize: size };
      await load.ask('join', settings);
      const receivers = size - 1;
      const messages = Math.ceil(DELIVERIES / receivers);
      const flood = { messages, receivers, window: Math.max(2000, receivers * 4) };
      await load.ask('flood', { ...flood, messages: Math.ceil(messages / 10) });
      const { result, processor } = await processorOf(server, () => load.ask('flood', flood));
      costs[size] = (processor / result.delivered) * 1e6;
      await load.ask('leave');
    }
    return costs;
  });
}

/** The server beside a plain relay. */
export async function measure(stage) {
  const plan = stage.isQuick ? QUICK : FULL;
  const turns = (rounds, measureOne, brief) =>
    measureInTurn({ kinds: BOTH, rounds, tell: stage.tell, measure: measureOne, brief });
  stage.tell('Server: joins and messages');
  const traffic = await turns(
    stage.rounds,
    (kind) => measureTraffic(kind, plan),
    ({ joins, rate, cost, p99 }) =>
      `${joins.toFixed(0)} joins/s, ${rate.toFixed(0)} deliveries/s, ${cost.toFixed(1)} µs each, p99 ${p99.toFixed(1)} ms`,
  );
  stage.tell('Server: idle connections');
  const idle = await measureInTurn({
    kinds: BOTH,
    rounds: Math.min(stage.rounds, 3),
    warmsUp: false,
    tell: stage.tell,
    measure: (kind) => measureIdle(kind, plan.idle),
    brief: (value) => `${value.toFixed(1)} KiB each`,
  });
  stage.tell('Server: size of a room');
  const sizes = await turns(
    Math.min(stage.rounds, 3),
    (kind) => measureRoomSizes(kind, plan.roomSizes),
    (costs) =>
      Object.entries(costs)
        .map(([size, cost]) => `${size}: ${cost.toFixed(1)} µs`)
        .join(', '),
  );
  const beside = (goal) => ({ goals: [{ beside: PLAIN, ...goal }] });
  const twice = beside({ atLeast: 2 });
  const curve = (size) => ({
    series: 'one delivery by size of the room, µs',
    at: size,
    axis: 'members',
  });
  return {
    title: 'Server',
    note: `The same clients, with one thread of their own, over WebSockets with the frames of 2.7.2; beside it a plain node server with socket.io 2 that checks nothing. Rooms of ${ROOM_SIZE}; a message in a room of n is n − 1 deliveries. Clients and server share the processors, so the rates are those of both together; processor time is the server’s alone.`,
    metrics: [
      metricOf('joins', '1/s', traffic, (sample) => sample.joins, twice),
      metricOf('processor time of a join', 'µs', traffic, (sample) => sample.joinCost),
      metricOf('deliveries', '1/s', traffic, (sample) => sample.rate, twice),
      metricOf('processor time of a delivery', 'µs', traffic, (sample) => sample.cost),
      metricOf(
        `p99 delay, ${plan.paced.perSecond * (ROOM_SIZE - 1)} deliveries/s`,
        'ms',
        traffic,
        (sample) => sample.p99,
        beside({ atMost: 1 }),
      ),
      metricOf(
        `idle connection, of ${plan.idle}`,
        'KiB',
        idle,
        (value) => value,
        beside({ atMost: 0.5 }),
      ),
      ...plan.roomSizes.map((size) =>
        metricOf(
          `a delivery in a room of ${size}`,
          'µs',
          sizes,
          (costs) => costs[size],
          curve(size),
        ),
      ),
    ],
  };
}
