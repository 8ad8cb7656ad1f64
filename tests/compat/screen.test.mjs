import assert from 'node:assert/strict';
import { GRANTS_SCREENS } from '../e2e/harness/browser.mjs';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage({ flags: [GRANTS_SCREENS] });

const CAMERA = { video: { resolution: { width: 160, height: 120 } } };

const isFrom =
  (peer) =>
  ({ peerId }) =>
    peerId === peer.id;

const names = (client, after, wanted) =>
  client.events
    .slice(after)
    .map(({ name }) => name)
    .filter((name) => wanted.includes(name));

/**
 * Two in a room, all rounds over. What the first one had before the other came is sent in a second
 * round if the first one is 2.7.2.
 */
async function meet(enter, room, kinds, media = {}) {
  const [one, other] = [await enter(kinds[0], 'Sharer'), await enter(kinds[1], 'Viewer')];
  await one.join(room, media);
  await other.join(room);
  if (Object.keys(media).length > 0) await other.waitFor('onIncomingStream', isFrom(one));
  await Promise.all([one.waitForRound(), other.waitForRound()]);
  await Promise.all([one.waitForStability(), other.waitForStability()]);
  return [one, other];
}

/** The round that a change at `one` caused is over. */
const roundOver = (one, after) => one.waitForRound(after);

/** As the browser does when its own button is pressed; `stop` alone fires nothing. */
const endTrack = (client, streamId, kind) =>
  client.page.evaluate(
    ([id, wanted]) => {
      const [own] = Object.values(window.skylink.getStreams(window.roomName));
      const streams = Object.values(own.streams).flatMap((of) => Object.values(of ?? {}));
      const track = streams
        .find((stream) => stream.id === id)
        .getTracks()
        .find((candidate) => candidate.kind === wanted);
      track.stop();
      track.dispatchEvent(new Event('ended'));
    },
    [streamId, kind],
  );

for (const kinds of [
  ['ours', 'skylinkjs'],
  ['skylinkjs', 'ours'],
  ['ours', 'ours'],
]) {
  const [sharer, viewer] = kinds;
  const title = `M-36, M-42, M-16, M-24, E-02, E-03, E-25, E-36, E-37, E-39, T-02, T-03, T-10: ${sharer} shares a screen, ${viewer} sees it`;
  scene(title, async ({ enter, step, room }) => {
    const [one, other] = await meet(enter, room, kinds, CAMERA);
    let screen;

    await step('the screen is shown to both', async () => {
      const [after, afterOther] = [one.mark(), other.mark()];
      screen = (await one.call('shareScreen', room)).stream;
      assert.deepEqual(names(one, after, ['onIncomingScreenStream', 'mediaAccessSuccess']), [
        'onIncomingScreenStream',
        'mediaAccessSuccess',
      ]);
      const [own] = one.seen('onIncomingScreenStream', () => true, after);
      assert.deepEqual(
        [own.streamId, own.stream.stream, own.peerId, own.isSelf, own.isAudio, own.isVideo],
        [screen, screen, one.id, true, false, true],
      );
      const [access] = one.seen('mediaAccessSuccess', () => true, after);
      assert.deepEqual(
        [
          access.streamId,
          access.isScreensharing,
          access.isAudioFallback,
          access.isAudio,
          access.isVideo,
        ],
        [screen, true, false, false, true],
      );
      const seen = await other.waitFor('onIncomingScreenStream', isFrom(one), {
        after: afterOther,
      });
      assert.deepEqual(
        [seen.streamId, seen.isSelf, seen.isAudio, seen.isVideo],
        [screen, false, false, true],
      );
      await roundOver(one, after);
      await other.waitForMedia(one, ['video']);
      for (const client of [one, other]) {
        const { [one.id]: entry } = await client.call('getStreams', room);
        assert.deepEqual(Object.keys(entry.streams.screenShare), [screen], client.kind);
        assert.equal(Object.keys(entry.streams.video).length, 1, client.kind);
      }
      const { settings, mediaStatus } = await other.call('getPeerInfo', room, one.id);
      assert.deepEqual(mediaStatus[screen], { audioMuted: -1, videoMuted: 1 });
      const { resolution } = settings.video[screen];
      const expected = sharer === 'ours' ? [1280, 720] : [640, 480];
      assert.deepEqual([resolution.width, resolution.height], expected);
    });

    await step('it is muted and unmuted', async () => {
      for (const [videoMuted, value] of [
        [true, 0],
        [false, 1],
      ]) {
        const [after, afterOther] = [one.mark(), other.mark()];
        await one.call('muteStreams', room, { audioMuted: false, videoMuted }, screen);
        assert.deepEqual(names(one, after, ['localMediaMuted', 'peerUpdated', 'streamMuted']), [
          'localMediaMuted',
          'peerUpdated',
          'streamMuted',
        ]);
        assert.deepEqual(
          one.seen('localMediaMuted', () => true, after),
          [
            {
              streamId: screen,
              isScreensharing: true,
              mediaStatus: { audioMuted: -1, videoMuted: value },
            },
          ],
        );
        for (const [client, since] of [
          [one, after],
          [other, afterOther],
        ]) {
          const muted = await client.waitFor('streamMuted', isFrom(one), { after: since });
          assert.deepEqual(
            [muted.streamId, muted.isScreensharing, muted.isAudio, muted.isVideo],
            [screen, true, false, true],
          );
          assert.equal(muted.peerInfo.mediaStatus[screen].videoMuted, value);
        }
      }
    });

    await step('it is stopped, the camera goes on', async () => {
      const [after, afterOther] = [one.mark(), other.mark()];
      assert.equal(await one.call('stopScreen', room), null);
      assert.deepEqual(
        names(one, after, ['streamEnded', 'mediaAccessStopped', 'peerUpdated']).slice(0, 3),
        ['streamEnded', 'mediaAccessStopped', 'peerUpdated'],
      );
      const [ended] = one.seen('streamEnded', () => true, after);
      assert.deepEqual([ended.streamId, ended.isSelf, ended.isScreensharing], [screen, true, true]);
      assert.deepEqual(
        one.seen('mediaAccessStopped', () => true, after),
        [{ isScreensharing: true, streamId: screen }],
      );
      const gone = await other.waitFor('streamEnded', isFrom(one), { after: afterOther });
      assert.deepEqual([gone.streamId, gone.isSelf, gone.isScreensharing], [screen, false, true]);
      const { mediaInfo } = await other.waitFor('mediaInfoDeleted', () => true, {
        after: afterOther,
      });
      assert.deepEqual(
        [mediaInfo.mediaId, mediaInfo.mediaType],
        [`VIDEO_${screen}`, 'videoScreen'],
      );
      const { [one.id]: entry } = await other.call('getStreams', room);
      assert.equal(entry.streams.screenShare, null);
      await other.waitForMedia(one, ['video'], await other.receivedFrom(one.id));
      assert.equal(await one.call('stopScreen', room), null, 'nothing is shared any more');
    });
    assert.deepEqual([...one.pageErrors, ...other.pageErrors], []);
  });
}

for (const viewer of ['skylinkjs', 'ours']) {
  scene(`M-36, O-04, Q-14: the sound of a screen comes to ${viewer}`, async ({ enter, room }) => {
    const [one, other] = await meet(enter, room, ['ours', viewer], CAMERA);
    const after = one.mark();
    const afterOther = other.mark();
    const options = { audio: { echoCancellation: false }, video: true };
    const shared = await one.call('shareScreen', room, options);
    assert.deepEqual([shared.audio, shared.video], [1, 1]);
    const [own] = one.seen('onIncomingScreenStream', () => true, after);
    assert.deepEqual([own.isAudio, own.isVideo], [true, true]);
    const picture = await other.waitFor('onIncomingScreenStream', isFrom(one), {
      after: afterOther,
    });
    assert.equal(picture.streamId, shared.stream);
    const isSound = ({ peerId, isAudio }) => peerId === one.id && isAudio;
    const sound = await other.waitFor('onIncomingStream', isSound, { after: afterOther });
    await roundOver(one, after);
    await other.waitForMedia(one, ['audio', 'video']);

    const muted = one.mark();
    await one.call('muteStreams', room, { audioMuted: true, videoMuted: false }, shared.stream);
    const isQuiet = ({ streamId, isAudio }) => streamId === sound.streamId && isAudio;
    await other.waitFor('streamMuted', isQuiet, { after: afterOther });
    assert.deepEqual(
      one.seen('localMediaMuted', () => true, muted).map(({ isScreensharing }) => isScreensharing),
      [true],
    );

    const stopped = other.mark();
    await one.call('stopScreen', room);
    await other.until(
      () => other.seen('streamEnded', isFrom(one), stopped).length === 2,
      'the end of picture and sound',
    );
    assert.deepEqual(
      one.seen('streamEnded').map(({ streamId, isAudio, isVideo }) => [streamId, isAudio, isVideo]),
      [[shared.stream, true, true]],
    );
    const { [one.id]: entry } = await other.call('getStreams', room);
    assert.equal(entry.streams.audio, null);
    assert.deepEqual([...one.pageErrors, ...other.pageErrors], []);
  });
}

scene(
  'M-36, E-03, Q-14, D21: a second screen takes the place of the first',
  async ({ enter, room }) => {
    const [one, other] = await meet(enter, room, ['ours', 'skylinkjs']);
    const ids = [];
    for (let round = 0; round < 3; round += 1) {
      const after = other.mark();
      ids.push((await one.call('shareScreen', room)).stream);
      const fits = ({ streamId }) => streamId === ids[round];
      await other.waitFor('onIncomingScreenStream', fits, { after });
      if (round > 0) {
        await other.waitFor('streamEnded', ({ streamId }) => streamId === ids[round - 1], {
          after,
        });
      }
      const { [one.id]: own } = await one.call('getStreams', room);
      assert.deepEqual(Object.keys(own.streams.screenShare), [ids[round]]);
    }
    assert.deepEqual(
      one.seen('streamEnded').map(({ streamId, isScreensharing }) => [streamId, isScreensharing]),
      ids.slice(0, 2).map((id) => [id, true]),
    );
    const sections = await one.page.evaluate(
      () => window.probes.connections[0].localDescription.sdp.match(/^m=video/gm).length,
    );
    assert.ok(sections <= 2, `${sections} m-sections`);
  },
);

scene(
  'E-03, E-36, M-42: what the browser ends is ended everywhere, screen, camera or sound',
  async ({ enter, room }) => {
    const [one, other] = await meet(enter, room, ['ours', 'skylinkjs'], CAMERA);
    await one.page.evaluate((name) => (window.roomName = name), room);
    const after = one.mark();
    const screen = (await one.call('shareScreen', room)).stream;
    await other.waitFor('onIncomingScreenStream', isFrom(one));
    await roundOver(one, after);
    const { [one.id]: own } = await one.call('getStreams', room);
    const [camera] = Object.keys(own.streams.video);
    for (const [streamId, isScreensharing] of [
      [screen, true],
      [camera, false],
    ]) {
      const [mark, markOther] = [one.mark(), other.mark()];
      await endTrack(one, streamId, 'video');
      const wanted = ['streamEnded', 'mediaAccessStopped', 'peerUpdated', 'mediaInfoDeleted'];
      await other.waitFor('streamEnded', isFrom(one), { after: markOther });
      await roundOver(one, mark);
      assert.deepEqual(names(one, mark, wanted), wanted);
      const [ended] = one.seen('streamEnded', () => true, mark);
      assert.deepEqual([ended.streamId, ended.isScreensharing], [streamId, isScreensharing]);
      assert.deepEqual(
        one.seen('mediaAccessStopped', () => true, mark),
        [{ isScreensharing, streamId }],
      );
    }
    assert.deepEqual(await other.call('getStreams', room), {});
  },
);

for (const kind of ['skylinkjs', 'ours']) {
  scene(`M-36, M-42, O-04: ${kind} takes a refusal for no screen`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    assert.equal(await client.call('shareScreen', 'no such room'), null);
    assert.equal(await client.call('stopScreen', 'no such room'), null);
    await client.join(room);
    const after = client.mark();
    // Browsers allow no lower bounds here.
    const tooMuch = { video: { resolution: { width: { min: 10 }, height: { min: 10 } } } };
    assert.equal(await client.call('shareScreen', room, tooMuch), null);
    assert.deepEqual(
      names(client, after, ['mediaAccessError', 'mediaAccessFallback', 'onIncomingScreenStream']),
      [],
    );
    assert.equal(await client.call('stopScreen', room), null);
    assert.deepEqual(await client.call('getStreams', room), {});
  });

  scene(`O-04, T-02: what ${kind} makes of the options for a screen`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    await client.page.evaluate(() => {
      const devices = navigator.mediaDevices;
      const original = devices.getDisplayMedia.bind(devices);
      window.asked = [];
      devices.getDisplayMedia = (constraints) => {
        window.asked.push(structuredClone(constraints));
        return original(constraints);
      };
    });
    await client.join(room);
    const resolution = { width: 320, height: 240 };
    for (const [options, expected] of [
      [undefined, { audio: false, video: { frameRate: { max: 30 } } }],
      [true, { audio: false, video: { frameRate: { max: 30 } } }],
      [{ audio: true }, { audio: false, video: { frameRate: { max: 30 } } }],
      [
        { video: { resolution, frameRate: 5 } },
        {
          audio: false,
          video: { width: { max: 320 }, height: { max: 240 }, frameRate: { max: 5 } },
        },
      ],
    ]) {
      const stream = await client.call('shareScreen', room, options);
      const asked = await client.page.evaluate(() => window.asked.pop());
      assert.deepEqual(asked, expected);
      assert.equal(stream.video, 1);
      await client.call('stopScreen', room);
    }
  });
}

scene('M-22, M-36, M-43: a screen ends with the room, and by its id', async ({ enter, room }) => {
  const client = await enter('ours', 'Client');
  await client.join(room, CAMERA);
  const first = (await client.call('shareScreen', room)).stream;
  await client.call('stopStreams', room, first);
  assert.equal(client.seen('streamEnded')[0].isScreensharing, true);
  const second = (await client.call('shareScreen', room, { video: true, audio: true })).stream;
  await client.call('stopStreams', room);
  const { [client.id]: own } = await client.call('getStreams', room);
  assert.deepEqual([own.streams.video, Object.keys(own.streams.screenShare)], [null, [second]]);
  const after = client.mark();
  await client.call('leaveRoom', room);
  assert.deepEqual(
    client.seen('mediaAccessStopped', () => true, after),
    [{ isScreensharing: true, streamId: second }],
  );
  assert.ok((await client.localTracks()).every(({ readyState }) => readyState === 'ended'));
});
