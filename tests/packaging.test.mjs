import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after, afterEach, before, describe } from 'node:test';
import { parse } from 'acorn';
import { chromium } from 'playwright-core';
import {
  buildWithEsbuild,
  buildWithVite,
  copyForScriptTags,
  copyTypeSamples,
  exec,
  installPackage,
  tsc,
} from './packaging/apps.mjs';
import { serve } from './packaging/site.mjs';

const EXPORTS = [
  'SkylinkConstants',
  'SkylinkEventManager',
  'SkylinkEvents',
  'SkylinkLogger',
  'default',
];

const TYPES = [
  'connections',
  'constants',
  'errors',
  'event-details',
  'event-names',
  'events',
  'files',
  'instance',
  'logger',
  'media',
  'messages',
  'options',
  'payload-parts',
  'peers',
  'recording',
  'rooms',
  'statistics',
  'values',
  'window',
].map((name) => `types/${name}.d.ts`);

let installed;
before(async () => {
  installed = await installPackage();
});
after(() => installed?.remove());

test('the tarball holds what is needed and no more', () => {
  assert.deepEqual(installed.files, [
    'LICENSE',
    'README.md',
    'index.d.ts',
    'package.json',
    'skylink.complete.js',
    'skylink.complete.umd.js',
    'skylink_bg.wasm',
    'slim.d.ts',
    'slim.js',
    ...TYPES,
  ]);
});

test('the entries are in a language that old tools read', async () => {
  // Webpack 4 reads no more than ES2019.
  for (const name of ['skylink.complete.js', 'skylink.complete.umd.js']) {
    const script = await readFile(join(installed.folder, 'node_modules/skylinkjs', name), 'utf8');
    const sourceType = name.includes('umd') ? 'script' : 'module';
    assert.doesNotThrow(() => parse(script, { ecmaVersion: 2019, sourceType }), name);
  }
});

test('the types of the package accept and refuse what they should', async () => {
  await copyTypeSamples(installed);
  for (const [module, moduleResolution] of [
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ]) {
    const compilerOptions = {
      ...{ module, moduleResolution, strict: true, noEmit: true },
      ...{ target: 'es2022', lib: ['es2022', 'dom'], types: [] },
    };
    const config = join(installed.folder, `tsconfig.${module}.json`);
    await writeFile(config, JSON.stringify({ compilerOptions, include: ['types'] }));
    await exec(tsc, ['-p', config], { cwd: installed.folder });
  }
});

describe('in Node, without a window', () => {
  const node = async (code) => {
    const args = ['--input-type=module', '--eval', code];
    return JSON.parse((await exec(process.execPath, args, { cwd: installed.folder })).stdout);
  };

  for (const name of ['skylinkjs', 'skylinkjs/slim']) {
    test(`import('${name}') works and leaves no trace`, async () => {
      const seen = await node(`
        const names = Object.getOwnPropertyNames(globalThis).length;
        const sdk = await import('${name}');
        console.log(JSON.stringify({
          exports: Object.keys(sdk),
          added: Object.getOwnPropertyNames(globalThis).length - names,
          event: sdk.SkylinkEvents.PEER_JOINED,
        }));`);
      assert.deepEqual(seen, {
        exports: name === 'skylinkjs' ? EXPORTS : [...EXPORTS, 'init'],
        added: 0,
        event: 'peerJoined',
      });
    });
  }

  test('the constructor says that there is no WebRTC', async () => {
    const code = await node(`
      import Skylink from 'skylinkjs';
      try { new Skylink('key') } catch (error) { console.log(JSON.stringify(error.code)) }`);
    assert.equal(code, 'NO_WEBRTC');
  });
});

describe('in Chromium', () => {
  let site;
  let browser;
  let page;
  let problems;

  before(async () => {
    await mkdir(join(installed.folder, 'dist'), { recursive: true });
    assert.deepEqual(await buildWithVite(installed), []);
    assert.deepEqual(await buildWithEsbuild(installed, 'app.js', 'dist/esbuild'), []);
    assert.deepEqual(await buildWithEsbuild(installed, 'slim-app.js', 'dist/slim'), []);
    await copyForScriptTags(installed);
    site = await serve(join(installed.folder, 'dist'));
    browser = await chromium.launch({
      executablePath: process.env.SKYLINK_CHROMIUM ?? '/usr/bin/chromium',
      chromiumSandbox: false,
    });
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });
  afterEach(async () => {
    await page?.context().close();
    page = undefined;
  });

  /** @param {() => void} [preparation] runs in the page before the app */
  async function open(app, preparation) {
    page = await (await browser.newContext()).newPage();
    problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    if (preparation) await page.addInitScript(preparation);
    await page.goto(`${site.origin}/${app}/`);
    await page.waitForFunction(() => window.sdk ?? window.Skylink);
    return page;
  }

  for (const app of ['vite', 'esbuild', 'umd']) {
    describe(`an app by way of ${app}`, () => {
      const start = (preparation) => open(app, preparation);
      const run = (code) =>
        page.evaluate(`(async (sdk) => { ${code} })(window.sdk ?? window.Skylink)`);

      test('has the five exports', async () => {
        await start();
        assert.deepEqual(await run('return Object.keys(sdk).sort()'), EXPORTS);
      });

      test('has the globals that apps use, once imported', async () => {
        await start();
        const seen = await run(`
          const video = document.createElement('video');
          const stream = new MediaStream();
          return {
            attached: attachMediaStream(video, stream) === video && video.srcObject === stream,
            browser: webrtcDetectedBrowser,
            version: webrtcDetectedVersion === AdapterJS.webrtcDetectedVersion && webrtcDetectedVersion > 100,
            ready: await new Promise((resolve) => AdapterJS.webRTCReady(resolve)),
          }`);
        assert.deepEqual(seen, { attached: true, browser: 'chrome', version: true, ready: false });
      });

      test('may call a synchronous method at once', async () => {
        await start();
        const seen = await run(`
          const skylink = new sdk.default({ appKey: 'key' });
          return { none: skylink.getPeersInRoom('nowhere'), id: skylink.generateUUID() }`);
        assert.equal(seen.none, null);
        assert.match(seen.id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      });

      test('may call a promise method at once', async () => {
        await start();
        assert.deepEqual(await run("return new sdk.default('key').leaveAllRooms()"), []);
      });

      test('may call both at once, also again and with several instances', async () => {
        await start();
        const seen = await run(`
          const first = new sdk.default('key');
          const before = first.leaveAllRooms();
          const id = first.generateUUID();
          const second = new sdk.default('other');
          const rooms = [await before, await second.leaveAllRooms(), await first.leaveAllRooms()];
          return { rooms, differs: id !== second.generateUUID() }`);
        assert.deepEqual(seen, { rooms: [[], [], []], differs: true });
      });

      test('gets a rejection with code and text', async () => {
        await start();
        const seen = await run(`
          const error = await new sdk.default('key').joinRoom({}).catch((reason) => reason);
          return [error instanceof Error, error.name, error.code, error.message]`);
        assert.deepEqual(seen, [
          true,
          'SkylinkArgumentError',
          'NO_ROOM_NAME',
          'No room name specified',
        ]);
      });

      test('is told when there is no WebAssembly, by each kind of method', async () => {
        await start(() => delete window.WebAssembly);
        const seen = await run(`
          const skylink = new sdk.default('key');
          const rejected = await skylink.joinRoom({ roomName: 'room' }).catch((reason) => reason);
          let thrown;
          try { skylink.generateUUID() } catch (error) { thrown = error }
          return [rejected.code, thrown.code]`);
        assert.deepEqual(seen, ['ENGINE_FAILED', 'ENGINE_FAILED']);
      });

      test('hears of the constructor at once, and its options stay as they are', async () => {
        await start();
        const seen = await run(`
          const states = [];
          sdk.SkylinkEventManager.addEventListener('readyStateChange', ({ detail }) => states.push(detail));
          const options = Object.freeze({ appKey: 'key', socketServer: Object.freeze({ url: 'x' }) });
          new sdk.default(options);
          return { states, options }`);
        assert.deepEqual(seen, {
          states: [{ readyState: 0, error: null, room: null }],
          options: { appKey: 'key', socketServer: { url: 'x' } },
        });
      });

      test('is refused without an app key', async () => {
        await start();
        const seen = await run(`
          const states = [];
          sdk.SkylinkEventManager.addEventListener('readyStateChange', ({ detail }) => states.push(detail));
          let thrown;
          try { new sdk.default({}) } catch (error) { thrown = error }
          const [, { readyState, error, room }] = states;
          return {
            message: thrown.message,
            same: error.content === thrown,
            detail: [readyState, error.status, error.errorCode, room],
          }`);
        assert.deepEqual(seen, {
          message: 'Please provide an App Key - Get one at console.temasys.io!',
          same: true,
          detail: [-1, -2, 4, null],
        });
      });

      test('causes no stray error', async () => {
        await start();
        await run("await new sdk.default('key').leaveAllRooms()");
        assert.deepEqual(problems, []);
      });
    });
  }

  describe('the slim entry', () => {
    const run = (code) => page.evaluate(`(async (sdk) => { ${code} })(window.sdk)`);

    test('takes the module from beside the script', async () => {
      await open('slim');
      assert.match(
        await run("await sdk.init(); return new sdk.default('key').generateUUID()"),
        /-/,
      );
    });

    test('takes an address, a response, bytes or a module', async () => {
      for (const given of [
        "'/slim/skylink_bg.wasm'",
        "fetch('/slim/skylink_bg.wasm')",
        "await (await fetch('/slim/skylink_bg.wasm')).arrayBuffer()",
        "await WebAssembly.compileStreaming(fetch('/slim/skylink_bg.wasm'))",
      ]) {
        await open('slim');
        const code = `await sdk.init(${given}); return new sdk.default('key').leaveAllRooms()`;
        assert.deepEqual(await run(code), [], given);
        await page.context().close();
      }
    });

    test('makes promise methods wait, and refuses others until then', async () => {
      await open('slim');
      const seen = await run(`
        const skylink = new sdk.default('key');
        const rooms = skylink.leaveAllRooms();
        let early;
        try { skylink.generateUUID() } catch (error) { early = error.code }
        await sdk.init();
        return { early, rooms: await rooms }`);
      assert.deepEqual(seen, { early: 'ENGINE_FAILED', rooms: [] });
    });

    test('can be tried again after a failure', async () => {
      await open('slim');
      const seen = await run(`
        const skylink = new sdk.default('key');
        const waiting = skylink.leaveAllRooms().catch((error) => error.code);
        const failed = await sdk.init('/missing.wasm').catch((error) => error.message);
        await sdk.init();
        return [await waiting, failed, await skylink.leaveAllRooms()]`);
      assert.equal(seen[0], 'ENGINE_FAILED');
      assert.match(seen[1], /missing\.wasm was answered with status 404/);
      assert.deepEqual(seen[2], []);
    });
  });
});
