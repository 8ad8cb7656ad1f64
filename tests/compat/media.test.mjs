import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const BOTH = { audio: true, video: { resolution: { width: 160, height: 120 } } };
const VIDEO = { video: BOTH.video };

const isFrom =
  (peer) =>
  ({ peerId }) =>
    peerId === peer.id;

/** Names of the events between two places of a record, without what the network brings when it likes. */
function story(client, after) {
  // skylinkjs reads its statistics whenever something changes.
  const noise =
    /^(channelMessage|candidate|iceConnection|peerConnectionState|dataChannel|getConnectionStatus|#)/;
  return client.events
    .slice(after)
    .filter(({ name }) => !noise.test(name))
    .map(({ name, detail }) => (name === 'handshakeProgress' ? `${name} ${detail.state}` : name));
}

/** How many m-sections for media the connections of a page have. */
const mediaSections = (client) =>
  client.page.evaluate(() =>
    window.probes.connections.map(
      ({ currentLocalDescription }) =>
        currentLocalDescription?.sdp.match(/^m=(audio|video)/gm)?.length ?? 0,
    ),
  );

/**
 * Sends and waits until the round is over: 2.7.2 resolves before that, and a stream that is stopped
 * meanwhile stays with the others until the next round.
 */
async function send(client, room, media) {
  const after = client.mark();
  const streams = await client.call('sendStream', room, media);
  await client.waitForRound(after);
  return streams;
}

const mediaStatusAt = async (client, room, peer) =>
  (await client.call('getPeerInfo', room, peer.id)).mediaStatus;

for (const [sends, receives] of [
  ['ours', 'skylinkjs'],
  ['skylinkjs', 'ours'],
  ['ours', 'ours'],
]) {
  const title = `M-31, M-43, M-16, E-01, E-03, E-36, E-37, E-49, T-10, T-11, T-21: ${sends} sends and stops streams, ${receives} gets and loses them`;
  scene(title, async ({ enter, step, room }) => {
    const [one, other] = await Promise.all([enter(sends, 'Sender'), enter(receives, 'Receiver')]);
    await one.join(room);
    await other.join(room);
    await one.waitFor('handshakeProgress', ({ state }) => state === 'answerAck');
    let streams;

    await step('streams are sent to who is there', async () => {
      const [after, afterOther] = [one.mark(), other.mark()];
      streams = await send(one, room, BOTH);
      assert.deepEqual(
        streams.map((stream) => [stream.audio, stream.video]),
        [
          [1, 0],
          [0, 1],
        ],
      );
      await other.waitForMedia(one);
      assert.deepEqual(story(one, after).slice(0, 6), [
        'onIncomingStream',
        'mediaAccessSuccess',
        'onIncomingStream',
        'mediaAccessSuccess',
        'peerUpdated',
        'handshakeProgress offer',
      ]);
      const success = one.seen('mediaAccessSuccess', () => true, after)[1];
      assert.deepEqual(
        { ...success, stream: success.stream.stream },
        {
          stream: streams[1].stream,
          streamId: streams[1].stream,
          isScreensharing: false,
          isAudioFallback: false,
          isAudio: false,
          isVideo: true,
        },
      );
      const arrived = other.seen('onIncomingStream', isFrom(one), afterOther);
      assert.deepEqual(
        arrived.map(({ streamId, isSelf, isAudio, isVideo }) => [
          streamId,
          isSelf,
          isAudio,
          isVideo,
        ]),
        [
          [streams[0].stream, false, true, false],
          [streams[1].stream, false, false, true],
        ],
      );
      const { [one.id]: own } = await one.call('getStreams', room);
      assert.equal(own.isSelf, true);
      assert.deepEqual(Object.keys(own.streams.audio), [streams[0].stream]);
      assert.deepEqual(Object.keys(own.streams.video), [streams[1].stream]);
      assert.equal(own.streams.screenShare, null);
      assert.deepEqual(await one.call('getStreams', room, false), {});
    });

    await step('one stream is stopped, the other one goes on', async () => {
      const [after, afterOther] = [one.mark(), other.mark()];
      const video = streams[1].stream;
      assert.equal(await one.call('stopStreams', room, video), '[undefined]');
      assert.deepEqual(story(one, after).slice(0, 4), [
        'streamEnded',
        'mediaAccessStopped',
        'peerUpdated',
        'handshakeProgress offer',
      ]);
      const [ended] = one.seen('streamEnded', () => true, after);
      const { streamId, isSelf, isScreensharing, isAudio, isVideo, peerId } = ended;
      assert.deepEqual(
        { streamId, isSelf, isScreensharing, isAudio, isVideo, peerId },
        {
          streamId: video,
          isSelf: true,
          isScreensharing: false,
          isAudio: false,
          isVideo: true,
          peerId: one.id,
        },
      );
      assert.deepEqual(
        one.seen('mediaAccessStopped', () => true, after),
        [{ isScreensharing: false, streamId: video }],
      );
      const { mediaInfo } = await one.waitFor('mediaInfoDeleted', () => true, { after });
      assert.deepEqual(
        {
          ...mediaInfo,
          transceiverMid: typeof mediaInfo.transceiverMid,
          trackId: typeof mediaInfo.trackId,
        },
        {
          publisherId: one.id,
          mediaId: `VIDEO_${video}`,
          mediaType: 'videoCamera',
          mediaState: 'unavailable',
          transceiverMid: 'string',
          streamId: video,
          trackId: 'string',
          mediaMetaData: '',
          simulcast: '',
        },
      );
      const gone = await other.waitFor('streamEnded', isFrom(one), { after: afterOther });
      assert.deepEqual(
        [gone.streamId, gone.isSelf, gone.isScreensharing, gone.isAudio, gone.isVideo],
        [video, false, false, false, true],
      );
      const forgotten = await other.waitFor('mediaInfoDeleted', () => true, { after: afterOther });
      assert.equal(forgotten.mediaInfo.mediaId, `VIDEO_${video}`);
      assert.equal(forgotten.mediaInfo.mediaState, 'unavailable');
      await other.waitForMedia(one, ['audio'], await other.receivedFrom(one.id));
      assert.deepEqual(Object.keys(await mediaStatusAt(other, room, one)), [streams[0].stream]);
      const { [one.id]: seen } = await other.call('getStreams', room);
      assert.deepEqual(Object.keys(seen.streams.audio), [streams[0].stream]);
      assert.equal(seen.streams.video, null);
    });

    await step('sending again and again does not make descriptions longer', async () => {
      for (let round = 0; round < 3; round += 1) {
        const after = other.mark();
        const [, video] = await send(one, room, VIDEO);
        const fits = ({ streamId }) => streamId === video.stream;
        await other.waitFor('onIncomingStream', fits, { after });
        await one.call('stopStreams', room, video.stream);
        await other.waitFor('streamEnded', fits, { after });
      }
      const sections = Math.max(...(await mediaSections(one)));
      if (sends === 'ours') assert.equal(sections, 2);
    });

    await step('all streams are stopped', async () => {
      const after = other.mark();
      await send(one, room, VIDEO);
      await one.call('stopStreams', room);
      const kinds = () =>
        other.seen('streamEnded', isFrom(one), after).map(({ isAudio }) => isAudio);
      await other.until(() => kinds().length === 2, 'two ends');
      assert.ok((await one.localTracks()).every(({ readyState }) => readyState === 'ended'));
      assert.deepEqual(await other.call('getStreams', room), {});
      assert.deepEqual(await mediaStatusAt(other, room, one), {});
    });
    assert.deepEqual([...one.pageErrors, ...other.pageErrors], []);
  });
}

/** Every message that the page sends over its socket from now on. */
function messagesOf(client) {
  const messages = [];
  client.page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      if (!String(payload).startsWith('42')) return;
      messages.push(JSON.parse(JSON.parse(payload.slice(2))[1]));
    });
  });
  return messages;
}

for (const other of ['skylinkjs', 'ours']) {
  scene(
    `M-31, M-25, T-21: what is sent again keeps its m-section and its id at ${other}`,
    async (play) => {
      const { enter, room } = play;
      const [one, peer] = [await enter('ours', 'Sender'), await enter(other, 'Receiver')];
      const sent = messagesOf(one);
      await one.join(room);
      await peer.join(room);
      await one.waitForRound();
      await send(one, room, VIDEO);
      const beforeStop = [one.mark(), peer.mark()];
      await one.call('stopStreams', room);
      await peer.waitFor('streamEnded', isFrom(one));
      await Promise.all([one.waitForRound(beforeStop[0]), peer.waitForRound(beforeStop[1])]);
      const [after, place] = [peer.mark(), sent.length];
      const [, camera] = await send(one, room, VIDEO);
      const isIt = ({ streamId }) => streamId === camera.stream;
      await peer.waitFor('onIncomingStream', isIt, { after });
      await Promise.all([one.waitForStability(), peer.waitForStability()]);
      // Rounds of either side, in which nothing of it changes.
      for (const client of [one, peer, one, peer]) {
        const marks = [one.mark(), peer.mark()];
        await client.call('refreshConnection', room, client === one ? peer.id : one.id);
        await Promise.all([one.waitForRound(marks[0]), peer.waitForRound(marks[1])]);
      }
      const lists = sent.slice(place).flatMap(({ mediaInfoList }) => mediaInfoList ?? []);
      const ofCamera = lists.filter(({ mediaId }) => mediaId === `VIDEO_${camera.stream}`);
      assert.ok(ofCamera.length >= 4, JSON.stringify(lists));
      for (const { transceiverMid } of ofCamera) assert.equal(typeof transceiverMid, 'string');
      assert.equal(new Set(ofCamera.map(({ transceiverMid }) => transceiverMid)).size, 1);
      const arrived = peer.seen('onIncomingStream', isFrom(one), after);
      assert.deepEqual(
        arrived.map(({ streamId }) => streamId),
        [camera.stream],
      );
      assert.deepEqual(peer.seen('streamEnded', isFrom(one), after), []);
      await peer.waitForMedia(one, ['video']);
    },
  );
}
