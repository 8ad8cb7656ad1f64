import assert from 'node:assert/strict';
import { setStage } from './harness/stage.mjs';
import { liveThroughRoom } from './room-story.mjs';

const { scene } = setStage();

/** skylinkjs polls where the browser has no WebSocket. */
const WITHOUT_WEBSOCKET = {
  install: (context) => context.addInitScript('delete window.WebSocket'),
};

for (const kinds of [
  ['skylinkjs', 'ours'],
  ['ours', 'skylinkjs'],
]) {
  scene(`skylinkjs without WebSocket: ${kinds[0]} comes first`, async ({ enter, ...parts }) => {
    const entered = async (kind, name, settings) => {
      if (kind !== 'skylinkjs') return enter(kind, name, settings);
      const client = await enter(kind, name, { ...settings, path: WITHOUT_WEBSOCKET });
      assert.equal(await client.page.evaluate(() => typeof WebSocket), 'undefined');
      return client;
    };
    await liveThroughRoom({ ...parts, enter: entered }, kinds, { audio: true, video: true });
  });
}
