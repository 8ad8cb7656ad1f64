import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
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

/** The names of the methods that the package's declarations give the class. */
async function declaredMethods() {
  const parts = await readdir(packageFile('types'));
  const texts = await Promise.all(
    ['index.d.ts', ...parts.map((part) => `types/${part}`)].map((name) =>
      readFile(packageFile(name), 'utf8'),
    ),
  );
  const text = texts.join('\n');
  const [, bases] = /^interface Skylink\s+extends\s([\w\s,]+) \{\}/m.exec(text);
  const found = bases.split(',').flatMap((base) => {
    const [, body] = new RegExp(`interface ${base.trim()} \\{\n(.*?)\n\\}`, 's').exec(text);
    return [...body.matchAll(/^ {2}(\w+|\[Symbol\.\w+\])[<(]/gm)].map(([, name]) => name);
  });
  return [...new Set(found)].sort();
}

/** All methods of the original, by their names. */
async function originalMethods() {
  const file = new URL('../fixtures/api-surface.json', import.meta.url);
  const { methods } = JSON.parse(await readFile(file, 'utf8'));
  return methods.map(({ name }) => name);
}

for (const file of ['skylink.complete.js', 'slim.js']) {
  scene(`X-01: ${file} has the methods that are declared, and no other`, async ({ enter }) => {
    const client = await enter('ours', 'App');
    await client.page.route('**/package/*', (route) => {
      const path = packageFile(route.request().url().split('/').at(-1));
      const contentType = path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
      return route.fulfill({ path, contentType });
    });
    const { names, statics, outcomes, isFatal } = await client.page.evaluate(async (address) => {
      const { default: Skylink, SkylinkEventManager, init } = await import(address);
      await init?.('/package/skylink_bg.wasm');
      let fatal = false;
      SkylinkEventManager.addEventListener('fatal', () => {
        fatal = true;
      });
      const { prototype } = Skylink;
      const keys = Reflect.ownKeys(prototype).filter((key) => key !== 'constructor');
      const nameOf = (key) => (typeof key === 'symbol' ? `[${key.description}]` : key);
      const skylink = new Skylink({ appKey: 'key' });
      // The module is there from then on.
      await skylink.getStreamSources();
      const calls = keys.map(async (key) => {
        try {
          return [nameOf(key), typeof skylink[key], await skylink[key]()];
        } catch (error) {
          return [nameOf(key), typeof skylink[key], String(error?.message ?? error)];
        }
      });
      const settled = await Promise.all(calls);
      return {
        names: keys.map(nameOf).sort(),
        statics: Object.getOwnPropertyNames(Skylink).sort(),
        outcomes: settled.map(([name, type, outcome]) => [name, type, String(outcome)]),
        isFatal: fatal,
      };
    }, `/package/${file}`);
    assert.deepEqual(names, await declaredMethods());
    for (const name of await originalMethods()) assert.ok(names.includes(name), name);
    assert.deepEqual(statics, ['length', 'name', 'prototype']);
    for (const [name, type, outcome] of outcomes) {
      assert.equal(type, 'function', name);
      assert.doesNotMatch(outcome, /is not a function|not implemented|unreachable/, name);
    }
    assert.equal(isFatal, false);
    assert.deepEqual(client.pageErrors, []);
  });
}
