import { setStage } from './harness/stage.mjs';
import { liveThroughRoom } from './room-story.mjs';

const { scene } = setStage();

const SMALL_VIDEO = { resolution: { width: 320, height: 240 }, frameRate: 10 };

const TRIOS = [
  ['skylinkjs', 'skylinkjs', 'skylinkjs'],
  ['ours', 'ours', 'ours'],
  ['ours', 'skylinkjs', 'ours'],
  ['skylinkjs', 'ours', 'skylinkjs'],
];

for (const kinds of TRIOS) {
  scene(`a room of three: ${kinds.join(', then ')}`, (parts) =>
    liveThroughRoom(parts, kinds, { audio: true, video: SMALL_VIDEO }),
  );
}
