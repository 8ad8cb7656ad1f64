import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const stage = setStage();
const { scene } = stage;

const MEDIA = { audio: true, video: true };

const EVERY_SECOND = { statsInterval: 1 };

/** Keys that the original has and never fills, and one that holds its live channel. */
const NOT_REPORTED = new Set([
  'agent_plugin_version',
  'device_version',
  'enumerated_devices',
  'device_muted',
  'network_type',
  'agent_type',
  'channel',
  'channel_id',
  'recordings',
  'label',
]);

/** Remembers what the page posts, and lets it go on its way. */
function watchPosts() {
  const { fetch } = window;
  window.posts = [];
  window.fetch = (request, options) => {
    const at = String(request.url ?? request);
    if (at.includes('/rest/stats')) {
      const [, endpoint] = at.split('/rest/stats');
      window.posts.push({ at, endpoint, body: JSON.parse(options.body) });
    }
    return fetch(request, options);
  };
}

const postsOf = ({ page }) => page.evaluate(() => window.posts);

/** Waits until the page has posted to each of the endpoints. */
function posted({ page }, endpoints) {
  const all = (wanted) =>
    wanted.every((endpoint) => window.posts.some((post) => post.endpoint === endpoint));
  return page.waitForFunction(all, endpoints, { timeout: 30_000 });
}

const ENDPOINTS = [
  '/auth',
  '/client',
  '/session',
  '/client/signaling',
  '/client/iceconnection',
  '/client/icecandidate',
  '/client/icegathering',
  '/client/negotiation',
  '/client/bandwidth',
  '/client/usermedia',
  '/client/datachannel',
];

async function received() {
  const answer = await fetch(new URL('/metrics', stage.server.url));
  return Number(/^skylink_statistics_total (\d+)/m.exec(await answer.text())[1]);
}

/** Every report to an endpoint, those that came together one by one. */
function reportsTo(posts, endpoint) {
  const fitting = posts.filter((post) => post.endpoint === endpoint);
  return fitting.flatMap(({ body }) => body.data ?? [body]);
}

async function meet(room, one, other) {
  await one.join(room, MEDIA);
  await other.join(room, MEDIA);
  await Promise.all([one.waitForMedia(other), other.waitForMedia(one)]);
}

scene('O-01: ours reports to the server what skylinkjs reports', async ({ enter, step, room }) => {
  const settings = { inject: watchPosts, options: EVERY_SECOND };
  const before = await received();
  const ours = await enter('ours', 'Ours', settings);
  const original = await enter('skylinkjs', 'Original', settings);
  await meet(room, ours, original);
  await Promise.all([posted(ours, ENDPOINTS), posted(original, ENDPOINTS)]);
  await ours.page.waitForFunction(() =>
    window.posts.some(
      ({ endpoint, body }) => endpoint.endsWith('/iceconnection') && body.state === 'connected',
    ),
  );
  const [told, like] = await Promise.all([postsOf(ours), postsOf(original)]);

  for (const endpoint of ENDPOINTS) {
    await step(endpoint, async () => {
      const reports = reportsTo(told, endpoint);
      const [report] = reports.slice(-1);
      const models = reportsTo(like, endpoint);
      for (const key of models.flatMap(Object.keys)) {
        assert.ok(NOT_REPORTED.has(key) || key in report, `${key} is missing`);
      }
      for (const one of reports) {
        assert.equal(one.client_id, told[0].body.client_id);
        assert.equal(one.app_key, 'demo');
        assert.match(one.timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      }
    });
  }
  await step('the states of joining', async () => {
    const states = (posts, endpoint) => reportsTo(posts, endpoint).map(({ state }) => state);
    assert.deepEqual(states(told, '/auth'), ['request', 'success']);
    assert.deepEqual(states(told, '/auth'), states(like, '/auth'));
    assert.deepEqual(states(told, '/session'), ['joinRoom', 'inRoom', 'enter']);
    assert.deepEqual(states(told, '/session').toSorted(), states(like, '/session').toSorted());
    assert.deepEqual(states(told, '/client/signaling'), ['connect']);
  });
  await step('what flows', async () => {
    const [bandwidth] = reportsTo(told, '/client/bandwidth').slice(-1);
    const [model] = reportsTo(like, '/client/bandwidth').slice(-1);
    for (const group of ['audio_send', 'audio_recv', 'video_send', 'video_recv']) {
      assert.ok(bandwidth[group].bytes > 0, `${group}: ${JSON.stringify(bandwidth[group])}`);
      const missing = Object.keys(model[group]).filter((key) => !(key in bandwidth[group]));
      assert.deepEqual(missing, [], group);
    }
    assert.equal(bandwidth.peer_id, original.id);
    assert.equal(bandwidth.audio_send.tracks.length, 1);
    const [media] = reportsTo(told, '/client/usermedia').slice(-1);
    const { send_audio: sent, recv_video: seen, send_screen: screens, mode } = media;
    assert.deepEqual([sent, seen, screens, mode], [1, 1, 0, 'P2P']);
    const paths = reportsTo(told, '/client/iceconnection');
    const { local_candidate: end } = paths.find(({ state }) => state === 'connected');
    assert.equal(end.candidate_type, 'local');
    assert.ok(end.port_number > 0);
  });
  await step('no secrets', async () => {
    const text = JSON.stringify(told);
    for (const secret of ['userCred', 'roomCred', 'iceServers']) {
      assert.ok(!text.includes(secret), secret);
    }
    assert.ok(JSON.stringify(like).includes('userCred'), 'the original posts them');
  });
  await step('they arrive', async () => {
    assert.ok(told.every(({ at }) => at.startsWith(`http://${stage.server.host}/`)));
    assert.ok((await received()) - before > ENDPOINTS.length);
    assert.deepEqual(ours.pageErrors, []);
  });
});

for (const kind of ['ours', 'skylinkjs']) {
  scene(
    `E-41, O-01: ${kind} tells of its own reads, unless it is to be silent`,
    async ({ enter, room }) => {
      const loud = await enter(kind, 'Loud', { options: EVERY_SECOND });
      const silent = await enter(kind, 'Silent', {
        inject: watchPosts,
        options: { ...EVERY_SECOND, beSilentOnStatsLogs: true },
      });
      await meet(room, loud, silent);
      const isRead = ({ state, peerId, stats }) =>
        state === 1 && peerId === silent.id && stats.peerId === silent.id;
      const reads = () => loud.seen('getConnectionStatusStateChange', isRead).length;
      await loud.until(() => reads() > 3, 'reads of its own');
      const begun = loud.seen('getConnectionStatusStateChange', ({ state }) => state === 0).length;
      assert.ok(begun >= reads());
      await posted(silent, ['/client/bandwidth']);
      // The first one, when the way is there, is always told.
      assert.ok(silent.seen('getConnectionStatusStateChange').length <= 4);
    },
  );
}

scene(
  'O-01: ours reports nothing that the app or the server does not want',
  async ({ enter, room }) => {
    const client = await enter('ours', 'Client', {
      inject: watchPosts,
      options: { ...EVERY_SECOND, enableStatsGathering: false },
    });
    const peer = await enter('ours', 'Peer', { inject: watchPosts, options: EVERY_SECOND });
    await meet(room, client, peer);
    await posted(peer, ENDPOINTS);
    assert.deepEqual(await postsOf(client), []);
    assert.deepEqual(client.seen('getConnectionStatusStateChange'), []);
  },
);
