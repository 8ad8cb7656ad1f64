import { setStage } from './harness/stage.mjs';
import { liveThroughRoom } from './room-story.mjs';

const { scene } = setStage();

// Twenty video streams at once: small and slow enough for two cores.
const TINY_VIDEO = { resolution: { width: 160, height: 120 }, frameRate: 5 };

const FIVES = [
  ['skylinkjs', 'skylinkjs', 'skylinkjs', 'skylinkjs', 'skylinkjs'],
  ['ours', 'ours', 'ours', 'ours', 'ours'],
  ['ours', 'skylinkjs', 'ours', 'skylinkjs', 'ours'],
];

for (const kinds of FIVES) {
  scene(`a room of five: ${kinds.join(', then ')}`, (parts) =>
    liveThroughRoom(parts, kinds, { audio: true, video: TINY_VIDEO }),
  );
}
