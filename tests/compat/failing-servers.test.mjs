import assert from 'node:assert/strict';
import { FAULTS, FaultyProxy } from '../e2e/harness/proxy.mjs';
import { optionsFor, setStage } from '../e2e/harness/stage.mjs';
import { Server } from '../e2e/harness/server.mjs';
import { assertError, joinsNow } from '../e2e/second-attempt.mjs';

const stage = setStage();
const { scene } = stage;

/** What the client is told, for each thing that can go wrong on the way to the server. */
const FAULTS_AND_ERRORS = [
  {
    fault: FAULTS.brokenJson,
    what: 'the API answers with broken JSON',
    code: 'API_INVALID_RESPONSE',
  },
  {
    fault: FAULTS.gatewayError,
    what: 'a gateway answers for the API',
    code: 'API_REFUSED',
    status: 502,
  },
  { fault: FAULTS.silentApi, what: 'the API does not answer', code: 'API_TIMEOUT' },
  { fault: FAULTS.refusedSocket, what: 'the socket is refused', code: 'SOCKET_FAILED' },
  { fault: FAULTS.silentSocket, what: 'the socket does not answer', code: 'SOCKET_FAILED' },
  { fault: FAULTS.deafServer, what: 'the server does not react to the join', code: 'JOIN_TIMEOUT' },
];

async function withProxy(body) {
  const proxy = await FaultyProxy.start(stage.server.url);
  try {
    await body(proxy);
  } finally {
    await proxy.stop();
  }
}

for (const { fault, what, code, status } of FAULTS_AND_ERRORS) {
  scene(
    `M-20, E-32, Q-03: joinRoom rejects when ${what}, and works once that is over`,
    async ({ enter, room }) => {
      await withProxy(async (proxy) => {
        const client = await enter('ours', 'Client', { options: optionsFor(proxy.host) });
        const peer = await enter('ours', 'Peer');
        proxy.fault = fault;
        const outcome = await client.attempt('joinRoom', { roomName: room, audio: true });
        proxy.fault = FAULTS.none;
        assertError(outcome, code);
        if (status) assert.equal(outcome.error.status, status);
        const failed = client.seen('readyStateChange', ({ readyState }) => readyState === -1);
        assert.equal(failed.length, code.startsWith('API') ? 1 : 0);
        assert.ok(failed.every(({ error }) => error.content.isError));
        if (code === 'SOCKET_FAILED') await client.waitFor('socketError');
        assert.deepEqual(client.seen('peerJoined'), []);
        const tracks = await client.localTracks();
        assert.ok(tracks.every(({ readyState }) => readyState === 'ended'));
        await joinsNow(client, peer, room);
      });
    },
  );
}

/** A server of the scene's own, which can be started again with another configuration. */
async function withOwnServer(config, body) {
  let server = await Server.start({ config });
  const listen = server.host;
  const restart = async (newConfig) => {
    await server.stop();
    server = await Server.start({ listen, config: newConfig });
  };
  try {
    await body({ host: listen, stop: () => server.stop(), restart });
  } finally {
    await server.stop();
  }
}

const keyFor = (origin) => `[keys.demo]\norigins = ["${origin}"]\n`;

scene(
  'M-20, R-58, E-42, Q-03: joinRoom rejects when the API cannot be reached, and works once it can',
  async ({ enter, room }) => {
    await withOwnServer(undefined, async ({ host, stop, restart }) => {
      const client = await enter('ours', 'Client', { options: optionsFor(host) });
      const peer = await enter('ours', 'Peer', { options: optionsFor(host) });
      await stop();
      const outcome = await client.attempt('joinRoom', { roomName: room });
      assertError(outcome, 'API_UNREACHABLE');
      const { error } = await client.waitFor(
        'readyStateChange',
        (detail) => detail.readyState === -1,
      );
      assert.equal(error.status, -1);
      assert.equal(error.errorCode, -1);
      await restart();
      await joinsNow(client, peer, room);
    });
  },
);

const REFUSALS = [
  {
    what: 'the key is not for this origin',
    config: keyFor('https://elsewhere.example'),
    status: 403,
    errorCode: 4003,
  },
  {
    what: 'the server does not know the app key',
    config: '[keys.another]\norigins = ["*"]\n',
    status: 404,
    errorCode: 4001,
  },
];

for (const { what, config, status, errorCode } of REFUSALS) {
  scene(
    `R-08, R-58, E-42, Q-15: joinRoom rejects when ${what}, and works once the key is right`,
    async ({ enter, room }) => {
      await withOwnServer(config, async ({ host, restart }) => {
        const client = await enter('ours', 'Client', { options: optionsFor(host) });
        const peer = await enter('ours', 'Peer', { options: optionsFor(host) });
        const outcome = await client.attempt('joinRoom', { roomName: room });
        assertError(outcome, 'API_REFUSED');
        assert.equal(outcome.error.status, status);
        // The original rejects with the body of the answer: its members are there too.
        assert.equal(outcome.error.error, errorCode);
        assert.equal(typeof outcome.error.info, 'string');
        const { error } = await client.waitFor(
          'readyStateChange',
          (detail) => detail.readyState === -1,
        );
        assert.equal(error.status, status);
        assert.equal(error.errorCode, errorCode);
        await restart(keyFor(stage.pages.origin));
        await joinsNow(client, peer, room);
      });
    },
  );

  scene(`R-08: skylinkjs is refused as well when ${what}`, async ({ enter, room }) => {
    await withOwnServer(config, async ({ host }) => {
      const client = await enter('skylinkjs', 'Client', { options: optionsFor(host) });
      const { error } = await client.attempt('joinRoom', { roomName: room });
      assert.equal(error.error, errorCode);
      assert.equal(error.success, false);
      assert.equal(typeof error.info, 'string');
    });
  });
}
