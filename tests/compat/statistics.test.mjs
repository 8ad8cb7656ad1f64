import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const BOTH = { audio: true, video: true };
const RETRIEVING = 0;
const RETRIEVED = 1;

/** Both in the room and seeing each other. */
async function meet(room, one, other, media = BOTH) {
  await one.join(room, media);
  await other.join(room, media);
  if (media.audio) await Promise.all([one.waitForMedia(other), other.waitForMedia(one)]);
}

/** Which members there are, with the types of their values. */
function members(object) {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, value === null ? 'null' : typeof value]),
  );
}

/** Every member that is there has the type that 2.7.2 gives it. */
function assertLike(original, ours, path) {
  for (const [key, value] of Object.entries(original)) {
    if (value === null || value === '[undefined]') continue;
    assert.ok(key in ours, `${path}.${key} is missing`);
    assert.equal(typeof ours[key], typeof value, `${path}.${key}`);
  }
}

scene('M-04, T-06, T-07, T-08: what the statistics say', async ({ enter, room, step }) => {
  // Reads that the clients make for their reports are not told.
  const options = { beSilentOnStatsLogs: true };
  const ours = await enter('ours', 'Ours', { options });
  const original = await enter('skylinkjs', 'Original', { options });
  await meet(room, ours, original);
  await Promise.all([
    ours.waitForReceiverReports(room, original),
    original.waitForReceiverReports(room, ours),
  ]);
  // The first call begins the time over which the rates of the second are.
  await Promise.all([ours, original].map((client) => client.call('getConnectionStatus', room)));
  await Promise.all([
    ours.waitForMedia(original, undefined, await ours.receivedFrom(original.id)),
    original.waitForMedia(ours, undefined, await original.receivedFrom(ours.id)),
  ]);
  const [[status], [like]] = await Promise.all(
    [ours, original].map((client) => client.call('getConnectionStatus', room)),
  );

  await step('every group of 2.7.2 is there', () => {
    assert.equal(status.peerId, original.id);
    assert.deepEqual(Object.keys(status).sort(), Object.keys(like).sort());
    for (const group of ['audio', 'video']) {
      for (const direction of ['sending', 'receiving']) {
        assertLike(like[group][direction], status[group][direction], `${group}.${direction}`);
        assertLike(like[group][direction].codec, status[group][direction].codec, 'codec');
      }
    }
    for (const group of ['connection', 'certificate', 'selectedCandidatePair']) {
      assertLike(like[group], status[group], group);
    }
    for (const group of ['local', 'remote', 'requests', 'responses', 'consentRequests']) {
      assertLike(like.selectedCandidatePair[group], status.selectedCandidatePair[group], group);
    }
    assertLike(like.certificate.local, status.certificate.local, 'certificate');
  });

  await step('T-07, T-08: rates and totals of what flows', () => {
    for (const group of ['audio', 'video']) {
      for (const direction of ['sending', 'receiving']) {
        const { bytes, totalBytes, packets, totalPackets, ssrc, codec } = status[group][direction];
        assert.ok(bytes > 0 && packets > 0, `${group} ${direction}: ${bytes} ${packets}`);
        assert.ok(totalBytes > bytes / 10 && totalPackets > 0 && ssrc > 0);
        assert.ok(codec.name && codec.clockRate > 0 && codec.payloadType > 0);
      }
    }
    const { sending, receiving } = status.video;
    assert.deepEqual([sending.frameWidth, sending.frameHeight], [640, 480]);
    assert.ok(sending.framesEncoded > 0 && sending.frames > 0 && sending.framesPerSecond > 0);
    assert.ok(receiving.framesDecoded > 0 && receiving.frameWidth > 0);
    assert.match(status.audio.sending.audioLevel, /^(0|[01]\.\d{5})$/);
    assert.ok(status.audio.receiving.totalSamplesReceived > 0);
  });

  await step('T-06: the connection and its path', () => {
    const { connection, selectedCandidatePair, certificate, raw } = status;
    assert.ok(['connected', 'completed'].includes(connection.iceConnectionState));
    assert.equal(connection.signalingState, 'stable');
    assert.match(connection.localDescription.sdp, /^v=0/);
    assert.ok(connection.candidates.sending.host.length > 0);
    assert.deepEqual(members(connection.candidates.sending.host[0]), {
      candidate: 'string',
      sdpMid: 'string',
      sdpMLineIndex: 'number',
    });
    const [channel] = Object.values(connection.peerDataChannels);
    assert.deepEqual([channel.readyState, channel.channelType], ['open', 'messaging']);
    assert.equal(selectedCandidatePair.local.candidateType, 'local');
    assert.ok(selectedCandidatePair.requests.totalSent > 0);
    assert.ok(selectedCandidatePair.local.portNumber > 0);
    assert.ok(certificate.local.base64Certificate.length > 100);
    assert.ok(Object.values(raw).some(({ type }) => type === 'outbound-rtp'));
  });

  await step('E-41, C-19: the app is told when they are read', async () => {
    const after = ours.mark();
    const [answer] = await ours.call('getConnectionStatus', room, original.id);
    const told = ours.seen('getConnectionStatusStateChange', () => true, after);
    assert.deepEqual(
      told.map(({ state, peerId }) => [state, peerId]),
      [RETRIEVING, RETRIEVED].map((state) => [state, original.id]),
    );
    assert.deepEqual(told[1].stats, answer);
  });
});

for (const kind of ['skylinkjs', 'ours']) {
  scene(`M-04, R-30, R-31, R-32: ${kind} asked for what there is not`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    const refused = async (...argumentList) => {
      const { error } = await client.attempt('getConnectionStatus', ...argumentList);
      assert.equal(error.isError, true);
      return error.message;
    };
    assert.equal(await refused('no such room'), 'No room name specified');
    await client.join(room);
    assert.equal(await refused(room), 'Peer Connection not initialised');
    assert.equal(await refused(room, 'nobody'), 'Peer Connection not initialised');
    const peer = await enter('skylinkjs', 'Peer');
    await peer.join(room);
    await client.waitFor('iceConnectionState', ({ state }) => state === 'connected');
    assert.equal(await refused(room, 'nobody'), 'Peer Id not found nobody');
    assert.equal(await refused(room, ['nobody', peer.id]), 'Peer Id not found nobody');
    const twice = await client.call('getConnectionStatus', room, [peer.id, peer.id]);
    assert.deepEqual(
      twice.map(({ peerId }) => peerId),
      [peer.id, peer.id],
    );
  });
}

for (const kind of ['skylinkjs', 'ours']) {
  scene(`M-04, O-01: ${kind} without statistics gives null`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client', { options: { enableStatsGathering: false } });
    const peer = await enter('ours', 'Peer');
    await meet(room, client, peer, {});
    await client.waitFor('iceConnectionState', ({ state }) => state === 'connected');
    assert.deepEqual(await client.call('getConnectionStatus', room), [null]);
  });
}
