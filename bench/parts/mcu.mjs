import { Server } from '../../tests/e2e/harness/server.mjs';
import { measureInMemory } from '../media/in-memory.mjs';
import { missingForJanus, startScene } from '../media/network.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { KINDS } from '../site.mjs';
import { CONFIG } from '../stage.mjs';
import { joinOnce } from './join.mjs';

const JANUS = 'Janus';
const MEDIA_CONFIG = `[keys.demo]\nmcu = true\n${CONFIG}`;
/** Three hosts encode, and the newcomer decodes, on the same cores. */
const MEDIA = { audio: true, video: { resolution: { width: 160, height: 120 }, frameRate: 10 } };
const HOSTS = [1, 3];
/** Of a core that the media of a server may take. */
const USABLE = 0.7;

/** Busy ones look every 2 ms: about as long as they work at a time when a core is full. */
const IN_MEMORY = {
  '1 to 10': { rooms: 1, senders: 1, listeners: 10, rest: 0 },
  '1 to 100': { rooms: 1, senders: 1, listeners: 100, rest: 0 },
  '8 to each other': { rooms: 1, senders: 8, listeners: 0, rest: 0 },
  '8 rooms of 9, busy': { rooms: 8, senders: 9, listeners: 0, rest: 2000 },
};

const FULL = { listeners: [10, 100], members: 8, seconds: 12, idle: { first: 50, count: 200 } };
const QUICK = { listeners: [20], members: 4, seconds: 4, idle: { first: 10, count: 50 } };

/** From `joinRoom` to the first picture, both SDKs through this server. */
async function measureJoins(stage) {
  const server = await Server.start({ config: MEDIA_CONFIG });
  try {
    const samples = {};
    for (const hosts of HOSTS) {
      stage.tell(`Media server: joinRoom -> first frame, ${hosts} there already`);
      const settings = { hosts, channels: 1, media: MEDIA };
      samples[hosts] = await measureInTurn({
        kinds: KINDS,
        rounds: stage.rounds,
        tell: stage.tell,
        measure: (kind) => joinOnce({ ...stage, server }, kind, settings),
        brief: (steps) =>
          `settled ${steps['joinRoom settled'].toFixed(0)} ms, first frame ${steps['first remote frame'].toFixed(0)} ms, all ${steps['frames of everybody'].toFixed(0)} ms`,
      });
    }
    return samples;
  } finally {
    await server.stop();
  }
}

const briefFlow = ({ packetCost, ownCost, pairCost, share, memory }) =>
  `${packetCost.toFixed(1)} µs a packet, ${ownCost.toFixed(1)} of them its own, ${(USABLE / pairCost).toFixed(0)} pairs, ${(share * 100).toFixed(1)} % arrived, ${memory.toFixed(0)} MiB`;

/** What passing on costs, beside Janus if that is here. */
async function measureServers(stage, plan, kinds) {
  const scene = await startScene(kinds.includes(JANUS));
  const turns = (name, given, brief) =>
    measureInTurn({
      kinds,
      rounds: Math.min(stage.rounds, 3),
      warmsUp: false,
      tell: stage.tell,
      measure: (kind) => scene.ask(name, { kind, ...given }),
      brief,
    });
  const { seconds } = plan;
  try {
    const speakers = {};
    for (const receivers of plan.listeners) {
      stage.tell(`Media server: one sends, ${receivers} look on`);
      speakers[receivers] = await turns('speaker', { receivers, seconds }, briefFlow);
    }
    stage.tell(`Media server: ${plan.members} send to each other`);
    const meeting = await turns('meeting', { members: plan.members, seconds }, briefFlow);
    stage.tell('Media server: idle connections');
    const idle = await turns(
      'idle',
      plan.idle,
      ({ empty, each }) => `${each.toFixed(0)} KiB each, ${empty.toFixed(1)} MiB without any`,
    );
    return { speakers, meeting, idle };
  } finally {
    await scene.stop();
  }
}

/** What passing on costs without ports, threads and the system. */
async function measureAllInMemory(stage, seconds) {
  const samples = {};
  for (const [name, plan] of Object.entries(IN_MEMORY)) {
    stage.tell(`Media server in memory: ${name}`);
    samples[name] = await measureInTurn({
      kinds: ['ours'],
      rounds: Math.min(stage.rounds, 3),
      warmsUp: false,
      tell: stage.tell,
      measure: () => measureInMemory({ ...plan, seconds }),
      brief: ({ packetCost, p99Turn, share }) =>
        `${packetCost.toFixed(2)} µs a packet, p99 of a turn ${p99Turn.toFixed(0)} µs, ${(share * 100).toFixed(1)} % arrived`,
    });
  }
  return samples;
}

/** Figures of one flow. */
function metricsOfFlow(title, samples, goals) {
  const pairs = ({ pairCost }) => USABLE / pairCost;
  return [
    metricOf(`${title}: processor time of a packet`, 'µs', samples, (it) => it.packetCost, goals),
    metricOf(`${title}: without the kernel`, 'µs', samples, (it) => it.ownCost),
    metricOf(`${title}: for a core at ${USABLE * 100} %`, 'pairs', samples, pairs),
    metricOf(`${title}: packets that arrived`, '%', samples, ({ share }) => share * 100),
  ];
}

/** The media server: time to join, cost of passing media on, memory. */
export async function measure(stage) {
  const plan = stage.isQuick ? QUICK : FULL;
  const missing = missingForJanus();
  if (missing) stage.tell(`Janus is left out: ${missing}`);
  const joins = await measureJoins(stage);
  const { speakers, meeting, idle } = await measureServers(
    stage,
    plan,
    missing ? ['ours'] : ['ours', JANUS],
  );
  const inMemory = await measureAllInMemory(stage, plan.seconds);
  const than = (beside, goal) => ({ goals: [{ beside, ...goal }] });
  const cheaper = missing ? {} : than(JANUS, { atMost: 1 });
  const join = (hosts, step) =>
    metricOf(`${hosts} there: joinRoom → ${step}`, 'ms', joins[hosts], (steps) => steps[step]);
  return {
    title: 'Media server',
    note: `Joining: pages with the same SDK in a room with a media server, audio and video (160×120, 10 frames/s); times of the one that comes last. Passing on: clients without a browser, in one process of their own, each with a port, ICE, DTLS and SRTP; pictures as 640×480 at 30 frames/s and 450 kbit/s, and Opus: 110 packets a second for a pair of tracks and one receiver. A packet is one that reached its receiver; processor time is the server’s alone, the kernel’s part of sending and receiving included, which on one machine is also the waking of the receivers. ${missing ? `Janus was left out: ${missing}.` : 'Beside it Debian’s Janus with its plugin VideoRoom, in the same network namespace. There each member of a meeting has a second connection for what it receives.'} In memory: the same media through one worker in the process of its clients, in virtual time; its own time alone, without ports, threads and the system. Idle: members who are alone in a room and send nothing, with their signalling.`,
    metrics: [
      ...HOSTS.flatMap((hosts) => [
        join(hosts, 'first remote frame'),
        join(hosts, 'frames of everybody'),
      ]),
      ...plan.listeners.flatMap((count) =>
        metricsOfFlow(`1 to ${count}`, speakers[count], cheaper),
      ),
      ...metricsOfFlow(`meeting of ${plan.members}`, meeting, cheaper),
      ...Object.entries(inMemory).flatMap(([name, samples]) => [
        metricOf(`in memory, ${name}: a packet`, 'µs', samples, (it) => it.packetCost),
        metricOf(`in memory, ${name}: p99 of a turn`, 'µs', samples, (it) => it.p99Turn),
      ]),
      metricOf(`idle connection, up to ${plan.idle.count}`, 'KiB', idle, (it) => it.each, cheaper),
      metricOf('the server without any', 'MiB', idle, (it) => it.empty),
    ],
  };
}
