import { optionsFor } from '../../tests/e2e/harness/stage.mjs';
import { freshRoom, onPage } from '../pairs.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { KINDS } from '../site.mjs';

/** Small enough that two cores spend their time on joining, not on encoding. */
const MEDIA = {
  audio: true,
  video: { resolution: { width: 320, height: 240 }, frameRate: 15 },
};

/** For a room of six, whose encoders share the two cores. */
const SMALL = { audio: true, video: { resolution: { width: 160, height: 120 }, frameRate: 5 } };

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

const onMember = (page, name, ...given) => onPage(page, 'member.js', name, ...given);

/** So many members wait in a room, another one joins; gives the times of the last one. */
export function joinOnce(
  { site, server, browser },
  kind,
  { hosts, channels, media, isFromScratch },
) {
  const room = { roomName: freshRoom(), media, hosts, channels };
  const sdk = { address: site.addressOf(kind), options: optionsFor(server.host) };
  const comeLast = async (page) => {
    if (isFromScratch) return onMember(page, 'joinFromScratch', sdk, room);
    await onMember(page, 'prepareAtLeisure', { ...sdk, hasModule: kind !== 'skylinkjs' });
    return onMember(page, 'join', room);
  };
  const withHosts = (left) =>
    site.withFreshPage(browser, async (page) => {
      if (left === 0) return comeLast(page);
      await onMember(page, 'prepare', sdk);
      await onMember(page, 'host', { ...room, hosts: hosts - left });
      return withHosts(left - 1);
    });
  return withHosts(hosts);
}

const brief = (steps) =>
  `settled ${steps['joinRoom settled'].toFixed(0)} ms, connected ${steps['connection connected'].toFixed(0)} ms, first frame ${steps['first remote frame'].toFixed(0)} ms`;

function measureJoins(stage, settings, rounds = stage.rounds) {
  return measureInTurn({
    kinds: KINDS,
    rounds,
    tell: stage.tell,
    measure: (kind) => joinOnce(stage, kind, settings),
    brief,
  });
}

const GOAL = { goals: [{ beside: 'skylinkjs', atMost: 0.9 }] };

/** From `joinRoom` to the first remote video frame, among pages with the same SDK. */
export async function measure(stage) {
  const { tell } = stage;
  tell('joinRoom -> first remote frame, room of two');
  const two = await measureJoins(stage, { hosts: 1, media: MEDIA });
  tell('Import -> first remote frame, room of two');
  const scratch = await measureJoins(stage, { hosts: 1, media: MEDIA, isFromScratch: true });
  tell('joinRoom -> first remote frame, room of six');
  const six = await measureJoins(stage, { hosts: 5, media: SMALL }, Math.min(stage.rounds, 5));

  const line = (title, samples, step, more = GOAL) =>
    metricOf(title, 'ms', samples, (steps) => steps[step], more);
  return {
    title: 'Joining a room',
    note: 'Pages with the same SDK, audio and video (320×240, 15 frames/s; in the room of six 160×120, 5 frames/s) both ways; times of the one that joins last, which has its instance ready.',
    metrics: [
      line('2: joinRoom → inRoom', two, 'inRoom received'),
      line('2: joinRoom → promise settled', two, 'joinRoom settled'),
      line('2: joinRoom → connected', two, 'connection connected'),
      line('2: joinRoom → data channel open', two, 'first data channel open'),
      line('2: joinRoom → first remote frame', two, 'first remote frame'),
      line('2: import → first remote frame', scratch, 'first remote frame'),
      line('6: joinRoom → inRoom', six, 'inRoom received'),
      line('6: joinRoom → first data channel', six, 'first data channel open'),
      line('6: joinRoom → all data channels', six, 'all data channels open'),
      line('6: joinRoom → first remote frame', six, 'first remote frame'),
      line('6: joinRoom → frames of everybody', six, 'frames of everybody'),
    ],
    steps: STEPS.map((step) => line(step, two, step, {})),
  };
}
