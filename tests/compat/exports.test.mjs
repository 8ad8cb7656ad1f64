import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const EXPORTS = [
  'SkylinkConstants',
  'SkylinkEventManager',
  'SkylinkEvents',
  'SkylinkLogger',
  'default',
];
const packageFile = (name) => new URL(`../../pkg/${name}`, import.meta.url).pathname;

for (const kind of ['ours', 'skylinkjs']) {
  scene(`X-01, X-02, X-03, X-04, X-05: what ${kind} exports`, async ({ enter }) => {
    const { page } = await enter(kind, 'App');
    const seen = await page.evaluate(() => {
      const { default: Skylink, SkylinkLogger, SkylinkEventManager, ...rest } = window.sdk;
      return {
        names: Object.keys(window.sdk).sort(),
        className: Skylink.prototype.constructor === Skylink && typeof Skylink,
        needsNew: (() => {
          try {
            return Skylink({ appKey: 'x' });
          } catch (error) {
            return error.name;
          }
        })(),
        ownProperties: Object.keys(window.skylink),
        loggerIsInstance: typeof SkylinkLogger === 'object' && SkylinkLogger.logLevels.ERROR,
        eventManagerIsInstance: typeof SkylinkEventManager.addEventListener,
        sameEvents: rest.SkylinkEvents === rest.SkylinkConstants.EVENTS,
      };
    });
    assert.deepEqual(seen, {
      names: EXPORTS,
      className: 'function',
      needsNew: 'TypeError',
      ownProperties: [],
      loggerIsInstance: 4,
      eventManagerIsInstance: 'function',
      sameEvents: true,
    });
  });
}

scene('X-06: the UMD file makes the namespace object the global Skylink', async ({ enter }) => {
  const { page } = await enter('ours', 'App');
  assert.equal(await page.evaluate(() => typeof window.Skylink), 'undefined');
  await page.addScriptTag({ path: packageFile('skylink.complete.umd.js') });
  const seen = await page.evaluate(() => ({
    names: Object.keys(window.Skylink).sort(),
    isModule: window.Skylink.__esModule,
    version: new window.Skylink.default({ appKey: 'key' }).getSdkVersion(),
    constant: window.Skylink.SkylinkConstants.SDK_VERSION,
  }));
  assert.deepEqual(seen.names, EXPORTS);
  assert.equal(seen.isModule, true);
  assert.equal(seen.version, seen.constant);
});

scene('X-07: skylink.complete.js is an ES module with five exports', async ({ enter }) => {
  const { page } = await enter('ours', 'App');
  await page.route('**/skylink.complete.js', (route) =>
    route.fulfill({ path: packageFile('skylink.complete.js'), contentType: 'text/javascript' }),
  );
  const seen = await page.evaluate(async () => {
    const address = '/skylink.complete.js';
    const module = await import(address);
    const { default: Skylink, SkylinkConstants } = module;
    return {
      names: Object.keys(module).sort(),
      version: new Skylink({ appKey: 'key' }).getSdkVersion() === SkylinkConstants.SDK_VERSION,
    };
  });
  assert.deepEqual(seen, { names: EXPORTS, version: true });
});
