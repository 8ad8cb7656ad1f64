import { setStage } from './harness/stage.mjs';
import { liveThroughRoom } from './room-story.mjs';

const { scene } = setStage();

const PAIRS = [
  ['skylinkjs', 'skylinkjs'],
  ['ours', 'ours'],
  ['ours', 'skylinkjs'],
  ['skylinkjs', 'ours'],
];

for (const [first, second] of PAIRS) {
  scene(`a room of two: ${first} comes first, ${second} second`, (parts) =>
    liveThroughRoom(parts, [first, second], { audio: true, video: true }),
  );
}
