import { optionsFor } from '../../tests/e2e/harness/stage.mjs';
import { Client } from '../../tests/e2e/harness/client.mjs';
import { Pages } from '../../tests/e2e/harness/pages.mjs';
import { Server } from '../../tests/e2e/harness/server.mjs';
import { pairs } from '../../tests/e2e/room-story.mjs';
import { freshRoom, onPage } from '../pairs.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { KINDS } from '../site.mjs';
import { quantile } from '../spread.mjs';
import { CONFIG } from '../stage.mjs';

const MEDIA_CONFIG = `[keys.demo]\nmcu = true\n${CONFIG}`;
const SIZES = [2, 3, 6];
const ROUNDS = 20;

/** Pictures tell by their width whose they are: too small for an encoder to make them smaller. */
const widthOf = (place) => 160 + 16 * place;
const mediaOf = (place) => ({
  audio: true,
  video: {
    resolution: { width: { exact: widthOf(place) }, height: { exact: 120 } },
    frameRate: 10,
  },
});

const KINDS_OF_MEDIA = ['isAudio', 'isVideo'];
const isFromPeer = (peer) => (detail) => detail.peerId === peer.id && !detail.isSelf;

/** What is wrong between two members, in words; nothing if all is right. */
async function faultsBetween(one, other) {
  const faults = [];
  const check = (isRight, fault) =>
    isRight || faults.push(`${one.name} of ${other.name}: ${fault}`);
  await one.waitFor('peerJoined', isFromPeer(other));
  for (const kind of KINDS_OF_MEDIA) {
    await one.waitFor('onIncomingStream', (it) => isFromPeer(other)(it) && it[kind]);
  }
  await one.waitForMedia(other);
  const before = await one.receivedFrom(other.id);
  await one.waitForMedia(other, ['audio', 'video'], before);
  const { video } = await one.receivedFrom(other.id);
  check(video.width === other.width, `pictures ${video.width} wide instead of ${other.width}`);
  const joined = one.seen('peerJoined', isFromPeer(other)).length;
  check(joined === 1, `peerJoined ${joined} times`);
  const told = one.seen('onIncomingStream', isFromPeer(other)).map(({ streamId }) => streamId);
  check(String(told.sort()) === String(other.streams), `streams ${told}, not ${other.streams}`);
  return faults;
}

/** All join at the same instant. Gives what is wrong then, in words. */
async function joinAtOnce(members, room) {
  await Promise.all(
    members.map(async (member) => {
      await member.join(room, mediaOf(member.place));
      const own = (kind) => member.waitFor('onIncomingStream', (it) => it.isSelf && it[kind]);
      const streams = await Promise.all(KINDS_OF_MEDIA.map(own));
      member.streams = streams.map(({ streamId }) => streamId).sort();
    }),
  );
  const found = await Promise.allSettled(
    pairs(members).map(([one, other]) => faultsBetween(one, other)),
  );
  const errors = members.flatMap(({ name, pageErrors }) =>
    pageErrors.map((error) => `${name}: uncaught ${error}`),
  );
  const faults = found.flatMap(({ value, reason }) => value ?? [reason.message]);
  return [...faults, ...errors];
}

/** One more, whose instance is ready. Gives the time from `joinRoom` to its first picture. */
function comeLater({ site, browser, server }, kind, room, hosts) {
  return site.withFreshPage(browser, async (page) => {
    const sdk = { address: site.addressOf(kind), options: optionsFor(server.host) };
    await onPage(page, 'member.js', 'prepareAtLeisure', sdk);
    const settings = { roomName: room, media: mediaOf(0), hosts, channels: 1 };
    return onPage(page, 'member.js', 'join', settings);
  });
}

async function joinAndFollow(stage, kind, size) {
  const { browser, pages, server } = stage;
  const members = [];
  try {
    for (let place = 0; place < size; place += 1) {
      const name = `member ${place}`;
      const client = await Client.open({ browser, address: pages.address(kind), kind, name });
      members.push(Object.assign(client, { place, width: widthOf(place) }));
      await client.create(optionsFor(server.host));
    }
    const room = freshRoom();
    const faults = await joinAtOnce(members, room);
    for (const fault of faults) stage.tell(`    ${fault}`);
    const steps = await comeLater(stage, kind, room, size);
    return { isRight: faults.length === 0, newcomer: steps['first remote frame'] };
  } finally {
    await Promise.all(members.map((member) => member.close()));
  }
}

const ALL = 100;
const shareOf = (rounds) => (rounds.filter(({ isRight }) => isRight).length / rounds.length) * ALL;

/** Samples that are reckoned from all of a kind. */
const reckoned = (samples, reckon) =>
  Object.fromEntries(Object.entries(samples).map(([kind, list]) => [kind, [reckon(list)]]));

/** Members that all join a room with a media server at once, and one who comes when they are there. */
export async function measure(stage) {
  const rounds = stage.isQuick ? stage.rounds : Math.max(stage.rounds, ROUNDS);
  const server = await Server.start({ config: MEDIA_CONFIG });
  const pages = await Pages.start();
  const metrics = [];
  try {
    for (const size of SIZES) {
      stage.tell(`Media server: ${size} join at once, then one more`);
      const samples = await measureInTurn({
        kinds: KINDS,
        rounds,
        tell: stage.tell,
        measure: (kind) => joinAndFollow({ ...stage, server, pages }, kind, size),
        brief: ({ isRight, newcomer }) =>
          `${isRight ? 'all right' : 'WRONG'}, newcomer ${newcomer.toFixed(0)} ms`,
      });
      // All have to be right: this is a test as well.
      if (shareOf(Object.values(samples).flat()) < ALL) process.exitCode = 1;
      const newcomers = (list) => list.map(({ newcomer }) => newcomer).sort((a, b) => a - b);
      const p95 = reckoned(samples, (list) => quantile(newcomers(list), 0.95));
      const same = (value) => value;
      metrics.push(
        metricOf(`${size} at once: rounds without fault`, '%', reckoned(samples, shareOf), same),
        metricOf(`${size} there: joinRoom → first frame`, 'ms', samples, (it) => it.newcomer),
        metricOf(`${size} there: the same, p95`, 'ms', p95, same),
      );
    }
  } finally {
    await pages.stop();
    await server.stop();
  }
  return {
    title: 'Media server: all at once',
    note: `Pages with the same SDK in a room with a media server join at the same instant, audio and video (120 lines, 10 frames/s), ${rounds} rounds. A round is without fault when every member hears of every other one once, has exactly its two streams under their own ids, gets ever more sound and pictures from it, these of the width that it alone sends, and no page has an uncaught error. Then one more joins, whose instance is ready: to be reached are 500 ms, and 800 ms in 95 of 100 cases, where the processor has time for it.`,
    metrics,
  };
}
