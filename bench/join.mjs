import { optionsFor } from '../tests/e2e/harness/stage.mjs';
import { measureInTurn, metricOf } from './rounds.mjs';
import { KINDS } from './site.mjs';

/** Small enough that two cores spend their time on joining, not on encoding. */
const MEDIA = {
  audio: true,
  video: { resolution: { width: 320, height: 240 }, frameRate: 15 },
};

/** The steps shown in the report, as `page/phases.js` names them. */
const STEPS = [
  'capture asked',
  'capture granted',
  'API asked',
  'API answered',
  'socket asked',
  'socket open',
  'joinRoom sent',
  'inRoom received',
  'joinRoom settled',
  'welcome received',
  'offer sent',
  'answer received',
  'connection connected',
  'remote stream announced',
  'video track',
  'first remote frame',
];

let roomCount = 0;

/** Calls a function of `page/member.js` in the page. */
function onPage(page, name, ...given) {
  return page.evaluate(
    async ([called, rest]) => {
      const member = await import('/page/member.js');
      return member[called](...rest);
    },
    [name, given],
  );
}

/** One member waits in a room, another one joins; gives the times of the second one. */
export function joinOnce({ site, server, browser }, { first, second, isFromScratch }) {
  roomCount += 1;
  const room = { roomName: `bench-${roomCount}`, media: MEDIA };
  const sdk = (kind) => ({ address: site.addressOf(kind), options: optionsFor(server.host) });
  return site.withFreshPage(browser, async (hostPage) => {
    await onPage(hostPage, 'prepare', sdk(first));
    await onPage(hostPage, 'host', room);
    return site.withFreshPage(browser, async (page) => {
      if (isFromScratch) return onPage(page, 'joinFromScratch', sdk(second), room);
      await onPage(page, 'prepareAtLeisure', sdk(second));
      return onPage(page, 'join', room);
    });
  });
}

const brief = (steps) =>
  `settled ${steps['joinRoom settled'].toFixed(0)} ms, connected ${steps['connection connected'].toFixed(0)} ms, first frame ${steps['first remote frame'].toFixed(0)} ms`;

function measureJoins(stage, settings) {
  return measureInTurn({
    kinds: KINDS,
    rounds: stage.rounds,
    tell: stage.tell,
    measure: (kind) => joinOnce(stage, { first: kind, second: kind, ...settings }),
    brief,
  });
}

/** From `joinRoom` to the first remote video frame, between two pages with the same SDK. */
export async function measureJoin(stage) {
  const { tell } = stage;
  tell('joinRoom -> first remote frame');
  const samples = await measureJoins(stage, { isFromScratch: false });
  tell('Import -> first remote frame');
  const fromScratch = await measureJoins(stage, { isFromScratch: true });

  const metric = (title, step) => metricOf(title, 'ms', samples, (steps) => steps[step]);
  return {
    title: 'Joining a room with one member in it',
    note: 'Two pages with the same SDK, audio and video (320×240, 15 frames/s) both ways; times of the one that joins, which has its instance ready.',
    metrics: [
      metric('joinRoom → promise settled', 'joinRoom settled'),
      metric('joinRoom → connected', 'connection connected'),
      metric('joinRoom → first remote frame', 'first remote frame'),
      metricOf(
        'import → first remote frame',
        'ms',
        fromScratch,
        (steps) => steps['first remote frame'],
      ),
    ],
    steps: STEPS.map((step) => metric(step, step)),
  };
}
