import { launchBrowser } from '../../tests/e2e/harness/browser.mjs';
import { Server } from '../../tests/e2e/harness/server.mjs';
import { optionsFor } from '../../tests/e2e/harness/stage.mjs';
import { freshRoom, onPage } from '../pairs.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { KINDS } from '../site.mjs';
import { CONFIG, QUICK_CAMERA } from '../stage.mjs';
import { LateProxy } from '../translated/late-proxy.mjs';
import { missingForNetworks, PUBLIC_ADDRESS, withHouseholds } from '../translated/networks.mjs';
import { StunServer } from '../translated/stun.mjs';

/** Milliseconds to the server; to each other the hosts are near. */
const DELAY = 40;
const MEDIA = { audio: true, video: { resolution: { width: 320, height: 240 }, frameRate: 15 } };

const portOf = (host) => Number(host.split(':').pop());

/** One waits in the room, behind the one router; the other one comes, behind the other router. */
function joinOnce({ site, address, browsers, server }, kind) {
  const [waiting, coming] = browsers;
  const room = { roomName: freshRoom(), media: MEDIA, hosts: 1 };
  const sdk = { address: site.addressOf(kind), options: optionsFor(server) };
  const from = { origin: `http://${address}` };
  return site.withFreshPage(
    waiting,
    async (first) => {
      await onPage(first, 'member.js', 'prepare', sdk);
      await onPage(first, 'member.js', 'host', { ...room, hosts: 0 });
      return site.withFreshPage(
        coming,
        async (second) => {
          const hasModule = kind !== 'skylinkjs';
          await onPage(second, 'member.js', 'prepareAtLeisure', { ...sdk, hasModule });
          return onPage(second, 'member.js', 'join', room);
        },
        null,
        from,
      );
    },
    null,
    from,
  );
}

/** Everything that is started for it, and stopped behind it. */
async function withScene(stage, programs, action) {
  const started = [];
  const start = async (making) => {
    const made = await making;
    started.push(made);
    return made;
  };
  try {
    const stun = await start(StunServer.start(PUBLIC_ADDRESS));
    const config = `${CONFIG}\n[[ice_servers]]\nurls = ["${stun.url}"]\n`;
    const server = await start(Server.start({ config }));
    const near = { address: PUBLIC_ADDRESS, port: portOf(stage.site.origin), delay: 0 };
    const site = await start(LateProxy.start(near));
    const far = { address: PUBLIC_ADDRESS, port: portOf(server.host), delay: DELAY };
    const late = await start(LateProxy.start(far));
    // Cameras are for secure pages, which one of another host is not.
    const flags = [`--unsafely-treat-insecure-origin-as-secure=http://${site.host}`, QUICK_CAMERA];
    const browsers = [];
    for (const program of programs) {
      const browser = await launchBrowser(flags, program);
      started.push({ stop: () => browser.close() });
      browsers.push(browser);
    }
    return await action({ site: stage.site, address: site.host, server: late.host, browsers });
  } finally {
    for (const it of started.toReversed()) await it.stop();
  }
}

const brief = (steps) =>
  `connected ${steps['connection connected'].toFixed(0)} ms, first frame ${steps['first remote frame'].toFixed(0)} ms`;

/** From `joinRoom` to the first remote video frame, from one home network to another. */
export async function measure(stage) {
  const title = 'Joining from home';
  const missing = missingForNetworks();
  if (missing) {
    stage.tell(`Joining from home is left out: ${missing}`);
    return { title, note: `Left out: ${missing}.`, metrics: [] };
  }
  stage.tell('joinRoom -> first remote frame, behind routers, the server far away');
  const samples = await withHouseholds((programs) =>
    withScene(stage, programs, (scene) =>
      measureInTurn({
        kinds: KINDS,
        rounds: stage.rounds,
        tell: stage.tell,
        measure: (kind) => joinOnce(scene, kind),
        brief,
      }),
    ),
  );
  const goals = [{ beside: 'skylinkjs', atMost: 0.9 }];
  const line = (name, step) =>
    metricOf(`joinRoom → ${name}`, 'ms', samples, (steps) => steps[step], { goals });
  return {
    title,
    note: `Two hosts, each behind a router that translates addresses and lets in only what answers; ${DELAY} ms from both to API, signalling and back each; a STUN server; nothing between the routers. Room of two, audio and video; times of the one that joins last.`,
    metrics: [
      line('inRoom', 'inRoom received'),
      line('connected', 'connection connected'),
      line('data channel open', 'first data channel open'),
      line('first remote frame', 'first remote frame'),
    ],
  };
}
