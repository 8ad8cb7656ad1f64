import assert from 'node:assert/strict';
import { GRANTS_SCREENS } from '../e2e/harness/browser.mjs';
import { ImpairedPath } from '../e2e/harness/impaired-path.mjs';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage({
  server: { config: '[keys.demo]\nmcu = true\n' },
  flags: [GRANTS_SCREENS],
});

/** As small as a camera may be that is sent in two layers, nearly. */
const CAMERA = {
  video: { resolution: { width: { exact: 640 }, height: { exact: 360 } }, frameRate: 10 },
};
const SMALL = { audio: true, video: { resolution: { width: 160, height: 120 }, frameRate: 10 } };

/** Between what the two layers of noise take: 130 and 370 kbit/s. */
const THIN_LINE = { delayMs: 10, bytesPerSecond: 35_000 };
const WIDE_LINE = { delayMs: 10 };
const WIDENING_MS = 60_000;

/** Rids of what is sent in each m-section, and how many m-sections there are. */
const sent = (client) =>
  client.page.evaluate(() => {
    const connection = window.probes.connections.find(
      ({ connectionState }) => connectionState === 'connected',
    );
    const videos = connection.getSenders().filter(({ track }) => track?.kind === 'video');
    const ridsOf = (sender) => sender.getParameters().encodings.map(({ rid }) => rid ?? '');
    return {
      rids: videos.map((sender) => ridsOf(sender).join(' ')),
      sections: connection.localDescription.sdp.match(/^m=/gm).length,
    };
  });

/** Shows a video of somebody in the page, at that height. */
const show = (client, room, { peerId, streamId }, height) =>
  client.page.evaluate(
    (given) => {
      const { streams } = window.skylink.getStreams(given.room, false)[given.peerId];
      const video = Object.assign(document.createElement('video'), {
        id: 'shown',
        muted: true,
        autoplay: true,
        srcObject: streams.video[given.streamId],
      });
      Object.assign(video.style, { display: 'block', height: `${given.height}px` });
      document.body.append(video);
    },
    { room, peerId, streamId, height },
  );

const style = (client, changes) =>
  client.page.evaluate(
    (given) => Object.assign(document.querySelector('#shown').style, given),
    changes,
  );

/** Waits until the pictures that are shown have so many lines. */
const seesLines = (client, height) =>
  client.page.waitForFunction(
    (lines) => document.querySelector('#shown').videoHeight === lines,
    height,
  );

/** From now on, how long the picture stands still at the most, in milliseconds. */
const watchGaps = (client) =>
  client.page.evaluate(() => {
    const video = document.querySelector('#shown');
    let last = performance.now();
    window.longestGap = 0;
    const onFrame = (now) => {
      window.longestGap = Math.max(window.longestGap, now - last);
      last = now;
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  });

const framesShown = (client) =>
  client.page.evaluate(
    () => document.querySelector('#shown').getVideoPlaybackQuality().totalVideoFrames,
  );

const seesMore = (client) =>
  client.page.evaluate(
    () =>
      new Promise((resolve) => {
        const video = document.querySelector('#shown');
        video.requestVideoFrameCallback(() => video.requestVideoFrameCallback(resolve));
      }),
  );

const layerOf =
  ({ streamId }, wanted) =>
  (detail) =>
    detail.streamId === streamId &&
    Object.entries(wanted).every(([key, value]) => detail[key] === value);

const cameraOf = (peer) => (detail) => detail.peerId === peer.id && detail.isVideo;

scene(
  'E-01, E-03, M-31, M-36, M-43: a camera in layers comes in the size that is wanted, also to 2.7.2',
  async ({ enter, step, room }) => {
    const ann = await enter('ours', 'Ann');
    const ben = await enter('ours', 'Ben');
    const old = await enter('skylinkjs', 'Old');
    await ann.join(room, { audio: true, ...CAMERA });
    await ben.join(room);
    await old.join(room, SMALL);
    const camera = await ben.waitFor('onIncomingStream', cameraOf(ann));

    await step('all see it, and what 2.7.2 sends', async () => {
      await Promise.all([
        ben.waitForMedia(ann),
        old.waitForMedia(ann),
        ann.waitForMedia(old),
        ben.waitForMedia(old),
      ]);
      assert.deepEqual((await sent(ann)).rids, ['h f']);
    });

    await show(ben, room, camera, 360);
    await step('small where that is enough, and large again', async () => {
      // It begins small, until the media server knows what the line carries.
      await ben.waitFor('videoLayerChanged', layerOf(camera, { layer: 1 }));
      await seesLines(ben, 360);
      await watchGaps(ben);
      const after = ben.mark();
      await ben.call('setVideoView', room, camera.streamId, { height: 180 });
      await ben.waitFor('videoLayerChanged', layerOf(camera, { layer: 0, layers: 2 }), { after });
      await seesLines(ben, 180);
      const later = ben.mark();
      await ben.call('setVideoView', room, camera.streamId, { height: 360 });
      await ben.waitFor('videoLayerChanged', layerOf(camera, { layer: 1 }), { after: later });
      await seesLines(ben, 360);
      await seesMore(ben);
      const gap = await ben.page.evaluate(() => window.longestGap);
      assert.ok(gap < 3_000, `the picture stood still for ${gap} ms`);
    });

    await step('paused it stands still, and goes on', async () => {
      const marked = ben.mark();
      await ben.call('setVideoView', room, camera.streamId, { isPaused: true });
      await ben.waitFor('videoLayerChanged', layerOf(camera, { isPaused: true }), {
        after: marked,
      });
      // What was on its way is shown by then.
      await ben.page.waitForTimeout(500);
      const frames = await framesShown(ben);
      await ben.page.waitForTimeout(1_000);
      assert.equal(await framesShown(ben), frames);
      await ben.call('setVideoView', room, camera.streamId, { isPaused: false });
      await seesMore(ben);
      const { layer } = await ben.waitFor(
        'videoLayerChanged',
        layerOf(camera, { isPaused: false }),
        { after: marked },
      );
      assert.ok(layer >= 0);
    });

    await step('no stream has ended meanwhile, and 2.7.2 saw all of it', async () => {
      assert.deepEqual([...ben.seen('streamEnded'), ...old.seen('streamEnded')], []);
      await old.waitForMedia(ann, ['audio', 'video'], await old.receivedFrom(ann.id));
    });

    await step('a screen goes in one size, and another camera in the same section', async () => {
      const { stream: screen } = await ann.call('shareScreen', room);
      await ben.waitFor('onIncomingScreenStream', ({ streamId }) => streamId === screen);
      await ben.waitForFrames(screen);
      const { rids, sections } = await sent(ann);
      assert.deepEqual(rids.sort(), ['', 'h f']);
      await ann.call('stopStreams', room, camera.streamId);
      await ben.waitFor('streamEnded', ({ streamId }) => streamId === camera.streamId);
      const [, { stream: again }] = await ann.call('sendStream', room, CAMERA);
      await Promise.all(
        [ben, old].map((member) =>
          member.waitFor('onIncomingStream', ({ streamId }) => streamId === again),
        ),
      );
      await Promise.all([ben.waitForFrames(again), old.waitForFrames(again)]);
      const now = await sent(ann);
      assert.deepEqual([now.rids.sort(), now.sections], [['', 'h f'], sections]);
    });

    await step('where the app wants one size, there is one', async () => {
      const plain = await enter('ours', 'Plain', { options: { simulcast: false } });
      await plain.join(room, CAMERA);
      await ben.waitForMedia(plain, ['video']);
      assert.deepEqual((await sent(plain)).rids, ['']);
    });
    for (const member of [ann, ben]) assert.deepEqual(member.pageErrors, []);
  },
);

scene('adaptiveVideo: videos come as large as the page shows them', async ({ enter, room }) => {
  const ann = await enter('ours', 'Ann');
  const ben = await enter('ours', 'Ben', { options: { adaptiveVideo: true } });
  await ann.join(room, CAMERA);
  await ben.join(room);
  const camera = await ben.waitFor('onIncomingStream', cameraOf(ann));
  await ben.waitForMedia(ann, ['video']);
  const wants = async (change, wanted) => {
    const after = ben.mark();
    await change();
    await ben.waitFor('videoLayerChanged', layerOf(camera, wanted), { after });
  };
  await show(ben, room, camera, 360);
  await ben.waitFor('videoLayerChanged', layerOf(camera, { layer: 1 }));
  await seesLines(ben, 360);
  await wants(() => style(ben, { height: '120px' }), { layer: 0, isPaused: false });
  await seesLines(ben, 180);
  await wants(() => style(ben, { marginTop: '5000px' }), { isPaused: true });
  await wants(() => ben.page.evaluate(() => document.querySelector('#shown').scrollIntoView()), {
    isPaused: false,
  });
  await seesMore(ben);
  const hide = (isHidden) =>
    ben.page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  await wants(() => hide(true), { isPaused: true });
  await wants(() => hide(false), { isPaused: false });
  // In no element it comes as by default, and so it does for whoever shows it by other means.
  await wants(() => ben.page.evaluate(() => document.querySelector('#shown').remove()), {
    layer: 1,
  });
  assert.deepEqual([ben.seen('streamEnded'), ben.pageErrors, ann.pageErrors], [[], [], []]);
  await ben.page.evaluate(() => window.skylink.destroy());
});

/** Runs in the page: joins with a picture for which an encoder spends all that it may. */
const joinWithNoise = (room) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const context = canvas.getContext('2d');
  const picture = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(picture.data.buffer);
  setInterval(() => {
    for (let place = 0; place < pixels.length; place += 1) {
      pixels[place] = 0xff000000 + Math.random() * 0x1000000;
    }
    context.putImageData(picture, 0, 0);
  }, 100);
  return window.skylink.joinRoom({ roomName: room }, canvas.captureStream()).then(() => {});
};

scene(
  'a thin line carries the small picture, a wide one the large one',
  async ({ enter, room }) => {
    const path = await ImpairedPath.start(WIDE_LINE);
    try {
      const ann = await enter('ours', 'Ann');
      const ben = await enter('ours', 'Ben', { path });
      await ann.page.evaluate(joinWithNoise, room);
      await ben.join(room);
      const { streamId } = await ben.waitFor('onIncomingStream', ({ isSelf }) => !isSelf);
      const hasLayer = (wanted) => () => {
        const { layer, isStarved } = ben.seen('videoLayerChanged').at(-1) ?? {};
        return layer === wanted && !isStarved;
      };
      await ben.until(hasLayer(1), 'the large picture', WIDENING_MS);
      await path.set(THIN_LINE);
      await ben.until(hasLayer(0), 'the small picture');
      await ben.waitForFrames(streamId);
      await path.set(WIDE_LINE);
      await ben.until(hasLayer(1), 'the large picture again', WIDENING_MS);
      await ben.waitForFrames(streamId);
      assert.deepEqual([ben.seen('streamEnded'), ben.pageErrors], [[], []]);
    } finally {
      await path.stop();
    }
  },
);
