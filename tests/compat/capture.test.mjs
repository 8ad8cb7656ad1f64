import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const KINDS = ['ours', 'skylinkjs'];
const BOTH = { audio: true, video: true };
const SMALL = { audio: true, video: { resolution: { width: 160, height: 120 } } };
const { errors } = JSON.parse(
  await readFile(new URL('../fixtures/api-surface.json', import.meta.url), 'utf8'),
);
const textOf = (wanted, value) =>
  errors.find(({ id }) => id === wanted).texts[0].replace(/⟨.*⟩/, value);

const namesSince = (client, after) => client.events.slice(after).map(({ name }) => name);

const mediaEvents = (client, after) =>
  client.events
    .slice(after)
    .filter(({ name }) => name.startsWith('mediaAccess'))
    .map(({ name, detail }) => [name, detail]);

/** Errors are told by 2.7.2 as text in some places. */
const assertRejected = ({ error }, text, what) =>
  assert.equal(error?.message ?? error, text, `${what}: ${JSON.stringify(error)}`);

/** Cameras and microphones that refuse with the errors that a test puts into `window.refusals`. */
function plugUnwillingDevices() {
  const { mediaDevices } = navigator;
  const capture = mediaDevices.getUserMedia.bind(mediaDevices);
  window.refusals = [];
  window.asked = [];
  mediaDevices.getUserMedia = async (constraints) => {
    window.asked.push(structuredClone(constraints));
    const name = window.refusals.shift();
    if (name) throw new DOMException(`refused: ${name}`, name);
    return capture(constraints);
  };
}

/** A microphone and a camera that take whatever is asked of them. */
function plugObligingDevices() {
  const picture = document.createElement('canvas').captureStream(1);
  const sound = new AudioContext().createMediaStreamDestination().stream;
  window.asked = [];
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    window.asked.push(structuredClone(constraints));
    const tracks = [
      ...(constraints.audio ? sound.getAudioTracks() : []),
      ...(constraints.video ? picture.getVideoTracks() : []),
    ];
    return new MediaStream(tracks.map((track) => track.clone()));
  };
}

const refuse = (client, ...names) =>
  client.page.evaluate((list) => {
    window.refusals.push(...list);
  }, names);

/** What was asked of the browser since the last look. */
const asked = (client) => client.page.evaluate(() => window.asked.splice(0));

for (const kind of KINDS) {
  scene(`M-17, T-09: ${kind} lists the devices`, async ({ enter, step }) => {
    const client = await enter(kind, 'Client');
    await step('those of the browser', async () => {
      const devices = await client.page.evaluate(async () =>
        (await navigator.mediaDevices.enumerateDevices()).map((device) => device.toJSON()),
      );
      const of = (wanted) =>
        devices
          .filter((device) => device.kind === wanted)
          .map(({ deviceId, label, groupId }) => ({ deviceId, label, groupId }));
      const sources = await client.call('getStreamSources');
      assert.ok(sources.audio.input.length > 0 && sources.video.input.length > 0);
      assert.deepEqual(sources, {
        audio: { input: of('audioinput'), output: of('audiooutput') },
        video: { input: of('videoinput') },
      });
    });

    await step('what is missing is filled in', async () => {
      await client.page.evaluate(() => {
        navigator.mediaDevices.enumerateDevices = async () => [
          { kind: 'videoinput', deviceId: '', label: '', groupId: '' },
          { kind: 'audiooutput', deviceId: 'ear', label: '', groupId: 'head' },
          { kind: 'audioinput', deviceId: 'mic', label: 'Microphone', groupId: '' },
          { kind: 'smellinput', deviceId: 'nose', label: 'Nose', groupId: 'head' },
        ];
      });
      assert.deepEqual(await client.call('getStreamSources'), {
        audio: {
          input: [{ deviceId: 'mic', label: 'Microphone', groupId: null }],
          output: [{ deviceId: 'ear', label: 'Source for ear', groupId: 'head' }],
        },
        video: { input: [{ deviceId: 'default', label: 'Source for default', groupId: null }] },
      });
    });

    await step('a browser that fails to list them', async () => {
      if (kind === 'skylinkjs') return;
      await client.page.evaluate(() => {
        navigator.mediaDevices.enumerateDevices = () =>
          Promise.reject(new DOMException('no list', 'NotAllowedError'));
      });
      const { error } = await client.attempt('getStreamSources');
      assert.deepEqual([error.name, error.message], ['NotAllowedError', 'no list']);
    });

    await step('a browser that cannot list them', async () => {
      await client.page.evaluate(() => {
        navigator.mediaDevices.enumerateDevices = undefined;
      });
      const { error } = await client.attempt('getStreamSources');
      assert.deepEqual(error, { audio: { input: [], output: [] }, video: { input: [] } });
    });
  });

  scene(`M-39, E-03: ${kind} stops streams that no room has`, async ({ enter }) => {
    const client = await enter(kind, 'Client');
    const streams = await client.call('getUserMedia', BOTH);
    for (const [place, stream] of streams.entries()) {
      const after = client.mark();
      assert.equal(await client.call('stopPrefetchedStream', stream), null);
      assert.deepEqual(client.events.slice(after, -1), [
        {
          name: 'streamEnded',
          at: client.events[after].at,
          detail: {
            room: null,
            peerId: null,
            peerInfo: null,
            isSelf: true,
            isAudio: place === 0,
            isVideo: place === 1,
            streamId: stream.stream,
          },
        },
      ]);
    }
    assert.ok((await client.localTracks()).every(({ readyState }) => readyState === 'ended'));
    const after = client.mark();
    assert.equal(await client.call('stopPrefetchedStream'), null);
    assert.equal(await client.call('stopPrefetchedStream', null), null);
    assert.deepEqual(namesSince(client, after), [
      '#stopPrefetchedStream resolved',
      '#stopPrefetchedStream resolved',
    ]);
  });

  const title = `E-34, E-40, R-11, M-19, M-20, M-31, C-39: cameras that refuse ${kind}`;
  scene(title, async ({ enter, step, room }) => {
    const client = await enter(kind, 'Client', { inject: plugUnwillingDevices });
    const NotReadable = { name: 'NotReadableError', message: 'refused: NotReadableError' };
    const NotFound = { name: 'NotFoundError', message: 'refused: NotFoundError' };
    const brief = (error) => ({ name: error.name, message: error.message });
    const told = (after) =>
      mediaEvents(client, after).map(([name, detail]) => [
        name,
        detail.error ? { ...detail, error: brief(detail.error) } : Object.keys(detail),
      ]);
    const inBoth = [
      ['mediaAccessFallback', { error: NotReadable, state: 0, isAudioFallback: true }],
      ['mediaAccessError', { error: NotFound, isAudioFallbackError: true }],
      ['mediaAccessFallback', { error: NotReadable, state: -1, isAudioFallback: true }],
    ];

    await step('joinRoom', async () => {
      const after = client.mark();
      await refuse(client, 'NotReadableError', 'NotFoundError');
      const { error } = await client.attempt('joinRoom', { roomName: room, ...BOTH });
      assert.deepEqual(brief(error), NotFound);
      await client.waitFor('mediaAccessFallback', ({ state }) => state === -1, { after });
      assert.deepEqual(told(after), inBoth);
      const [first, second, ...more] = await asked(client);
      assert.deepEqual([second, more], [{ audio: true }, []]);
      assert.ok(first.audio && first.video);
    });
    if (kind === 'skylinkjs') await client.call('leaveRoom', room);
    await client.join(room);

    for (const method of ['getUserMedia', 'sendStream']) {
      await step(`${method}: both kinds, and sound alone, are refused`, async () => {
        const after = client.mark();
        await refuse(client, 'NotReadableError', 'NotFoundError');
        const { error } = await client.attempt(method, room, BOTH);
        assert.deepEqual(brief(error), NotFound);
        await client.waitFor('mediaAccessFallback', ({ state }) => state === -1, { after });
        assert.deepEqual(told(after), inBoth);
        assert.deepEqual((await asked(client))[1], { audio: true });
      });

      await step(`${method}: one kind is refused`, async () => {
        const after = client.mark();
        await refuse(client, 'NotReadableError');
        const { error } = await client.attempt(method, room, { video: true });
        assert.deepEqual(brief(error), NotReadable);
        await client.waitFor('mediaAccessError', () => true, { after });
        assert.deepEqual(told(after), [
          ['mediaAccessError', { error: NotReadable, isAudioFallbackError: false }],
        ]);
        assert.equal((await asked(client)).length, 1);
      });

      await step(`${method}: sound alone is granted`, async () => {
        const after = client.mark();
        await refuse(client, 'NotReadableError');
        const [audio, video] = await client.call(method, room, BOTH);
        assert.deepEqual([audio.audio, video], [1, null]);
        assert.deepEqual(
          mediaEvents(client, after).map(([name, detail]) => [
            name,
            detail.state,
            detail.isAudioFallback,
            detail.isAudio,
          ]),
          [
            ['mediaAccessFallback', 0, true, undefined],
            ['mediaAccessSuccess', undefined, true, true],
          ],
        );
        await asked(client);
      });
    }

    await step('outside any room only the promise tells', async () => {
      const after = client.mark();
      await refuse(client, 'NotReadableError');
      const { error } = await client.attempt('getUserMedia', BOTH);
      assert.deepEqual(brief(error), NotReadable);
      assert.deepEqual(mediaEvents(client, after), []);
    });
  });

  scene(`R-12, R-13, R-14, M-19: options that ${kind} cannot use`, async (stage) => {
    const { enter, step, room } = stage;
    const client = await enter(kind, 'Client');
    const pairOf = ({ value }) => value?.map(({ audio, video }) => [audio, video]);
    const assertPair = (outcome) => {
      const soundAndPicture = [
        [1, 0],
        [0, 1],
      ];
      assert.deepEqual(pairOf(outcome), soundAndPicture, JSON.stringify(outcome));
    };
    await step('R-12: outside any room', async () => {
      for (const noRoom of [null, '']) {
        for (const value of [null, 5, 'audio', true]) {
          const outcome = await client.attempt('getUserMedia', noRoom, value);
          assertRejected(outcome, textOf('R-12', `${value}`), `getUserMedia('', ${value})`);
        }
      }
      const outcome = await client.attempt('getUserMedia');
      if (kind === 'ours') assertPair(outcome);
      else assertRejected(outcome, textOf('R-12', 'undefined'), 'getUserMedia()');
      const [audio, video] = await client.call('getUserMedia', '', { audio: true });
      assert.deepEqual([audio.audio, video], [1, null]);
    });
    await client.join(room);
    await step('R-13: in a room, without options or with none', async () => {
      const outcome = await client.attempt('getUserMedia', room);
      if (kind === 'ours') assertPair(outcome);
      else assertRejected(outcome, textOf('R-13'), 'getUserMedia(room)');
      for (const options of [null, 5, true, 'audio']) {
        const refused = await client.attempt('getUserMedia', room, options);
        assertRejected(refused, textOf('R-13'), `getUserMedia(room, ${options})`);
      }
    });
    for (const method of ['getUserMedia', 'sendStream']) {
      await step(`R-14: ${method} asks for nothing`, async () => {
        for (const options of [{}, { audio: false, video: false }, { audio: null }]) {
          const outcome = await client.attempt(method, room, options);
          assertRejected(outcome, textOf('R-14'), `${method} ${JSON.stringify(options)}`);
          assert.equal(outcome.error.isError ?? false, kind === 'ours');
        }
      });
    }
    await step('R-12: sendStream', async () => {
      for (const value of [undefined, null, 5, 'audio', true]) {
        const outcome = await client.attempt('sendStream', room, value);
        const shown = value === undefined ? null : value;
        assertRejected(outcome, textOf('R-12', `${shown}`), `sendStream(room, ${value})`);
      }
    });
  });

  scene(`R-15, R-16, R-17, M-31: what ${kind} does not send`, async ({ enter, step, room }) => {
    const client = await enter(kind, 'Client');
    const [audio, video] = await client.call('getUserMedia', BOTH);
    await step('R-15: before the server let us in', async () => {
      const outcome = client.page.evaluate(
        (name) =>
          new Promise((resolve) => {
            const send = async () => {
              const sending = window.skylink.sendStream(name, { audio: true });
              const error = await sending.then(
                () => null,
                (refused) => refused,
              );
              resolve({ error: window.summarise(error) });
            };
            window.sdk.SkylinkEventManager.addEventListener('channelOpen', send);
          }),
        room,
      );
      await client.join(room);
      assertRejected(await outcome, textOf('R-15'), 'sendStream');
    });
    await step('R-16: what is no stream', async () => {
      for (const list of [[5], [{}], [audio, 'stream'], [{ getAudioTracks: true }]]) {
        const outcome = await client.attempt('sendStream', room, list);
        assertRejected(outcome, textOf('R-16'), JSON.stringify(list));
      }
    });
    await step('R-17: what has ended', async () => {
      await client.call('stopPrefetchedStream', video);
      for (const list of [[video], [audio, video]]) {
        const outcome = await client.attempt('sendStream', room, list);
        assertRejected(outcome, textOf('R-17'), JSON.stringify(list));
      }
      if (kind === 'ours') {
        assertRejected(await client.attempt('sendStream', room, video), textOf('R-17'), 'alone');
      }
    });
    assert.deepEqual(await client.call('getStreams', room), {});
  });

  scene(`R-40, R-45, M-43: what ${kind} cannot stop`, async ({ enter, step, room }) => {
    const client = await enter(kind, 'Client');
    const peer = await enter('ours', 'Peer');
    await client.join(room);
    await peer.join(room);
    await client.waitFor('handshakeProgress', ({ state }) => state === 'answerAck');
    await step('R-40: nothing is sent', async () => {
      assertRejected(
        await client.attempt('stopStreams', room),
        textOf('R-40', 'undefined'),
        'stopStreams(room)',
      );
      assertRejected(
        await client.attempt('stopStreams', room, 'other'),
        textOf('R-40', 'other'),
        'stopStreams(room, id)',
      );
    });
    if (kind === 'skylinkjs') return;
    await step('R-40: another stream is sent, and goes on', async () => {
      await client.call('sendStream', room, SMALL);
      await peer.waitForMedia(client);
      const outcome = await client.attempt('stopStreams', room, 'other');
      assertRejected(outcome, textOf('R-40', 'other'), 'stopStreams(room, id)');
      await peer.waitForMedia(client, ['audio', 'video'], await peer.receivedFrom(client.id));
    });
    await step('R-45 is never told: a round that fails is tried again', async () => {
      await client.page.evaluate(() => {
        const { prototype } = RTCPeerConnection;
        const { createOffer } = prototype;
        window.failures = 0;
        prototype.createOffer = function fail() {
          prototype.createOffer = createOffer;
          window.failures += 1;
          return Promise.reject(new DOMException('not now', 'OperationError'));
        };
      });
      const after = peer.mark();
      assert.equal(await client.call('stopStreams', room), '[undefined]');
      assert.equal(await client.page.evaluate(() => window.failures), 1);
      const failed = client.seen('handshakeProgress', ({ state }) => state === 'error');
      assert.equal(failed[0].error.message, 'not now');
      const ended = () => peer.seen('streamEnded', () => true, after).length === 2;
      await peer.until(ended, 'the ends of both streams');
    });
  });

  scene(`O-06, M-24: what mutes with ${kind}`, async ({ enter, room }) => {
    const client = await enter(kind, 'Client');
    const [audio, video] = await client.join(room, SMALL);
    for (const [options, sound, picture] of [
      [undefined, 0, 0],
      [{ audioMuted: false, videoMuted: false }, 1, 1],
      [{ audioMuted: true, videoMuted: false }, 0, 1],
      [{ audioMuted: 1, videoMuted: 0 }, 1, 0],
      [{ audioMuted: -1, videoMuted: 1 }, 0, 1],
      [{ audioMuted: 2, videoMuted: 1 }, 0, 1],
      [{ audioMuted: false }, 1, 0],
      [{ audioMuted: 'no', videoMuted: false }, 0, 1],
      [{ videoMuted: null, audioMuted: false }, 1, 0],
      [{}, 0, 0],
      ['all', 0, 0],
      [{ audioMuted: false, videoMuted: false }, 1, 1],
    ]) {
      const shown = JSON.stringify(options);
      const given = options === undefined ? [] : [options];
      assert.ok([null, '[undefined]'].includes(await client.call('muteStreams', room, ...given)));
      const { mediaStatus } = await client.call('getPeerInfo', room);
      assert.deepEqual(
        mediaStatus,
        {
          [audio.stream]: { audioMuted: sound, videoMuted: -1 },
          [video.stream]: { audioMuted: -1, videoMuted: picture },
        },
        shown,
      );
      const enabled = await client.page.evaluate((name) => {
        const [{ streams }] = Object.values(window.skylink.getStreams(name));
        return ['audio', 'video'].flatMap((key) =>
          Object.values(streams[key]).flatMap((stream) =>
            stream.getTracks().map((track) => Number(track.enabled)),
          ),
        );
      }, room);
      assert.deepEqual(enabled, [sound, picture], shown);
    }
  });
}

const AUDIO = { stereo: false, echoCancellation: true, exactConstraints: false };
const VIDEO = {
  resolution: { width: 640, height: 480 },
  frameRate: 30,
  exactConstraints: false,
};
const MAX = { width: { max: 640 }, height: { max: 480 }, frameRate: { max: 30 } };
const SIZE = { width: { min: 320, ideal: 640 }, height: { max: 480 } };

/** Options, what is asked of the browser, and what is told of the streams. */
const TRANSLATIONS = [
  [{ audio: true }, { audio: { echoCancellation: true }, video: false }, AUDIO, null],
  [
    { audio: { echoCancellation: false, deviceId: 'mic', mute: 'no', other: 1 } },
    { audio: { echoCancellation: false, deviceId: { ideal: 'mic' } }, video: false },
    { ...AUDIO, echoCancellation: false, deviceId: 'mic' },
    null,
  ],
  [
    { audio: { echoCancellation: 'no', stereo: 'yes', deviceId: 5 } },
    { audio: { echoCancellation: true }, video: false },
    AUDIO,
    null,
  ],
  [
    { audio: { deviceId: 'mic' }, useExactConstraints: true },
    { audio: { echoCancellation: true, deviceId: { exact: 'mic' } }, video: false },
    { ...AUDIO, exactConstraints: true, deviceId: 'mic' },
    null,
  ],
  [{ video: true }, { audio: false, video: MAX }, null, VIDEO],
  [{ video: true, useExactConstraints: true }, { audio: false, video: MAX }, null, VIDEO],
  [
    { video: { resolution: { width: 320, height: '240' }, frameRate: 15, deviceId: 'cam' } },
    {
      audio: false,
      video: {
        width: { max: 320 },
        height: { max: '240' },
        frameRate: { max: 15 },
        deviceId: { ideal: 'cam' },
      },
    },
    null,
    { ...VIDEO, resolution: { width: 320, height: '240' }, frameRate: 15, deviceId: 'cam' },
  ],
  [
    {
      video: { resolution: { width: 320, height: 240 }, frameRate: 15, deviceId: 'cam' },
      useExactConstraints: true,
    },
    {
      audio: false,
      video: {
        width: { exact: 320 },
        height: { exact: 240 },
        frameRate: { exact: 15 },
        deviceId: { exact: 'cam' },
      },
    },
    null,
    {
      resolution: { width: 320, height: 240 },
      frameRate: 15,
      exactConstraints: true,
      deviceId: 'cam',
    },
  ],
  [
    { video: { resolution: SIZE, frameRate: { ideal: 25 } } },
    { audio: false, video: { ...SIZE, frameRate: { ideal: 25 } } },
    null,
    { ...VIDEO, resolution: SIZE, frameRate: { ideal: 25 } },
  ],
  [
    { video: { frameRate: '20', resolution: { width: true } } },
    { audio: false, video: { width: { max: 640 }, height: { max: 480 } } },
    null,
    { ...VIDEO, frameRate: '20' },
  ],
  [
    { audio: true, video: true, useExactConstraints: 'yes' },
    { audio: { echoCancellation: true }, video: MAX },
    AUDIO,
    VIDEO,
  ],
];

for (const kind of KINDS) {
  scene(`O-03, M-19, M-31: what ${kind} asks of the browser`, async ({ enter, step, room }) => {
    const client = await enter(kind, 'Client', { inject: plugObligingDevices });
    await client.join(room);
    for (const [options, constraints, audio, video] of TRANSLATIONS) {
      await step(JSON.stringify(options), async () => {
        for (const method of ['getUserMedia', 'sendStream']) {
          const streams = await client.call(method, room, options);
          assert.deepEqual(await asked(client), [constraints], method);
          const { settings } = await client.call('getPeerInfo', room);
          const told = ['audio', 'video'].map((key, place) => {
            const stream = streams[place];
            return stream && settings[key][stream.stream];
          });
          assert.deepEqual(told, [audio, video], method);
          await client.call('stopStreams', room);
        }
      });
    }

    await step('stereo and the side of a camera', async () => {
      const options = { audio: { stereo: true }, video: { facingMode: 'environment' } };
      const [audio] = await client.call('getUserMedia', room, options);
      const ours = {
        audio: { echoCancellation: true, channelCount: { ideal: 2 } },
        video: { ...MAX, facingMode: 'environment' },
      };
      const theirs = { audio: { echoCancellation: true }, video: MAX };
      assert.deepEqual(await asked(client), [kind === 'ours' ? ours : theirs]);
      const { settings } = await client.call('getPeerInfo', room);
      assert.deepEqual(settings.audio[audio.stream], { ...AUDIO, stereo: true });
    });

    await step('limits of bandwidth are told, one by one', async () => {
      for (const [bandwidth, expected] of [
        [{ audio: 40, video: 'much' }, { audio: 40 }],
        [
          { video: 200, data: 9 },
          { audio: 40, video: 200, data: 9 },
        ],
      ]) {
        await client.call('getUserMedia', room, { audio: true, bandwidth });
        const { settings } = await client.call('getPeerInfo', room);
        assert.deepEqual(settings.maxBandwidth, expected);
      }
    });
  });

  scene(`O-03, M-20: voice activity detection as ${kind} is told`, async ({ enter, room }) => {
    const inject = () => {
      const { prototype } = RTCPeerConnection;
      const { createOffer } = prototype;
      window.detections = [];
      prototype.createOffer = function offer(options) {
        window.detections.push(options?.voiceActivityDetection);
        return createOffer.call(this, options);
      };
    };
    const peer = await enter('ours', 'Peer');
    await peer.join(room);
    const client = await enter(kind, 'Client', { inject });
    const acknowledged = (after) => client.waitForRound(after);
    await client.join(room, { audio: true, voiceActivityDetection: false });
    await acknowledged(0);
    for (const [options, expected] of [
      [{ voiceActivityDetection: 'no' }, true],
      [{ voiceActivityDetection: false }, false],
      [{}, true],
    ]) {
      const after = client.mark();
      await client.call('sendStream', room, { audio: true, ...options });
      await acknowledged(after);
      assert.equal(await client.page.evaluate(() => window.detections.at(-1)), expected);
    }
    const first = await client.page.evaluate(() =>
      window.detections.filter((given) => given !== undefined).at(0),
    );
    assert.equal(first, false);
  });
}
