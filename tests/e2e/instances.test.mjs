import assert from 'node:assert/strict';
import { optionsFor, setStage } from './harness/stage.mjs';

const stage = setStage();
const { scene } = stage;

scene('on, once and off add and remove listeners of one instance', async ({ enter }) => {
  const { page } = await enter('ours', 'App');
  const calls = await page.evaluate(() => {
    const { default: Skylink, SkylinkEventManager } = window.sdk;
    const [one, other] = [new Skylink('key'), new Skylink('key')];
    const heard = [];
    const note = (label) => () => heard.push(label);
    const dispatch = () => {
      heard.push('event');
      SkylinkEventManager.dispatchEvent({ name: 'test', detail: { detail: { some: 'thing' } } });
    };
    const shared = note('shared');
    one.on('test', shared);
    other.on('test', shared);
    SkylinkEventManager.addEventListener('test', shared);
    const stop = one.on('test', note('stopped'));
    one.once('test', ({ detail }) => heard.push(detail.some));
    dispatch();
    stop();
    stop();
    one.off('test', shared);
    dispatch();
    one.on('test', note('of one'));
    one.once('test', note('never'))();
    one.off('test');
    other.off();
    dispatch();
    SkylinkEventManager.removeEventListener('test', shared);
    return { heard, left: SkylinkEventManager.events.test.callbacks.length };
  });
  assert.deepEqual(calls, {
    heard: [
      ...['event', 'shared', 'shared', 'shared', 'stopped', 'thing'],
      ...['event', 'shared', 'shared'],
      ...['event', 'shared'],
    ],
    left: 0,
  });
});

scene(
  'destroy leaves what the instance has joined and takes its listeners off',
  async ({ enter, room }) => {
    const client = await enter('ours', 'Client');
    const witness = await enter('ours', 'Witness');
    await witness.join(`${room}-mine`);
    await client.join(`${room}-other`);
    const seen = await client.page.evaluate(
      async ([mine, joining, options]) => {
        const { default: Skylink, SkylinkEventManager } = window.sdk;
        const instance = new Skylink(options);
        const left = [];
        instance.on('peerLeft', ({ detail }) => left.push(detail.room.roomName));
        await instance.joinRoom({ roomName: mine, audio: true });
        const underWay = instance.joinRoom({ roomName: joining }).catch((error) => error.code);
        await instance.destroy();
        const listeners = SkylinkEventManager.events.peerLeft.callbacks.length;
        // Nothing is left to do.
        await instance.destroy();
        return { left, joining: await underWay, listeners, mine: instance.getPeerInfo(mine) };
      },
      [`${room}-mine`, `${room}-joining`, optionsFor(stage.server.host)],
    );
    assert.deepEqual(seen, {
      left: [`${room}-mine`],
      joining: 'LEFT_DURING_JOIN',
      // The one of the test's own page.
      listeners: 1,
      mine: null,
    });
    assert.equal((await client.call('getPeerInfo', `${room}-other`)).userData, 'Client');
    await witness.waitFor('peerLeft', ({ isSelf }) => !isSelf);
    assert.ok((await client.localTracks()).every(({ readyState }) => readyState === 'ended'));
  },
);

scene('destroy ends a join that waits for its streams', async ({ enter, room }) => {
  const client = await enter('ours', 'Client');
  const seen = await client.page.evaluate(
    async ([roomName, options]) => {
      const instance = new window.sdk.default(options);
      const streams = navigator.mediaDevices.getUserMedia({ audio: true });
      const joined = instance.joinRoom({ roomName }, streams).catch(({ code }) => code);
      await instance.destroy();
      const outcome = await joined;
      const [track] = (await streams).getTracks();
      return { outcome, state: track.readyState, info: instance.getPeerInfo(roomName) };
    },
    [room, optionsFor(stage.server.host)],
  );
  // The tracks are the app's.
  assert.deepEqual(seen, { outcome: 'LEFT_DURING_JOIN', state: 'live', info: null });
});

scene('instances can be disposed of by the language', async ({ enter, room }) => {
  const client = await enter('ours', 'Client');
  const witness = await enter('ours', 'Witness');
  await witness.join(room);
  await client.join(room);
  const kinds = await client.page.evaluate(async () => {
    const { skylink } = window;
    skylink[Symbol.dispose]();
    const disposed = skylink[Symbol.asyncDispose]();
    return [disposed instanceof Promise, await disposed];
  });
  assert.deepEqual(kinds, [true, undefined]);
  await witness.waitFor('peerLeft', ({ peerId }) => peerId === client.id);
});
