import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setStage } from '../e2e/harness/stage.mjs';
import { assertError } from '../e2e/second-attempt.mjs';

const { scene } = setStage();

const KINDS = ['ours', 'skylinkjs'];
const { errors } = JSON.parse(
  await readFile(new URL('../fixtures/api-surface.json', import.meta.url), 'utf8'),
);
const [R_01, R_04, R_05, R_07, R_09, R_10] = ['R-01', 'R-04', 'R-05', 'R-07', 'R-09', 'R-10'].map(
  (id) => errors.find((error) => error.id === id).texts[0],
);

/** Constructs with these options; gives what was thrown and which states were told. */
function construct({ page }, code) {
  return page.evaluate(`(() => {
    const states = [];
    const listener = ({ detail }) => states.push(window.summarise(detail));
    window.sdk.SkylinkEventManager.addEventListener('readyStateChange', listener);
    let error = null;
    try {
      ${code};
    } catch (thrown) {
      error = window.summarise(thrown);
    }
    window.sdk.SkylinkEventManager.removeEventListener('readyStateChange', listener);
    return { error, states };
  })()`);
}

function assertRefused({ error, states }, text, errorCode) {
  assert.equal(error.isError, true);
  assert.equal(error.message, text);
  const [initial, failed] = states;
  assert.deepEqual(initial, { readyState: 0, error: null, room: null });
  assert.equal(failed.readyState, -1);
  assert.equal(failed.error.status, -2);
  assert.equal(failed.error.content.message, text);
  assert.equal(failed.error.errorCode, errorCode);
}

for (const kind of KINDS) {
  scene(`M-00, R-01, R-04, E-42: the constructor of ${kind} refuses`, async ({ enter, step }) => {
    const client = await enter(kind, 'App');
    await step('R-01: options without an app key', async () => {
      for (const given of ['{}', '{ appKey: "" }', '{ appKey: null }']) {
        assertRefused(await construct(client, `new window.sdk.default(${given})`), R_01, 4);
      }
    });
    await step('R-04: a browser without fetch', async () => {
      const outcome = await construct(
        client,
        `const { fetch } = window;
        window.fetch = undefined;
        try { new window.sdk.default({ appKey: 'key' }); } finally { window.fetch = fetch; }`,
      );
      assertRefused(outcome, R_04, 2);
    });
  });

  scene(`R-07, R-10: joinRoom of ${kind} refuses`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    const home = await enter(kind, 'Home', { options: { defaultRoom: room } });
    const textOf = ({ error }) => (kind === 'ours' ? error.message : error);
    for (const given of [{}, { roomName: '' }, { roomName: null }]) {
      assert.equal(textOf(await client.attempt('joinRoom', given)), R_07);
    }
    const stopped = await home.capture({ audio: true });
    await home.call('stopPrefetchedStream', stopped);
    for (const given of [[[stopped]], [[null]], [[]], [{ roomName: room }, []]]) {
      assert.equal(textOf(await home.attempt('joinRoom', ...given)), R_10, JSON.stringify(given));
    }
    assert.deepEqual(home.seen('peerJoined'), []);
  });

  scene(
    `R-09, Q-30, E-42: joinRoom of ${kind} where there is no codec`,
    async ({ enter, room }) => {
      const client = await enter(kind, 'Client');
      await client.page.evaluate(() => {
        RTCRtpReceiver.getCapabilities = () => ({ codecs: [], headerExtensions: [] });
        RTCPeerConnection.prototype.createOffer = async () => ({ type: 'offer', sdp: 'v=0' });
      });
      const { error } = await client.attempt('joinRoom', { roomName: room });
      assert.equal(error.message, R_09);
      const failed = client.seen('readyStateChange', ({ readyState }) => readyState === -1);
      assert.equal(failed.length, 1);
      assert.equal(failed[0].error.content.message, R_09);
      assert.equal(failed[0].error.errorCode, 8);
      assert.equal(failed[0].error.status, -2);
      assert.equal(failed[0].room.roomName, room);
      if (kind === 'ours') assert.deepEqual(await client.connectionStates(), []);
    },
  );
}

scene('R-05: the constructor refuses a browser without WebRTC', async ({ enter }) => {
  const client = await enter('ours', 'App');
  const outcome = await construct(
    client,
    `const connection = window.RTCPeerConnection;
    window.RTCPeerConnection = undefined;
    try { new window.sdk.default({ appKey: 'key' }); } finally { window.RTCPeerConnection = connection; }`,
  );
  assertRefused(outcome, R_05, 3);
});

scene('R-02, R-03: ours depends on neither AdapterJS nor socket.io', async ({ enter, room }) => {
  const client = await enter('ours', 'App');
  const { error } = await construct(
    client,
    `window.AdapterJS = undefined;
    window.io = undefined;
    new window.sdk.default({ appKey: 'key' })`,
  );
  assert.equal(error, null);
  await client.join(room);
});

scene('R-06, Q-17: ours takes the app key alone', async ({ enter }) => {
  const original = await enter('skylinkjs', 'Original');
  assert.equal(
    (await construct(original, `new window.sdk.default('key')`)).error.name,
    'TypeError',
  );
  const client = await enter('ours', 'App');
  const { error, states } = await construct(client, `new window.sdk.default('key')`);
  assert.equal(error, null);
  assert.deepEqual(states, [{ readyState: 0, error: null, room: null }]);
});

scene(
  'M-20, Q-06: ours refuses what is no stream, the original never settles',
  async ({ enter, room }) => {
    const client = await enter('ours', 'Client');
    for (const prefetched of [{}, 'text', [{}]]) {
      const outcome = await client.attempt('joinRoom', { roomName: room }, prefetched);
      assertError(outcome, 'INVALID_PREFETCHED_STREAMS');
    }
  },
);
