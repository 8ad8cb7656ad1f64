import assert from 'node:assert/strict';
import { FaultyProxy } from '../e2e/harness/proxy.mjs';
import { optionsFor, setStage } from '../e2e/harness/stage.mjs';

const stage = setStage();
const { scene } = stage;

const KINDS = ['ours', 'skylinkjs'];
const PATH = 'candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host generation 0';

const is = (state) => (detail) => detail.state === state;

async function meet(room, client, peer) {
  await peer.join(room);
  await peer.waitFor('handshakeProgress', is('enter'));
  await client.join(room);
  for (const one of [client, peer]) await one.waitFor('peerConnectionState', is('connected'));
}

/** The candidates that the server brought, as text. */
function brought(client) {
  return client
    .seen('channelMessage')
    .map(({ message }) => JSON.parse(message))
    .filter(({ type }) => type === 'candidate');
}

/** What every payload says beside its state. */
function assertAbout(detail, { candidate, id, label, mid }, room) {
  assert.deepEqual(Object.keys(detail).sort(), [
    'candidate',
    'candidateId',
    'candidateType',
    'error',
    'peerId',
    'room',
    'state',
  ]);
  const whole = { candidate, sdpMid: id, sdpMLineIndex: label };
  assert.deepEqual(detail.candidate, detail.state === 'buffered' ? candidate : whole);
  const [first, ...words] = candidate.split(' ');
  assert.equal(detail.candidateId, `can-${first.replace('candidate:', '')}`);
  assert.equal(detail.candidateType, words[6]);
  assert.equal(detail.peerId, mid);
  assert.equal(detail.room.roomName, room);
}

for (const kind of KINDS) {
  scene(`E-13: ${kind} takes in candidates`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    const peer = await enter('ours', 'Peer');
    await meet(room, client, peer);
    const first = await client.waitFor('candidateProcessingState', is('processSuccess'));
    const candidate = brought(client).find((one) => one.candidate === first.candidate.candidate);
    const isAbout = ({ candidate: shown }) => (shown.candidate ?? shown) === candidate.candidate;
    const seen = client.seen('candidateProcessingState', isAbout);
    for (const detail of seen) {
      assertAbout(detail, candidate, room);
      assert.equal(detail.error, null);
    }
    const states = seen.map(({ state }) => state).filter((state) => state !== 'buffered');
    assert.deepEqual(states, ['received', 'processing', 'processSuccess']);
  });

  scene(
    `E-13: ${kind} keeps candidates until it knows the peer's media`,
    async ({ enter, room }) => {
      const client = await enter(kind, 'Client');
      const peer = await enter('ours', 'Peer');
      await client.page.evaluate(() => {
        const { setLocalDescription } = RTCPeerConnection.prototype;
        const opened = new Promise((resolve) => {
          window.openGate = resolve;
        });
        RTCPeerConnection.prototype.setLocalDescription = async function set(description) {
          await opened;
          return setLocalDescription.call(this, description);
        };
      });
      await peer.join(room);
      await peer.waitFor('handshakeProgress', is('enter'));
      await client.join(room);
      const buffered = await client.waitFor('candidateProcessingState', is('buffered'));
      const candidate = brought(client).find((one) => one.candidate === buffered.candidate);
      assertAbout(buffered, candidate, room);
      assert.equal(buffered.error, null);
      assert.deepEqual(client.seen('candidateProcessingState', is('processing')), []);
      await client.page.evaluate(() => window.openGate());
      await client.waitFor('peerConnectionState', is('connected'));
      const about = (state) => (detail) =>
        detail.state === state && detail.candidate.candidate === candidate.candidate;
      await client.waitFor('candidateProcessingState', about('processSuccess'));
      assert.equal(client.seen('candidateProcessingState', about('received')).length, 1);
      assert.equal(client.seen('candidateProcessingState', about('processing')).length, 1);
    },
  );

  scene(`E-13: ${kind} tells of a candidate that the browser refuses`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    const peer = await enter('ours', 'Peer');
    await client.page.evaluate(() => {
      RTCPeerConnection.prototype.addIceCandidate = async () => {
        throw new DOMException('not this one', 'OperationError');
      };
    });
    await peer.join(room);
    await client.join(room);
    const failed = await client.waitFor('candidateProcessingState', is('processError'));
    const candidate = brought(client).find((one) => one.candidate === failed.candidate.candidate);
    assertAbout(failed, candidate, room);
    assert.deepEqual([failed.error.name, failed.error.message], ['OperationError', 'not this one']);
  });

  scene(
    `E-13: ${kind} drops candidates of strangers and for media unknown`,
    async ({ enter, step, room }) => {
      const proxy = await FaultyProxy.start(stage.server.url);
      const client = await enter(kind, 'Client', { options: optionsFor(proxy.host) });
      const peer = await enter('ours', 'Peer');
      await meet(room, client, peer);
      const { id: rid } = (await client.call('getPeerInfo', room)).room;
      const bring = (more) => {
        const message = { type: 'candidate', rid, target: client.id, candidate: PATH, ...more };
        proxy.say(`42${JSON.stringify(['message', JSON.stringify(message)])}`);
      };
      for (const [what, mid, id, text] of [
        ['of a stranger', 'stranger', '0', 'No Peer Connection detected'],
        ['for media that are not there', peer.id, 'nowhere', 'Sdp error'],
      ]) {
        await step(what, async () => {
          const after = client.mark();
          const message = { mid, id, label: 0 };
          bring(message);
          const dropped = await client.waitFor('candidateProcessingState', is('dropped'), {
            after,
          });
          assertAbout(dropped, { candidate: PATH, ...message }, room);
          assert.equal(dropped.error.isError, true);
          assert.equal(dropped.error.message, text);
          const before = client.seen('candidateProcessingState', ({ state, candidateId }) => {
            return candidateId === 'can-1' && state === 'received';
          });
          assert.ok(before.length > 0);
        });
      }
      await proxy.stop();
    },
  );
}

scene(
  'E-14, E-15, Q-20: how candidates are found, and when all have come',
  async ({ enter, step, room }) => {
    const ours = await enter('ours', 'Ours');
    const original = await enter('skylinkjs', 'Original');
    await meet(room, ours, original);

    await step('E-14: each state of the search', async () => {
      for (const [client, other, times] of [
        [ours, original, 1],
        [original, ours, 2],
      ]) {
        await client.until(
          () => client.seen('candidateGenerationState', is('complete')).length === times,
          'the end of the search',
        );
        const seen = client.seen('candidateGenerationState');
        for (const state of ['gathering', 'complete']) {
          assert.equal(seen.filter(is(state)).length, times, `${client.kind}: ${state}`);
        }
        assert.equal(seen.length, 2 * times);
        for (const detail of seen) {
          assert.deepEqual(Object.keys(detail).sort(), ['peerId', 'room', 'state']);
          assert.deepEqual([detail.peerId, detail.room.roomName], [other.id, room]);
        }
      }
    });

    await step('E-15: all that were announced', async () => {
      const gathered = await ours.waitFor('candidatesGathered');
      assert.equal(gathered.peerId, original.id);
      assert.equal(gathered.room.roomName, room);
      const count = brought(ours).length;
      assert.deepEqual(gathered.candidatesLength, {
        expected: count,
        received: count,
        processed: count,
      });
      await original.waitFor('channelMessage', ({ message }) => /endOfCandidates/.test(message));
      assert.deepEqual(original.seen('candidatesGathered'), []);
    });
  },
);
