// What apps hand over that nobody thinks of: objects without end, proxies, things in place of names.
import assert from 'node:assert/strict';
import { optionsFor, setStage } from './harness/stage.mjs';

const stage = setStage();
const { scene } = stage;

scene('methods work through a proxy, and without their instance', async ({ enter, room }) => {
  const { page } = await enter('ours', 'App');
  const seen = await page.evaluate(
    async ([name, options]) => {
      const { default: Skylink, SkylinkEventManager } = window.sdk;
      const watched = (value) => new Proxy(value, {});
      const [manager, skylink] = [watched(SkylinkEventManager), watched(new Skylink(options))];
      const entered = (roomName) =>
        new Promise((resolve) => {
          const note = ({ detail }) => {
            if (!detail.isSelf || detail.room.roomName !== roomName) return;
            manager.removeEventListener('peerJoined', note);
            resolve(roomName);
          };
          manager.addEventListener('peerJoined', note);
        });
      const heard = new Promise((resolve) => {
        skylink.once('peerJoined', resolve);
      });
      const { joinRoom } = skylink;
      const joined = [entered(name), entered(`${name}-bare`)];
      await skylink.joinRoom({ roomName: name });
      await heard;
      await joinRoom({ roomName: `${name}-bare` });
      const rooms = await Promise.all(joined);
      await skylink.destroy();
      return { rooms, left: !skylink.getPeerInfo(name) };
    },
    [room, optionsFor(stage.server.host)],
  );
  assert.deepEqual(seen, { rooms: [room, `${room}-bare`], left: true });
});

scene('values without an end do not hold the page up', async ({ enter, room }) => {
  const client = await enter('ours', 'App');
  await client.join(room, { audio: true, video: true });
  await client.page.evaluate((name) => {
    const all = Array.from({ length: 20 }, () => ({}));
    for (const one of all) {
      all.forEach((other, place) => {
        one[`m${place}`] = other;
      });
    }
    const { skylink } = window;
    skylink.muteStreams(name, { ...all[0], view: window, target: document.body });
    let layered = {};
    for (let depth = 0; depth < 40; depth += 1) layered = { one: layered, other: layered };
    skylink.setUserData(name, layered);
    const family = { name: 'parent', children: [{ name: 'child' }] };
    family.children[0].parent = family;
    skylink.setUserData(name, family);
  }, room);
  await client.waitFor('streamMuted', ({ isSelf }) => isSelf);
  assert.deepEqual(await client.call('getUserData', room), {
    name: 'parent',
    children: [{ name: 'child', parent: null }],
  });
});

scene('what throws when it is looked at ends nothing', async ({ enter, room }) => {
  const client = await enter('ours', 'App');
  await client.join(room);
  const outcomes = await client.page.evaluate(async (name) => {
    const { skylink } = window;
    const revoked = () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    };
    const failing = {
      fine: 1,
      get bad() {
        throw new Error('no');
      },
    };
    skylink.setUserData(name, failing);
    skylink.sendMessage(name, revoked());
    skylink.muteStreams(name, { audioMuted: true }, revoked());
    const reason = (promise) =>
      promise.then(
        () => 'none',
        (error) => error.message,
      );
    return {
      userData: skylink.getUserData(name),
      joined: await reason(skylink.joinRoom({ roomName: 'other', userData: failing })),
      stopped: await reason(skylink.stopStreams(name, revoked())),
    };
  }, room);
  assert.deepEqual(outcomes.userData, { fine: 1 });
  assert.equal(outcomes.joined, 'no');
  assert.notEqual(outcomes.stopped, 'none');
  assert.deepEqual(client.seen('fatal'), []);
});

scene('what is no stream id names no stream', async ({ enter, room }) => {
  const client = await enter('ours', 'App');
  await client.join(room, { audio: true, video: true });
  const outcomes = await client.page.evaluate(async (name) => {
    const { skylink } = window;
    const [streams] = Object.values(skylink.getStreams(name, true));
    const [stream] = Object.values(streams.streams.audio);
    skylink.muteStreams(name, { audioMuted: true }, stream);
    const stopped = await skylink.stopStreams(name, stream).catch((error) => error.message);
    skylink.muteStreams(name, { audioMuted: false, videoMuted: true }, '');
    return { stopped, unknown: skylink.getPeerInfo(name, 5) ?? null };
  }, room);
  assert.equal(outcomes.stopped, 'No stream to process - [object MediaStream]');
  assert.equal(outcomes.unknown, null);
  await client.waitFor('streamMuted', ({ isSelf, isVideo }) => isSelf && isVideo);
  assert.deepEqual(
    client.seen('streamMuted').filter(({ isAudio }) => isAudio),
    [],
  );
  assert.ok((await client.localTracks()).every(({ readyState }) => readyState === 'live'));
});

scene('streams may be missing, or still to come', async ({ enter, room }) => {
  const client = await enter('ours', 'App');
  await client.call('joinRoom', { roomName: room, audio: true }, false);
  assert.equal((await client.localTracks()).length, 1);
  const { given, sent } = await client.page.evaluate(async (name) => {
    const { skylink } = window;
    const streams = skylink.getUserMedia({ audio: true, video: true });
    await skylink.joinRoom({ roomName: name }, streams);
    const [own] = Object.values(skylink.getStreams(name, true));
    const { audio, video } = own.streams;
    const tracksOf = (list) => list.flatMap((stream) => stream.getTracks().map(({ id }) => id));
    return {
      given: tracksOf(await streams),
      sent: tracksOf(Object.values({ ...audio, ...video })),
    };
  }, `${room}-coming`);
  assert.deepEqual(sent.sort(), given.sort());
  const { error } = await client.attempt('joinRoom', { roomName: room }, { some: 'thing' });
  assert.match(error.message, /prefetched/i);
});

scene('rooms may be called by numbers, options be inherited', async ({ enter, room }) => {
  const client = await enter('ours', 'App');
  await client.page.evaluate(async (name) => {
    const { skylink } = window;
    await skylink.joinRoom({ roomName: 42 });
    await skylink.joinRoom(Object.create({ roomName: name, userData: { mine: true } }));
  }, room);
  const isOwn = (name) => (detail) => detail.isSelf && detail.room.roomName === name;
  await client.waitFor('peerJoined', isOwn('42'));
  await client.waitFor('peerJoined', isOwn(room));
  assert.equal((await client.call('getPeerInfo', 42)).room.roomName, '42');
  assert.deepEqual(await client.call('getUserData', room), { mine: true });
});

scene('what listeners get may be frozen', async ({ enter, room }) => {
  const client = await enter('ours', 'App');
  await client.join(room);
  const frozen = await client.page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const { skylink } = window;
        skylink.once('onIncomingMessage', ({ detail }) => {
          Object.freeze(detail);
          const { room: first } = detail;
          resolve([first.roomName, detail.peerInfo.userData, detail.room === first]);
        });
        skylink.sendMessage(name, 'hello');
      }),
    room,
  );
  assert.deepEqual(frozen, [room, 'App', true]);
});

scene('what listeners change of a message is theirs alone', async ({ enter, room }) => {
  const client = await enter('ours', 'App');
  await client.join(room);
  const looks = await client.page.evaluate((name) => {
    const details = [];
    const { skylink } = window;
    skylink.on('onIncomingMessage', ({ detail }) => details.push(detail));
    for (const message of ['one', 'two', 'three']) skylink.sendMessage(name, message);
    const [changed, replaced, other] = details;
    const { peerInfo: first } = changed;
    const isKept = changed.peerInfo === first;
    changed.peerInfo.userData = 'changed';
    replaced.peerInfo = 'replaced';
    return {
      members: details.map((detail) => Object.keys(detail)),
      isKept,
      texts: [changed.peerInfo.userData, replaced.peerInfo, other.peerInfo.userData],
      copies: [{ ...changed }, JSON.parse(JSON.stringify(other))].map(
        ({ peerInfo }) => peerInfo.userData,
      ),
      plain: Object.getPrototypeOf(other) === Object.prototype,
    };
  }, room);
  const members = ['peerId', 'peerInfo', 'isSelf', 'room', 'message'];
  assert.deepEqual(looks, {
    members: [members, members, members],
    isKept: true,
    texts: ['changed', 'replaced', 'App'],
    copies: ['changed', 'App'],
    plain: true,
  });
});
