import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';
import { breaksItsDescriptions } from './broken-descriptions.mjs';

const { scene } = setStage();

const KINDS = ['ours', 'skylinkjs'];

/** How the network of a peer that vanished without a word is found to be dead. */
const FAILURE_LIMIT_MS = 90_000;

/** The original tells of closed connections with the next tick of its statistics. */
const options = { statsInterval: 1 };

const SIGNALING = ['stable', 'have-local-offer', 'have-remote-offer'];

const is = (state) => (detail) => detail.state === state;

const aboutSignaling = ({ state }) => SIGNALING.includes(state);

/** The states of one event in their order. */
function states(client, name, fits = () => true) {
  return client.seen(name, fits).map(({ state }) => state);
}

/** `offer self`, `answer peer`, … */
function handshake(client) {
  return client
    .seen('handshakeProgress')
    .map(({ state, peerId }) => `${state} ${peerId === client.id ? 'self' : 'peer'}`);
}

async function enterBoth(enter, kinds) {
  const first = await enter(kinds[0], 'First', { options });
  const newcomer = await enter(kinds[1], 'Newcomer', { options });
  return [first, newcomer];
}

/** The newcomer comes when the first one has greeted the empty room. */
async function meet(room, first, newcomer) {
  await first.join(room, { audio: true });
  await first.waitFor('handshakeProgress', is('enter'));
  await newcomer.join(room, { audio: true });
  for (const client of [first, newcomer]) {
    await client.waitFor('peerConnectionState', is('connected'));
    await client.waitFor('iceConnectionState', is('connected'));
  }
  await first.waitFor('handshakeProgress', is('answerAck'));
}

for (const kinds of KINDS.flatMap((one) => KINDS.map((other) => [one, other]))) {
  scene(
    `E-07, E-10, E-45: the states between ${kinds[0]}, who was there, and ${kinds[1]}, who came`,
    async ({ enter, step, room }) => {
      const clients = await enterBoth(enter, kinds);
      const [first, newcomer] = clients;
      await meet(room, first, newcomer);

      await step('E-10: the newcomer offers', async () => {
        const told = ['enter self', 'welcome peer', 'offer self', 'answer peer', 'answerAck self'];
        assert.deepEqual(handshake(newcomer), told);
        assert.deepEqual(handshake(first), [
          'enter self',
          'offer peer',
          'answer self',
          'answerAck peer',
        ]);
      });
      await step('E-10: what comes with it', async () => {
        for (const client of clients) {
          for (const detail of client.seen('handshakeProgress')) {
            const isTakenIn = detail.peerId !== client.id && detail.state !== 'welcome';
            assert.equal(detail.error, isTakenIn ? undefined : null, detail.state);
            assert.equal('error' in detail, !isTakenIn);
            assert.deepEqual([detail.room.roomName, detail.room.inRoom], [room, true]);
          }
        }
      });
      await step('E-07: what the browser says of the negotiation', async () => {
        const of = (client) => states(client, 'peerConnectionState', aboutSignaling);
        assert.deepEqual(of(newcomer), ['have-local-offer', 'stable']);
        assert.deepEqual(of(first), ['have-remote-offer', 'stable']);
      });
      await step('E-07, E-45: what it says of the way', async () => {
        for (const client of clients) {
          const isOfTheWay = (detail) => !aboutSignaling(detail);
          const way = states(client, 'peerConnectionState', isOfTheWay);
          assert.deepEqual(way, ['connecting', 'connected'], client.name);
          const ice = states(client, 'iceConnectionState').filter((state) => state !== 'completed');
          assert.deepEqual(ice, ['checking', 'connected'], client.name);
        }
      });
      await step('the payloads', async () => {
        for (const [client, other] of [clients, clients.toReversed()]) {
          for (const name of ['peerConnectionState', 'iceConnectionState']) {
            for (const { state, ...rest } of client.seen(name)) {
              assert.deepEqual(rest, { peerId: other.id }, `${name} ${state}`);
            }
          }
        }
      });
      await step('E-07, E-45: the newcomer leaves, and the connection is closed', async () => {
        const after = first.mark();
        await newcomer.call('leaveRoom', room);
        await first.waitFor('peerConnectionState', is('closed'), { after });
        await first.waitFor('iceConnectionState', is('closed'), { after });
        assert.deepEqual(states(first, 'peerConnectionState', is('closed')), ['closed']);
        assert.deepEqual(states(first, 'iceConnectionState', is('closed')), ['closed']);
      });
    },
  );
}

for (const kind of KINDS) {
  scene(
    `E-07, E-45: ${kind} tells of a connection that is cut and fails`,
    async ({ enter, room }) => {
      const [client, peer] = await enterBoth(enter, [kind, 'ours']);
      await meet(room, client, peer);
      const after = client.mark();
      // As if the cable were pulled: neither the other side's code nor the server says a word.
      await peer.page.evaluate(() => window.probes.connections.forEach((it) => it.close()));
      const limits = { after, limit: FAILURE_LIMIT_MS };
      await client.waitFor('iceConnectionState', is('disconnected'), limits);
      await client.waitFor('peerConnectionState', is('failed'), limits);
      assert.deepEqual(client.seen('peerLeft'), []);
    },
  );

  for (const [method, role, who, media] of [
    ['setRemoteDescription', 'first', 'peer', {}],
    ['setLocalDescription', 'first', 'self', { audio: true }],
    ['setRemoteDescription', 'newcomer', 'peer', {}],
    ['setRemoteDescription', 'newcomer', 'peer', { audio: true }],
    ['setLocalDescription', 'newcomer', 'self', {}],
    ['setLocalDescription', 'newcomer', 'self', { audio: true }],
  ]) {
    scene(
      `E-10: ${kind}, the ${role}, tells that the browser refuses in ${method}${media.audio ? ', with sound' : ''}`,
      async ({ enter, room }) => {
        const refusing = await enter(kind, 'Refusing', { options });
        await refusing.page.evaluate((name) => {
          const original = RTCPeerConnection.prototype[name];
          RTCPeerConnection.prototype[name] = async function refuse() {
            RTCPeerConnection.prototype[name] = original;
            throw new DOMException('not this one', 'OperationError');
          };
        }, method);
        const other = await enter('ours', 'Other', { options });
        const clients = role === 'first' ? [refusing, other] : [other, refusing];
        for (const client of clients) {
          await client.join(room, media);
          await client.waitFor('handshakeProgress', is('enter'));
        }
        const failed = await refusing.waitFor('handshakeProgress', is('error'));
        assert.equal(failed.peerId, (who === 'self' ? refusing : other).id);
        assert.deepEqual(
          [failed.error.name, failed.error.message, failed.room.roomName],
          ['OperationError', 'not this one', room],
        );
        if (kind === 'ours') {
          await refusing.waitFor('peerConnectionState', is('connected'));
          if (media.audio) await refusing.waitForMedia(other, ['audio']);
          assert.equal(refusing.seen('handshakeProgress', is('error')).length, 1);
        }
      },
    );
  }

  scene(`E-10: ${kind} tells what the browser has against an offer`, async ({ enter, room }) => {
    const refusing = await enter(kind, 'Refusing', { options });
    await refusing.join(room, { audio: true });
    const other = await enter('ours', 'Other', { options, inject: breaksItsDescriptions });
    await other.page.evaluate(() => window.breakDescriptions());
    await other.join(room, { audio: true });
    const failed = await refusing.waitFor('handshakeProgress', is('error'));
    assert.match(failed.error.message, /fingerprint/);
  });
}
