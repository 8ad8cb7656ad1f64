import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const CAMERA = { video: { resolution: { width: 320, height: 240 } } };

/** A microphone with a tone on the left, and nothing on the right. */
function plugStereoMicrophone() {
  const context = new AudioContext();
  const target = context.createMediaStreamDestination();
  target.channelCount = 2;
  const merger = context.createChannelMerger(2);
  const tone = context.createOscillator();
  tone.connect(merger, 0, 0);
  merger.connect(target);
  tone.start();
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    window.asked = structuredClone(constraints);
    return target.stream.clone();
  };
}

/** Loudness of the two channels that come from a peer, once there is any. */
const loudness = (client, room, peer) =>
  client.page.evaluate(
    async ([name, id]) => {
      const [stream] = Object.values(window.skylink.getStreams(name)[id].streams.audio);
      const context = new AudioContext();
      const splitter = context.createChannelSplitter(2);
      context.createMediaStreamSource(stream).connect(splitter);
      const meters = [0, 1].map((channel) => {
        const meter = context.createAnalyser();
        splitter.connect(meter, channel);
        return meter;
      });
      const samples = new Float32Array(2048);
      for (;;) {
        await new Promise((resolve) => {
          setTimeout(resolve, 100);
        });
        const levels = meters.map((meter) => {
          meter.getFloatTimeDomainData(samples);
          return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / 2048);
        });
        if (levels[0] > 0.05) return levels;
      }
    },
    [room, peer.id],
  );

/** How the sound that a page sends is coded: parameters, and bits per second meant for it. */
const soundSent = (client) =>
  client.page.evaluate(async () => {
    const connection = window.probes.connections.find(
      ({ connectionState }) => connectionState === 'connected',
    );
    const stats = await connection.getStats();
    const sent = [...stats.values()].find(
      ({ type, kind }) => type === 'outbound-rtp' && kind === 'audio',
    );
    const { sdpFmtpLine } = stats.get(sent.codecId);
    return { parameters: sdpFmtpLine.split(';'), bitrate: sent.targetBitrate };
  });

async function meet(enter, room, kinds, media, options) {
  const inject = media.audio && plugStereoMicrophone;
  const one = await enter(kinds[0], 'Sender', { inject, options });
  const other = await enter(kinds[1], 'Receiver');
  return [one, other];
}

for (const [sends, receives, senderComesFirst] of [
  ['ours', 'ours', true],
  ['ours', 'ours', false],
  ['skylinkjs', 'ours', true],
  ['skylinkjs', 'ours', false],
]) {
  const order = senderComesFirst ? 'first' : 'second';
  const title = `O-03, M-19, M-20: stereo of ${sends}, who comes ${order}, is heard in stereo by ${receives}`;
  scene(title, async ({ enter, room }) => {
    const media = { audio: { stereo: true, echoCancellation: false } };
    const [one, other] = await meet(enter, room, [sends, receives], media);
    const join = () => one.join(room, media);
    if (senderComesFirst) await join();
    await other.join(room);
    if (!senderComesFirst) await join();
    await other.waitForMedia(one, ['audio']);
    const [left, right] = await loudness(other, room, one);
    assert.ok(right < left / 50, `left ${left}, right ${right}`);
    const { settings } = await other.call('getPeerInfo', room, one.id);
    assert.deepEqual(
      Object.values(settings.audio).map(({ stereo }) => stereo),
      [true],
    );
  });
}

scene('O-03, M-31: stereo goes to an old client as stereo, mono stays mono', async (stage) => {
  const { enter, room } = stage;
  const inject = plugStereoMicrophone;
  const one = await enter('ours', 'Sender', { inject });
  const other = await enter('skylinkjs', 'Receiver');
  await other.join(room);
  await one.join(room, { audio: { stereo: true, echoCancellation: false } });
  await other.waitForMedia(one, ['audio']);
  const stereo = await soundSent(one);
  assert.ok(stereo.parameters.includes('stereo=1'), `${stereo.parameters}`);
  const asked = await one.page.evaluate(() => window.asked);
  assert.deepEqual(asked.audio, { echoCancellation: false, channelCount: { ideal: 2 } });
  const [offer] = other
    .seen('channelMessage')
    .map(({ message }) => JSON.parse(message))
    .filter(({ type }) => type === 'offer');
  assert.match(offer.sdp, /a=fmtp:111 [^\r]*sprop-stereo=1/);

  const third = await enter('ours', 'Mono', { inject });
  await third.join(`${room}-mono`, { audio: true });
  const fourth = await enter('skylinkjs', 'Receiver of mono');
  await fourth.join(`${room}-mono`);
  await fourth.waitForMedia(third, ['audio']);
  const mono = await soundSent(third);
  assert.ok(!mono.parameters.includes('stereo=1'), `${mono.parameters}`);
  assert.ok(stereo.bitrate > mono.bitrate, `${stereo.bitrate} and ${mono.bitrate}`);
});

const senderLimits = (client) =>
  client.page.evaluate(() =>
    Object.fromEntries(
      window.probes.connections
        .flatMap((connection) => connection.getSenders())
        .filter(({ track }) => track)
        .map((sender) => [
          sender.track.kind,
          sender.getParameters().encodings[0].maxBitrate ?? null,
        ]),
    ),
  );

/** What one second of video takes, in bits. */
const videoBitrate = (client) =>
  client.page.evaluate(async () => {
    const sender = window.probes.connections
      .flatMap((connection) => connection.getSenders())
      .find(({ track }) => track?.kind === 'video');
    const read = async () =>
      [...(await sender.getStats()).values()].find(({ type }) => type === 'outbound-rtp');
    const before = await read();
    await new Promise((resolve) => {
      setTimeout(resolve, 1000);
    });
    const now = await read();
    return ((now.bytesSent - before.bytesSent) * 8000) / (now.timestamp - before.timestamp);
  });

for (const receives of ['skylinkjs', 'ours']) {
  const title = `O-02, O-03, O-05, T-02: bandwidth limits what is sent to ${receives}`;
  scene(title, async ({ enter, room }) => {
    const [one, other] = await meet(enter, room, ['ours', receives], CAMERA);
    await other.join(room);
    const bandwidth = { audio: 20, video: 60, data: 10 };
    await one.join(room, { audio: true, ...CAMERA, bandwidth });
    await one.waitFor('handshakeProgress', ({ state }) => state === 'answerAck');
    await other.waitForMedia(one, ['audioPackets', 'video']);
    assert.deepEqual(await senderLimits(one), { audio: 20_000, video: 60_000 });
    const bits = await videoBitrate(one);
    assert.ok(bits > 0 && bits < 120_000, `${bits} bits per second`);
    const { settings } = await other.call('getPeerInfo', room, one.id);
    assert.deepEqual(settings.maxBandwidth, bandwidth);
    await one.call('getUserMedia', room, { audio: true, bandwidth: { video: 90 } });
    assert.equal((await senderLimits(one)).video, 90_000);
    assert.deepEqual((await one.call('getPeerInfo', room)).settings.maxBandwidth, {
      ...bandwidth,
      video: 90,
    });
    const after = one.mark();
    await one.call('refreshConnection', room, { bandwidth: { audio: 30 } });
    await one.waitForRound(after);
    // The new microphone goes along, and has the limit once the browser took it.
    await one.page.waitForFunction(() => {
      const senders = window.probes.connections.flatMap((connection) => connection.getSenders());
      const limits = senders
        .filter(({ track }) => track)
        .map((sender) => [sender.track.kind, sender.getParameters().encodings[0].maxBitrate ?? 0]);
      return limits.sort().join(' ') === 'audio,30000 audio,30000 video,0';
    });
  });
}

const codecsSent = (client) =>
  client.page.evaluate(async () => {
    // skylinkjs leaves the connection open with which it looks for codecs.
    const connection = window.probes.connections.find(
      ({ connectionState }) => connectionState === 'connected',
    );
    const stats = await connection.getStats();
    return Object.fromEntries(
      [...stats.values()]
        .filter(({ type, codecId }) => type === 'outbound-rtp' && codecId)
        .map(({ kind, codecId }) => {
          const { mimeType, sdpFmtpLine = '' } = stats.get(codecId);
          return [kind, { codec: mimeType.split('/')[1], parameters: sdpFmtpLine }];
        }),
    );
  });

for (const comesFirst of [true, false]) {
  const order = comesFirst ? 'first' : 'second';
  const title = `O-01, C-35, C-36, Q-17: codecs that ours, who comes ${order}, prefers`;
  scene(title, async ({ enter, room }) => {
    const options = {
      videoCodec: 'VP9',
      audioCodec: 'PCMA',
      codecParams: { video: { vp9: { maxFr: 12 } } },
    };
    const [one, other] = await meet(enter, room, ['ours', 'skylinkjs'], CAMERA, options);
    const media = { audio: true, ...CAMERA };
    if (comesFirst) await one.join(room, media);
    await other.join(room, media);
    if (!comesFirst) await one.join(room, media);
    await Promise.all([one.waitForMedia(other), other.waitForMedia(one)]);
    const sent = await codecsSent(one);
    assert.deepEqual([sent.video.codec, sent.audio.codec], ['VP9', 'PCMA']);
    assert.match(sent.video.parameters, /max-fr=12/);
    const received = await codecsSent(other);
    assert.deepEqual([received.video.codec, received.audio.codec], ['VP9', 'PCMA']);
  });
}

scene('O-01, Q-17: a codec that nobody has, and parameters of Opus', async ({ enter, room }) => {
  const opus = { usedtx: true, useinbandfec: null, maxplaybackrate: 16_000, stereo: null };
  const options = { videoCodec: 'H261', codecParams: { audio: { opus } } };
  const [one, other] = await meet(enter, room, ['ours', 'skylinkjs'], CAMERA, options);
  await other.join(room);
  await one.join(room, { audio: true, ...CAMERA });
  await other.waitForMedia(one);
  const { audio, video } = await codecsSent(one);
  assert.equal(audio.codec, 'opus');
  assert.match(audio.parameters, /usedtx=1/);
  assert.match(audio.parameters, /maxplaybackrate=16000/);
  assert.match(audio.parameters, /useinbandfec=1/);
  assert.equal(video.codec, 'VP8');
});
