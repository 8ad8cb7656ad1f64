// Where ours does what 2.7.2 only documents, or does not share what is its own: see
// docs/compatibility.md.
import assert from 'node:assert/strict';
import { gather, transfer } from './file-scene.mjs';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const CAMERA = { video: { resolution: { width: 160, height: 120 } } };

const isFrom =
  (peer) =>
  ({ peerId }) =>
    peerId === peer.id;

scene(
  'Q-18, D28: the server says whether there is a media server, whatever the app says',
  async ({ enter, room }) => {
    const options = { hasMCU: true, isPrivileged: true };
    const one = await enter('ours', 'One', { options });
    const other = await enter('ours', 'Other', { options });
    await gather(room, [one, other]);
    const [status] = await one.call('getConnectionStatus', room, other.id);
    assert.equal(status.peerId, other.id, 'there is a connection to the peer itself');
    assert.deepEqual(await one.call('getPeersCustomSettings', room).then(Object.keys), [other.id]);
  },
);

scene(
  'Q-13, D36, E-39, E-51, M-09, D34: what is handed out is not what the SDK works with',
  async ({ enter, step, room }) => {
    const one = await enter('ours', 'One');
    const other = await enter('ours', 'Other');
    await one.join(room, CAMERA);
    await other.join(room);
    await one.waitFor('dataChannelState', ({ state }) => state === 'open');
    await other.waitFor('onIncomingStream', isFrom(one));

    await step('targets of messages stay as they are', async () => {
      const targets = await one.page.evaluate(
        async ([roomName, peer]) => {
          const list = [peer, 'nobody', peer];
          await window.skylink.sendMessage(roomName, 'by the server', list);
          await window.skylink.sendP2PMessage(roomName, 'by the channel', list);
          return list;
        },
        [room, other.id],
      );
      assert.deepEqual(targets, [other.id, 'nobody', other.id]);
      for (const content of ['by the server', 'by the channel']) {
        await other.waitFor('onIncomingMessage', ({ message }) => message.content === content);
      }
    });

    await step('a payload goes on saying how it was', async () => {
      const statuses = await one.page.evaluate(async (roomName) => {
        const { SkylinkEventManager, SkylinkConstants } = window.sdk;
        const seen = [];
        SkylinkEventManager.addEventListener(SkylinkConstants.EVENTS.STREAM_MUTED, ({ detail }) => {
          seen.push(detail.peerInfo.mediaStatus);
        });
        for (const videoMuted of [true, false]) {
          await window.skylink.muteStreams(roomName, { audioMuted: false, videoMuted });
        }
        return seen.flatMap((status) => Object.values(status)).map((status) => status.videoMuted);
      }, room);
      assert.deepEqual(statuses, [0, 1]);
    });

    await step('secrets cannot be changed behind the back of the checks', async () => {
      const kept = await one.page.evaluate((roomName) => {
        const { SkylinkEventManager, SkylinkConstants } = window.sdk;
        SkylinkEventManager.addEventListener(
          SkylinkConstants.EVENTS.ENCRYPT_SECRETS_UPDATED,
          ({ detail }) => Object.assign(detail.encryptSecrets, { first: 'changed', more: 'x' }),
        );
        window.skylink.setEncryptSecret(roomName, 'a secret', 'first');
        Object.assign(window.skylink.getEncryptSecrets(roomName), { first: 'changed', more: 'x' });
        return window.skylink.getEncryptSecrets(roomName);
      }, room);
      assert.deepEqual(kept, { first: 'a secret' });
    });

    await step('a peer has settings as long as it is there', async () => {
      const before = await one.call('getPeersCustomSettings', room);
      assert.deepEqual(Object.keys(before), [other.id]);
      const after = one.mark();
      await one.page.evaluate(() => window.probes.connections.at(-1).close());
      assert.ok((await one.connectionStates()).includes('closed'));
      const now = await one.call('getPeersCustomSettings', room);
      // The channel goes with the connection.
      assert.deepEqual(now, { [other.id]: { ...before[other.id], data: false } });
      assert.deepEqual(one.seen('peerLeft', isFrom(other), after), []);
    });
    assert.deepEqual([...one.pageErrors, ...other.pageErrors], []);
  },
);

scene(
  'E-49, E-03, R-51, M-01: what two peers hear of streams that end one by one, and files',
  async ({ enter, step, room }) => {
    const one = await enter('ours', 'One');
    const peers = [await enter('ours', 'Second'), await enter('ours', 'Third')];
    await gather(room, [one, ...peers]);
    const endOfTrack = (kind) =>
      one.page.evaluate(
        ([roomName, wanted]) => {
          const [own] = Object.values(window.skylink.getStreams(roomName));
          const streams = Object.values(own.streams).flatMap((of) => Object.values(of ?? {}));
          const [track] = streams
            .flatMap((stream) => stream.getTracks())
            .filter((candidate) => candidate.kind === wanted);
          track.stop();
          track.dispatchEvent(new Event('ended'));
        },
        [room, kind],
      );

    await step('all peers are told of all media, and of each that goes', async () => {
      const given = await one.capture({ audio: true, video: { width: 160, height: 120 } });
      await one.call('sendStream', room, given);
      for (const peer of peers) {
        await peer.until(() => peer.seen('onIncomingStream', isFrom(one)).length === 2, 'both');
        await peer.waitForMedia(one, ['video']);
      }
      for (const kind of ['video', 'audio']) {
        const after = peers.map((peer) => peer.mark());
        await endOfTrack(kind);
        for (const [place, peer] of peers.entries()) {
          const since = { after: after[place] };
          const { mediaInfo } = await peer.waitFor('mediaInfoDeleted', () => true, since);
          assert.equal(mediaInfo.mediaType, kind === 'video' ? 'videoCamera' : 'audioMic');
          const ended = await peer.waitFor('streamEnded', isFrom(one), since);
          assert.deepEqual([ended.isVideo, ended.isAudio], [kind === 'video', kind === 'audio']);
        }
      }
      for (const peer of peers) {
        assert.equal(peer.seen('mediaInfoDeleted').length, 2);
        assert.equal(peer.seen('streamEnded', isFrom(one)).length, 2);
      }
    });

    await step('a file is sent in the middle of a round', async () => {
      const [sender, receiver] = [one, peers[0]];
      const after = receiver.mark();
      const blob = { blob: { size: 1000 } };
      const answer = receiver
        .waitFor('dataTransferState', ({ state }) => state === 'request', { after })
        .then(({ transferId }) =>
          receiver.call('respondBlobRequest', room, sender.id, transferId, true),
        );
      const [, sent] = await sender.attemptTogether([
        ['refreshConnection', room, receiver.id],
        ['sendBlobData', room, blob, receiver.id],
      ]);
      assert.deepEqual(sent.error, undefined);
      await answer;
    });

    await step('what is over cannot be cancelled', async () => {
      const pair = { sender: one, receiver: peers[1] };
      const { transferId, data } = await transfer(room, pair, { size: 1000 });
      assert.ok(data);
      for (const [client, peer] of [
        [one, peers[1]],
        [peers[1], one],
      ]) {
        const { error } = await client.attempt('cancelBlobTransfer', room, peer.id, transferId);
        assert.match(error.message, /No data transfer sessions/);
      }
    });
  },
);
