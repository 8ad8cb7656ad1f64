import assert from 'node:assert/strict';
import { FaultyProxy } from '../e2e/harness/proxy.mjs';
import { Server } from '../e2e/harness/server.mjs';
import { optionsFor, setStage } from '../e2e/harness/stage.mjs';

const KINDS = ['ours', 'skylinkjs'];
const SECRET = 'secret of the key';

const stage = setStage({
  server: {
    config: `
[keys.demo]
origins = ["*"]

[keys.signed]
secret = "${SECRET}"
`,
  },
});
const { scene } = stage;

/** The address that a join asks first, statistics aside. */
function addressOf({ page }, options, joinOptions) {
  return page.evaluate(
    ([init, join]) =>
      new Promise((resolve) => {
        const { fetch } = window;
        window.fetch = (request) => {
          const address = request.url ?? String(request);
          if (!address.includes('/rest/')) {
            window.fetch = fetch;
            resolve(address);
          }
          return Promise.reject(new TypeError('not sent'));
        };
        const joining = new window.sdk.default(init).joinRoom(join);
        joining.catch(() => {});
      }),
    [options, joinOptions],
  );
}

const ADDRESSES = [
  [{ appKey: 'key' }, 'https://api.temasys.io/api/key/room'],
  [{ appKey: 'key', roomServer: '//host.example:99' }, 'https://host.example:99/api/key/room'],
  [
    { appKey: 'key', roomServer: '//host.example', forceSSL: false },
    'http://host.example/api/key/room',
  ],
  [
    {
      appKey: 'key',
      credentials: {
        startDateTime: '2026-01-01T00:00:00.000Z',
        duration: 2,
        credentials: 'a%2Fb%3D',
      },
    },
    'https://api.temasys.io/api/key/room/2026-01-01T00:00:00.000Z/2?cred=a%2Fb%3D',
  ],
  [{ appKey: 'key', defaultRoom: 'home' }, 'https://api.temasys.io/api/key/home', {}],
  [{ appKey: 'key', defaultRoom: 'home' }, 'https://api.temasys.io/api/key/room'],
];

scene(
  'O-01, O-02, M-00, T-22: app key, room server, SSL, credentials and room make the address',
  async ({ enter, step }) => {
    for (const kind of KINDS) {
      const client = await enter(kind, kind);
      for (const [options, address, joinOptions = { roomName: 'room' }] of ADDRESSES) {
        await step(`${kind}: ${JSON.stringify(options)}`, async () => {
          const seen = await addressOf(client, options, joinOptions);
          assert.equal(seen.replace(/[?&]rand=\d+|[?&]_?t=\d+/g, ''), address);
        });
      }
    }
  },
);

const ICE_SERVERS = `
[[ice_servers]]
urls = ["stun:stun.example.invalid:3478"]

[[ice_servers]]
urls = ["turn:turn.example.invalid:3478?transport=udp", "turns:turn.example.invalid:5349?transport=tcp"]
username = "alice"
credential = "pa55"
`;
const STUN = 'stun:stun.example.invalid:3478  ';
const TURN = 'turn:turn.example.invalid:3478?transport=udp alice pa55';
const TURNS = 'turns:turn.example.invalid:5349?transport=tcp alice pa55';

/** Which servers are used, and whether nothing but them. */
const ICE_OPTIONS = [
  [{}, [STUN, TURN, TURNS], 'all'],
  [{ TURNServerTransport: 'all' }, [STUN, TURN, TURNS], 'all'],
  [{ TURNServerTransport: 'udp' }, [STUN, TURN], 'all'],
  [{ TURNServerTransport: 'none' }, [STUN, TURN], 'all'],
  [{ TURNServerTransport: 'tcp' }, [STUN, TURNS], 'all'],
  [{ forceTURN: true }, [TURN, TURNS], 'relay'],
  [{ forceTURNSSL: true }, [TURNS], 'relay'],
];

function lastConfiguration({ page }) {
  return page.evaluate(() => {
    const { iceServers, iceTransportPolicy } = window.probes.connections.at(-1).getConfiguration();
    const servers = iceServers.flatMap(({ urls, username, credential }) =>
      [urls].flat().map((url) => [url, username ?? '', credential ?? ''].join(' ')),
    );
    return { servers: servers.sort(), iceTransportPolicy };
  });
}

scene('O-01, C-17: options select among the ICE servers', async ({ enter, step, room }) => {
  const server = await Server.start({ config: ICE_SERVERS });
  try {
    const peer = await enter('ours', 'Peer', { options: optionsFor(server.host) });
    await peer.join(room);
    const client = await enter('ours', 'Client');
    for (const [options, servers, iceTransportPolicy] of ICE_OPTIONS) {
      await step(JSON.stringify(options), async () => {
        await client.create(optionsFor(server.host, options));
        const after = client.mark();
        await client.join(room, { audio: true });
        await client.waitFor('handshakeProgress', ({ state }) => state === 'answer', { after });
        assert.deepEqual(await lastConfiguration(client), { servers, iceTransportPolicy });
        await client.call('leaveRoom', room);
      });
    }
  } finally {
    await server.stop();
  }
});

for (const kind of KINDS) {
  scene(`O-01, C-14: ${kind} filters candidates by their type`, async ({ enter, room }) => {
    const options = { filterCandidatesType: { host: true, srflx: false, relay: false } };
    const init = optionsFor(stage.server.host, options);
    const client = await enter(kind, 'Client', { options: init });
    const peer = await enter('ours', 'Peer');
    await peer.join(room, { audio: true });
    await client.join(room, { audio: true });
    const { candidateType } = await client.waitFor(
      'candidateProcessingState',
      ({ state }) => state === 'dropped',
    );
    assert.equal(candidateType, 'host');
    await client.waitFor('candidateGenerationState', ({ state }) => state === 'complete');
    await peer.waitFor('channelMessage', ({ message }) => /endOfCandidates/.test(message));
    const candidates = peer.seen('channelMessage', ({ message }) => {
      const { type, mid } = JSON.parse(message);
      return type === 'candidate' && mid === client.id;
    });
    assert.deepEqual(candidates, []);
    assert.deepEqual(
      client.seen('candidateProcessingState', ({ state }) => state === 'processSuccess'),
      [],
    );
  });

  scene(`O-01: ${kind} without data channels`, async ({ enter, room }) => {
    const init = optionsFor(stage.server.host, { enableDataChannel: false });
    const client = await enter(kind, 'Client', { options: init });
    const peer = await enter('skylinkjs', 'Peer');
    await peer.join(room, { audio: true });
    await client.join(room, { audio: true });
    await peer.waitForMedia(client, ['audio']);
    const own = await client.call('getPeerInfo', room);
    assert.equal(own.config.enableDataChannel, false);
    assert.equal(own.settings.data, false);
    const { config } = await peer.call('getPeerInfo', room, client.id);
    assert.equal(config.enableDataChannel, false);
    for (const member of [client, peer]) assert.deepEqual(member.seen('dataChannelState'), []);
  });
}

scene('O-01, T-19: socketServer says where the socket goes', async ({ enter, step, room }) => {
  const proxy = await FaultyProxy.start(stage.server.url);
  const [hostname, port] = proxy.host.split(':');
  const ownServer = { url: hostname, ports: [Number(port)], protocol: 'http:' };
  try {
    for (const [place, options] of [
      {},
      { socketServer: proxy.host },
      { socketServer: ownServer },
      { socketServer: ownServer, socketServerPath: '/socket.io' },
    ].entries()) {
      await step(JSON.stringify(options), async () => {
        const host = options.socketServer ? proxy.host : stage.server.host;
        const sessions = [];
        for (const kind of KINDS) {
          const init = optionsFor(stage.server.host, options);
          const client = await enter(kind, kind, { options: init });
          const socket = client.page.waitForEvent('websocket');
          await client.join(`${room}-${place}`);
          assert.equal(new URL((await socket).url()).host, host);
          sessions.push(client.seen('channelOpen')[0].socketSession);
        }
        assert.deepEqual(sessions[0], sessions[1]);
      });
    }
  } finally {
    await proxy.stop();
  }
});

scene('O-01, S-26, C-35, C-36: options without effect are accepted', async ({ enter, room }) => {
  const options = {
    ...{ enableSimultaneousTransfers: false, audioCodec: 'opus', videoCodec: 'H264' },
    ...{ codecParams: { audio: { opus: { stereo: true } } }, useEdgeWebRTC: true },
    ...{ beSilentOnParseLogs: true, beSilentOnStatsLogs: true, mcuUseRenegoRestart: false },
    ...{ enableTURNServer: false, enableSTUNServer: false, iceServer: 'x', usePublicSTUN: true },
    ...{ enableIceTrickle: true, anything: { else: ['at', 'all'] } },
  };
  const clients = [];
  for (const kind of KINDS) {
    const client = await enter(kind, kind, { options: optionsFor(stage.server.host, options) });
    await client.join(room, { audio: true });
    clients.push(client);
  }
  await clients[0].waitForMedia(clients[1], ['audio']);
  await clients[1].waitForMedia(clients[0], ['audio']);
});

scene('O-01, M-20: credentials let in where the key has a secret', async ({ enter, room }) => {
  const { createHmac } = await import('node:crypto');
  const startDateTime = new Date().toISOString();
  const sign = (secret) =>
    encodeURIComponent(
      createHmac('sha1', secret).update(`${room}_2_${startDateTime}`).digest('base64'),
    );
  for (const kind of KINDS) {
    const withSecret = (secret) => {
      const credentials = { startDateTime, duration: 2, credentials: sign(secret) };
      return optionsFor(stage.server.host, { appKey: 'signed', credentials });
    };
    const client = await enter(kind, kind, { options: withSecret(SECRET) });
    await client.join(room);
    assert.equal((await client.call('getPeerInfo', room)).room.duration, 2);
    const liar = await enter(kind, `${kind} lying`, { options: withSecret('another') });
    assert.ok((await liar.attempt('joinRoom', { roomName: room })).error);
  }
});

for (const kind of KINDS) {
  scene(`O-02: what joinRoom of ${kind} makes of its options`, async ({ enter, step, room }) => {
    const peer = await enter('ours', 'Peer');
    await peer.join(room, { audio: true });
    const client = await enter(kind, 'Client');
    await client.page.evaluate(() => {
      const { createOffer } = RTCPeerConnection.prototype;
      window.offers = [];
      RTCPeerConnection.prototype.createOffer = function offer(...given) {
        window.offers.push(given[0] ?? {});
        return createOffer.apply(this, given);
      };
    });
    await client.join(room, {
      audio: true,
      userData: { any: ['JSON', 1] },
      bandwidth: { audio: 50, video: '300', data: 100 },
      voiceActivityDetection: false,
      autoBandwidthAdjustment: true,
    });
    await client.waitForMedia(peer, ['audio']);
    await step('custom data and limits are known to both', async () => {
      const own = await client.call('getPeerInfo', room);
      const told = await peer.call('getPeerInfo', room, client.id);
      for (const info of [own, told]) {
        assert.deepEqual(info.userData, { any: ['JSON', 1] });
        assert.deepEqual(info.settings.maxBandwidth, { audio: 50, data: 100 });
      }
    });
    await step('silence is sent when asked for', async () => {
      const offers = await client.page.evaluate(() => window.offers);
      assert.equal(offers.at(-1).voiceActivityDetection, false);
    });
  });
}

scene('M-00, Q-18: options belong to the instance', async ({ enter, room }) => {
  const client = await enter('ours', 'Client');
  const seen = await client.page.evaluate(
    async ([host, name]) => {
      const options = {
        ...{ appKey: 'demo', roomServer: `//${host}`, forceSSL: false, defaultRoom: name },
        ...{ socketServerPath: null, filterCandidatesType: { host: false } },
      };
      const before = JSON.stringify(options);
      const first = new window.sdk.default(options);
      const untouched = JSON.stringify(options) === before;
      // What happens to the object afterwards is nobody's business.
      options.defaultRoom = 'changed';
      const second = new window.sdk.default({ ...options, defaultRoom: `${name}-second` });
      await first.joinRoom();
      await second.joinRoom();
      const rooms = [name, `${name}-second`].map(
        (one) => second.getPeerInfo(one)?.room.roomName ?? null,
      );
      await first.leaveAllRooms();
      return { untouched, rooms };
    },
    [stage.server.host, room],
  );
  assert.deepEqual(seen, { untouched: true, rooms: [room, `${room}-second`] });
});

for (const kind of KINDS) {
  scene(`M-03, M-13, C-60: ids and version of ${kind}`, async ({ enter }) => {
    const { page } = await enter(kind, 'App');
    const { ids, version, constant } = await page.evaluate(() => ({
      ids: Array.from({ length: 200 }, () => window.skylink.generateUUID()),
      version: window.skylink.getSdkVersion(),
      constant: window.sdk.SkylinkConstants.SDK_VERSION,
    }));
    assert.equal(new Set(ids).size, ids.length);
    const variant = kind === 'ours' ? '[89ab]' : '[0f]';
    const pattern = new RegExp(
      `^[\\da-f]{8}-[\\da-f]{4}-4[\\da-f]{3}-${variant}[\\da-f]{3}-[\\da-f]{12}$`,
    );
    for (const id of ids) assert.match(id, pattern);
    assert.equal(version, constant);
  });
}
