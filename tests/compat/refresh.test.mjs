import assert from 'node:assert/strict';
import { shape } from './event-record.mjs';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const KINDS = ['ours', 'skylinkjs'];
const UNKNOWN = 'Peer Connection not found';

const is = (state) => (detail) => detail.state === state;

/** All in the room, one after the other, each connected to each. */
async function meet(room, clients) {
  for (const [count, client] of clients.entries()) {
    await client.join(room, { audio: true });
    await client.waitFor('handshakeProgress', is('enter'));
    for (const other of clients.slice(0, count)) {
      const isOther = ({ peerId }) => peerId === other.id;
      const fits = (detail) => is('connected')(detail) && isOther(detail);
      await client.waitFor('peerConnectionState', fits);
      await other.waitFor('handshakeProgress', ({ state, peerId }) => {
        return state === 'answerAck' && peerId === client.id;
      });
      await other.waitForMedia(client, ['audio']);
      await client.waitForMedia(other, ['audio']);
    }
  }
}

/** The ICE name of each connection of a page; another one means that ICE restarted. */
function iceNames({ page }) {
  return page.evaluate(() =>
    window.probes.connections
      .filter(({ connectionState }) => connectionState !== 'closed')
      .map(({ localDescription }) => /a=ice-ufrag:(\S+)/.exec(localDescription?.sdp)?.[1]),
  );
}

/** A round between two, begun by `caller`, comes to its end. */
async function roundIsOver(caller, peer, [afterCaller, afterPeer]) {
  const of = (client, state) => (detail) => detail.state === state && detail.peerId === client.id;
  await caller.waitFor('handshakeProgress', of(peer, 'answer'), { after: afterCaller });
  await peer.waitFor('handshakeProgress', of(caller, 'answerAck'), { after: afterPeer });
}

/** Sound goes on in both directions. */
async function soundGoesOn(one, other) {
  const before = [await one.receivedFrom(other.id), await other.receivedFrom(one.id)];
  await one.waitForMedia(other, ['audio'], before[0]);
  await other.waitForMedia(one, ['audio'], before[1]);
}

for (const [callerKind, peerKind] of [
  ['ours', 'ours'],
  ['ours', 'skylinkjs'],
  ['skylinkjs', 'ours'],
  ['skylinkjs', 'skylinkjs'],
]) {
  scene(
    `M-25, T-12, E-07, E-10: ${callerKind} refreshes its connection to ${peerKind}`,
    async ({ enter, step, room }) => {
      const caller = await enter(callerKind, 'Caller');
      const peer = await enter(peerKind, 'Peer');
      await meet(room, [peer, caller]);
      const isAmongOurs = callerKind === 'ours' || peerKind === 'ours';

      for (const [given, title] of [
        [[], 'all'],
        [[peer.id], 'by id'],
        [[[peer.id]], 'by a list'],
        [[true], 'all, with an ICE restart'],
        [[peer.id, true], 'by id, with an ICE restart'],
        [[peer.id, false, {}], 'by id, without'],
      ]) {
        await step(title, async () => {
          const wanted = given.includes(true);
          const names = [await iceNames(caller), await iceNames(peer)];
          const marks = [caller.mark(), peer.mark()];
          const result = await caller.call('refreshConnection', room, ...given);
          assert.deepEqual(Object.keys(result).sort(), [
            'listOfPeers',
            'refreshErrors',
            'refreshSettings',
          ]);
          assert.deepEqual(result.listOfPeers, [peer.id]);
          assert.deepEqual(result.refreshErrors, []);
          const [settings] = result.refreshSettings;
          assert.deepEqual(Object.keys(settings), [peer.id]);
          const { iceRestart, customSettings } = settings[peer.id];
          if (callerKind === 'ours') assert.equal(iceRestart, wanted);
          const about = await caller.call('getPeerInfo', room, peer.id);
          assert.deepEqual(shape(customSettings), shape(about.settings));
          await roundIsOver(caller, peer, marks);
          if (callerKind === 'ours') {
            await caller.waitFor('handshakeProgress', is('answerAck'), { after: marks[0] });
            const rounds = caller.seen('handshakeProgress', () => true, marks[0]);
            assert.deepEqual(
              rounds.map(({ state }) => state),
              ['offer', 'answer', 'answerAck'],
            );
          }
          const now = [await iceNames(caller), await iceNames(peer)];
          if (iceRestart) {
            assert.notDeepEqual(now[0], names[0]);
            assert.notDeepEqual(now[1], names[1]);
          } else {
            assert.deepEqual(now, names);
          }
          if (isAmongOurs) await soundGoesOn(caller, peer);
        });
      }
    },
  );

  scene(
    `M-25, O-05: ${callerKind} changes the limits of what goes to ${peerKind}`,
    async ({ enter, step, room }) => {
      const caller = await enter(callerKind, 'Caller');
      const peer = await enter(peerKind, 'Peer');
      await meet(room, [caller, peer]);
      for (const [given, limits] of [
        [[{ bandwidth: { audio: 20, video: 100 } }], { audio: 20, video: 100 }],
        [[peer.id, { bandwidth: { audio: 30 } }], { audio: 30 }],
        [[peer.id, false, { bandwidth: { data: 40 } }], { data: 40 }],
      ]) {
        await step(JSON.stringify(limits), async () => {
          const marks = [caller.mark(), peer.mark()];
          await caller.call('refreshConnection', room, ...given);
          await roundIsOver(caller, peer, marks);
          const own = await caller.call('getPeerInfo', room);
          assert.deepEqual(own.settings.maxBandwidth, limits);
          const seen = await peer.call('getPeerInfo', room, caller.id);
          assert.deepEqual(seen.settings.maxBandwidth, limits);
        });
      }
    },
  );
}

for (const kind of KINDS) {
  scene(
    `M-25, R-30, R-56, S-06: ${kind} refreshes several, and none`,
    async ({ enter, step, room }) => {
      const caller = await enter(kind, 'Caller');
      const refused = async (...given) => {
        const { error } = await caller.attempt('refreshConnection', ...given);
        assert.ok(error, 'it was not refused');
        return error;
      };
      await step('a room that is not joined', async () => {
        const error = await refused('no such room');
        assert.equal(error.message, 'No room name specified');
      });
      await caller.join(room, { audio: true });
      await step('nobody is there', async () => {
        const error = await refused(room);
        assert.deepEqual(error.refreshErrors, { self: 'No Peer Connection detected' });
        assert.deepEqual(error.listOfPeers, []);
        assert.equal(error.isError, kind === 'ours' ? true : undefined);
      });
      await caller.call('leaveRoom', room);
      const peers = [await enter('ours', 'One'), await enter('ours', 'Two')];
      await meet(room, [...peers, caller]);
      const ids = peers.map(({ id }) => id);

      for (const [title, given] of [
        ['all', []],
        ['both by their ids', [ids]],
      ]) {
        await step(title, async () => {
          const marks = peers.map((peer) => [caller.mark(), peer.mark()]);
          const result = await caller.call('refreshConnection', room, ...given);
          assert.deepEqual(result.listOfPeers.toSorted(), ids.toSorted());
          assert.deepEqual(result.refreshErrors, []);
          const told = result.refreshSettings.flatMap(Object.keys);
          assert.deepEqual(told.toSorted(), ids.toSorted());
          for (const [place, peer] of peers.entries()) {
            await roundIsOver(caller, peer, marks[place]);
            await soundGoesOn(caller, peer);
          }
        });
      }
      await step('one of them is unknown', async () => {
        const marks = [caller.mark(), peers[0].mark()];
        const untouched = peers[1].mark();
        const result = await caller.call('refreshConnection', room, [ids[0], 'nobody']);
        assert.deepEqual(result.listOfPeers, [ids[0], 'nobody']);
        assert.deepEqual(result.refreshErrors, [{ nobody: [UNKNOWN] }]);
        const entry = result.refreshSettings.find((settings) => 'nobody' in settings);
        assert.deepEqual(entry.nobody.customSettings, {});
        assert.ok(!entry.nobody.iceRestart || entry.nobody.iceRestart === '[undefined]');
        await roundIsOver(caller, peers[0], marks);
        assert.deepEqual(
          peers[1].seen('handshakeProgress', () => true, untouched),
          [],
        );
      });
      await step('all of them are unknown', async () => {
        const error = await refused(room, ['nobody', 'no one']);
        assert.deepEqual(error.listOfPeers, ['nobody', 'no one']);
        assert.deepEqual(error.refreshErrors, [{ nobody: [UNKNOWN] }, { 'no one': [UNKNOWN] }]);
        assert.equal(error.isError, kind === 'ours' ? true : undefined);
      });
    },
  );
}

scene(
  'M-25, Q-06, R-56: ours waits for a busy peer, and settles when it goes or fails',
  async ({ enter, step, room }) => {
    const caller = await enter('ours', 'Caller');
    const peer = await enter('ours', 'Peer');
    await meet(room, [peer, caller]);

    await step('three at once are two rounds', async () => {
      const after = caller.mark();
      const calls = [false, true, false].map((restart) => [
        'refreshConnection',
        room,
        peer.id,
        restart,
      ]);
      const outcomes = await caller.attemptTogether(calls);
      for (const { value } of outcomes) assert.deepEqual(value.refreshErrors, []);
      const answers = () => caller.seen('handshakeProgress', is('answer'), after).length;
      await caller.until(() => answers() === 2, 'the second round');
      await soundGoesOn(caller, peer);
    });
    await step('both at once', async () => {
      const marks = [caller.mark(), peer.mark()];
      const both = [caller.call('refreshConnection', room), peer.call('refreshConnection', room)];
      for (const { refreshErrors } of await Promise.all(both)) assert.deepEqual(refreshErrors, []);
      await Promise.all(
        [caller, peer].map((client, place) =>
          client.waitFor('peerConnectionState', is('stable'), { after: marks[place] }),
        ),
      );
      await soundGoesOn(caller, peer);
    });
    await step('the browser makes no offer', async () => {
      await caller.page.evaluate(() => {
        RTCPeerConnection.prototype.createOffer = async () => {
          throw new DOMException('no offer today', 'OperationError');
        };
      });
      const { error } = await caller.attempt('refreshConnection', room, peer.id);
      assert.deepEqual(error.listOfPeers, [peer.id]);
      assert.match(error.refreshErrors[0][peer.id][0], /^No localDescription set to connection/);
    });
    await step('the peer goes meanwhile', async () => {
      const refreshing = caller.attempt('refreshConnection', room, peer.id);
      await peer.call('leaveRoom', room);
      await caller.waitFor('peerLeft');
      const { error } = await refreshing;
      assert.deepEqual(error.refreshErrors, [{ [peer.id]: [UNKNOWN] }]);
    });
  },
);
