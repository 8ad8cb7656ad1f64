import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

function globalsOf({ page }) {
  return page.evaluate(() => {
    const names = ['Browser', 'Version', 'Type', 'DCSupport'].map((end) => `webrtcDetected${end}`);
    names.push('webrtcMinimumVersion');
    const { AdapterJS } = window;
    return {
      values: Object.fromEntries(names.map((name) => [name, window[name]])),
      inAdapter: names.every((name) => AdapterJS[name] === window[name]),
      adapterFunctions: ['attachMediaStream', 'reattachMediaStream'].every(
        (name) => AdapterJS[name] === window[name],
      ),
      browserDetails: {
        browser: AdapterJS.browserDetails.browser,
        version: AdapterJS.browserDetails.version,
      },
      options: typeof AdapterJS.options,
    };
  });
}

scene(
  'W-03, W-04, W-05, W-06, W-07, W-08: the browser is detected as by 2.7.2',
  async ({ enter }) => {
    const ours = await globalsOf(await enter('ours', 'Ours'));
    const original = await globalsOf(await enter('skylinkjs', 'Original'));
    assert.equal(ours.values.webrtcDetectedBrowser, 'chrome');
    assert.deepEqual(ours, original);
  },
);

for (const kind of ['ours', 'skylinkjs']) {
  scene(`W-01, W-02: streams are attached to elements by ${kind}`, async ({ enter }) => {
    const { page } = await enter(kind, 'App');
    const seen = await page.evaluate(() => {
      const [one, two] = [document.createElement('video'), document.createElement('video')];
      const stream = new MediaStream();
      const results = [window.attachMediaStream(one, stream), window.reattachMediaStream(two, one)];
      return {
        results: [results[0] === one, results[1] === two],
        streams: [one.srcObject === stream, two.srcObject === stream],
      };
    });
    assert.deepEqual(seen, { results: [true, true], streams: [true, true] });
  });

  scene(`W-08, R-59: AdapterJS.webRTCReady of ${kind}`, async ({ enter }) => {
    const { page } = await enter(kind, 'App');
    const seen = await page.evaluate(() => {
      let given;
      window.AdapterJS.webRTCReady((hasPlugin) => {
        given = hasPlugin;
      });
      try {
        window.AdapterJS.webRTCReady('not a function');
        return { given };
      } catch (error) {
        return { given, isError: error instanceof Error, message: error.message };
      }
    });
    assert.deepEqual(seen, {
      given: false,
      isError: true,
      message: 'Callback provided is not a function',
    });
  });
}

scene('W-09: ours needs no io and puts none on the window', async ({ enter, room }) => {
  const original = await enter('skylinkjs', 'Original');
  assert.equal(await original.page.evaluate(() => typeof window.io), 'function');
  const client = await enter('ours', 'App');
  assert.equal(await client.page.evaluate(() => typeof window.io), 'undefined');
  await client.page.evaluate(() => {
    window.io = 'of the app';
  });
  await client.join(room);
  assert.equal(await client.page.evaluate(() => window.io), 'of the app');
});
