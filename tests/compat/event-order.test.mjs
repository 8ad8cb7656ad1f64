import assert from 'node:assert/strict';
import { shape, strands } from './event-record.mjs';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const MEDIA = { audio: true, video: { resolution: { width: 320, height: 240 }, frameRate: 10 } };

/**
 * What ours does otherwise on purpose. `event` and `line` select lines of the payload's shape,
 * which are then left out on both sides.
 */
const PAYLOAD_DEVIATIONS = [
  {
    event: /^(peerUpdated|dataChannelState)/,
    line: /^room\.(connection|token|startDateTime)\b/,
    why: 'the original hands out its own room object with the room token and TURN passwords',
  },
  {
    event: /./,
    line: /^peerInfo\.config\.enableIceRestart\b/,
    why: 'the original finds out with its first connection and says false until then',
  },
  {
    event: /^dataChannelState/,
    line: /^bufferAmount\b/,
    why: 'always null in the original, as documented in ours',
  },
];

/** Events that ours adds, or fires earlier, on purpose. */
const ADDED_EVENTS = [
  {
    event: /^(iceConnectionState|peerConnectionState) closed/,
    why: 'the original fires them at the next tick of its statistics, up to 20 seconds later',
  },
  {
    event: /^(streamEnded|mediaAccessStopped)/,
    why: 'documented for leaving a room that stops the streams; the original does not fire them',
  },
];

async function meet(enter, kind, room) {
  const first = await enter(kind, 'First');
  const newcomer = await enter(kind, 'Newcomer');
  const both = [first, newcomer];
  await first.join(room, MEDIA);
  await first.waitFor('handshakeProgress', ({ state }) => state === 'enter');
  await newcomer.join(room, MEDIA);
  await Promise.all(
    both.map(async (client) => {
      await client.waitFor('peerConnectionState', ({ state }) => state === 'connected');
      await client.waitFor('dataChannelState', ({ state }) => state === 'open');
    }),
  );
  await first.waitFor('handshakeProgress', ({ state }) => state === 'answerAck');
  return both;
}

/** Both clients of one kind go through the same story; gives their records. */
async function record(enter, kind, room) {
  const [first, newcomer] = await meet(enter, kind, room);

  await newcomer.call('muteStreams', room, { audioMuted: true, videoMuted: false });
  await first.waitFor('peerUpdated', ({ peerInfo }) =>
    Object.values(peerInfo.mediaStatus).some(({ audioMuted }) => audioMuted === 0),
  );
  await first.call('setUserData', room, { place: 'here' });
  await newcomer.waitFor('peerUpdated', ({ peerInfo }) => peerInfo.userData?.place === 'here');
  await first.call('sendMessage', room, 'to all');
  await newcomer.waitFor('onIncomingMessage', ({ message }) => message.content === 'to all');
  await newcomer.call('sendMessage', room, 'to one', first.id);
  await first.waitFor('onIncomingMessage', ({ message }) => message.content === 'to one');
  await first.call('lockRoom', room);
  await newcomer.waitFor('roomLock');
  await first.call('unlockRoom', room);
  await newcomer.waitFor('roomLock', ({ isLocked }) => !isLocked);
  await newcomer.call('leaveRoom', room);
  await first.waitFor('peerLeft');
  await first.waitFor('dataChannelState', ({ state }) => state === 'closed');
  await first.waitForConnectionCount(room, 0);
  await first.call('leaveRoom', room);
  return { first: strands(first), newcomer: strands(newcomer) };
}

/**
 * Ours resolves when the server has let the client in, the original when it has asked; both before
 * the own `peerJoined`.
 */
function withJoinAfterAnswer(labels) {
  const place = labels.indexOf('#joinRoom resolved');
  if (labels[place + 1] !== 'channelMessage inRoom') return labels;
  return labels.with(place, labels[place + 1]).with(place + 1, labels[place]);
}

function comparableLabels(strand = []) {
  const isAdded = (label) => ADDED_EVENTS.some(({ event }) => event.test(label));
  return withJoinAfterAnswer(strand.map(({ label }) => label).filter((label) => !isAdded(label)));
}

/** One line for each key of each payload: `peerLeft (self) 1: room.inRoom: false`. */
function comparableShapes(strandsOfClient) {
  const counts = {};
  const lines = [];
  for (const { label, detail } of Object.values(strandsOfClient).flat()) {
    if (label.startsWith('#') || ADDED_EVENTS.some(({ event }) => event.test(label))) continue;
    counts[label] = (counts[label] ?? 0) + 1;
    const deviations = PAYLOAD_DEVIATIONS.filter(({ event }) => event.test(label));
    for (const text of shape(detail)) {
      if (deviations.some(({ line }) => line.test(text))) continue;
      lines.push(`${label} ${counts[label]}: ${text}`);
    }
  }
  return lines.sort();
}

scene(
  'E-01, E-04, E-05, E-06, E-09, E-26, E-28, E-29, E-42, E-43, T-01, T-02, T-03, T-04, T-17, T-19, T-23: ours fires the same events as skylinkjs, in the same order and shape',
  async ({ enter, step, room }) => {
    const original = await record(enter, 'skylinkjs', `${room}-original`);
    const ours = await record(enter, 'ours', `${room}-ours`);
    for (const role of ['first', 'newcomer']) {
      for (const strand of Object.keys(original[role])) {
        await step(`${role} client: order of the ${strand}`, () => {
          assert.deepEqual(
            comparableLabels(ours[role][strand]),
            comparableLabels(original[role][strand]),
          );
        });
      }
      await step(`${role} client: keys and types of every payload`, () => {
        assert.deepEqual(comparableShapes(ours[role]), comparableShapes(original[role]));
      });
    }
  },
);
