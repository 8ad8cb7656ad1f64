import { setTimeout as sleep } from 'node:timers/promises';
import { launchBrowser } from '../../tests/e2e/harness/browser.mjs';
import { Client } from '../../tests/e2e/harness/client.mjs';
import { Pages } from '../../tests/e2e/harness/pages.mjs';
import { Server } from '../../tests/e2e/harness/server.mjs';
import { optionsFor } from '../../tests/e2e/harness/stage.mjs';
import { freshRoom } from '../pairs.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { KINDS } from '../site.mjs';
import { CONFIG } from '../stage.mjs';

const MEDIA_CONFIG = `[keys.demo]\nmcu = true\n${CONFIG}`;
const MEDIA = { audio: true, video: { resolution: { width: 320, height: 240 }, frameRate: 30 } };
/**
 * The browser of the other measurements has a camera with ten frames a second: what is lost last of a picture is
 * missed a tenth of a second later there.
 */
const CAMERA = '--use-fake-device-for-media-stream=fps=30';
const LOSS = 0.05;
const SECONDS = 60;
const QUICK_SECONDS = 15;

/** What the browser counts of all that comes in, by kind. */
const countsOf = (client) =>
  client.page.evaluate(async () => {
    const counts = { audio: {}, video: {} };
    for (const connection of window.probes.connections) {
      for (const entry of (await connection.getStats()).values()) {
        if (entry.type === 'inbound-rtp' && entry.packetsReceived > 0) counts[entry.kind] = entry;
      }
    }
    return counts;
  });

/** What a client gets in so many seconds. */
async function watch(client, seconds) {
  const before = await countsOf(client);
  await sleep(seconds * 1000);
  const after = await countsOf(client);
  const gone = (of, name) => (after[of][name] ?? 0) - (before[of][name] ?? 0);
  const repaired = gone('video', 'retransmittedPacketsReceived');
  const lost = Math.max(gone('video', 'packetsLost') - repaired, 0);
  const waited = gone('audio', 'jitterBufferDelay') / gone('audio', 'jitterBufferEmittedCount');
  return {
    lost: (lost / gone('video', 'packetsReceived')) * 100,
    repaired,
    freezes: (gone('video', 'freezeCount') / seconds) * 60,
    rate: gone('video', 'framesDecoded') / seconds,
    buffer: waited * 1000,
  };
}

/** Two see each other while packets get lost; what one of them gets, and got before (`calm`). */
async function loseSome(stage, kind, seconds) {
  const { browser, pages, server } = stage;
  return stage.onPath({}, async (path) => {
    const members = [];
    try {
      for (const name of ['Ann', 'Ben']) {
        const client = await Client.open({
          browser,
          address: pages.address(kind),
          kind,
          name,
          path,
        });
        members.push(client);
        await client.create(optionsFor(server.host));
      }
      const [ann, ben] = members;
      const room = freshRoom();
      for (const member of members) await member.join(room, MEDIA);
      await Promise.all([ann.waitForMedia(ben), ben.waitForMedia(ann)]);
      const calm = await watch(ben, seconds);
      await path.set({ loss: LOSS });
      return { ...(await watch(ben, seconds)), calm };
    } finally {
      await Promise.all(members.map((member) => member.close()));
    }
  });
}

/** What a receiver sees and hears when packets get lost on both ways to the media server. */
export async function measure(stage) {
  const seconds = stage.isQuick ? QUICK_SECONDS : SECONDS;
  stage.tell(`Media server: ${LOSS * 100} % lost each way`);
  const server = await Server.start({ config: MEDIA_CONFIG });
  const pages = await Pages.start();
  const browser = await launchBrowser([CAMERA]);
  try {
    const samples = await measureInTurn({
      kinds: KINDS,
      rounds: Math.min(stage.rounds, 2),
      warmsUp: false,
      tell: stage.tell,
      measure: (kind) => {
        const scene = { browser, pages, server, onPath: stage.onPath.bind(stage) };
        return loseSome(scene, kind, seconds);
      },
      brief: ({ lost, repaired, freezes, rate, buffer, calm }) =>
        `${lost.toFixed(2)} % lost, ${repaired} repaired, ${freezes.toFixed(1)} (before ${calm.freezes.toFixed(1)}) freezes a minute, ${rate.toFixed(1)} pictures/s, ${buffer.toFixed(0)} (before ${calm.buffer.toFixed(0)}) ms of sound wait`,
    });
    const line = (title, unit, read) => metricOf(title, unit, samples, read);
    return {
      title: 'Media server: loss',
      note: `Two pages with the same SDK, audio and video (320×240, 30 frames/s), each on a path that loses ${LOSS * 100} % of the packets each way, ${seconds} s, and before that as long on one that loses none: what freezes there does for want of a processor. To be reached: at most 0.1 % of the packets of pictures lost after repair, one freeze a minute, less than 80 ms of sound in the jitter buffer.`,
      metrics: [
        line('packets of pictures lost after repair', '%', ({ lost }) => lost),
        line('packets sent again that came', 'packets', ({ repaired }) => repaired),
        line('freezes', 'a minute', ({ freezes }) => freezes),
        line('freezes without loss', 'a minute', ({ calm }) => calm.freezes),
        line('pictures shown', '/s', ({ rate }) => rate),
        line('sound in the jitter buffer', 'ms', ({ buffer }) => buffer),
        line('the same without loss', 'ms', ({ calm }) => calm.buffer),
      ],
    };
  } finally {
    await browser.close();
    await pages.stop();
    await server.stop();
  }
}
