import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setStage } from '../e2e/harness/stage.mjs';
import { FLASHING, FLASH_HERTZ, HUMMING, HUM_HERTZ } from './performance.mjs';
import { brightness, lastPacket, loudness, mean, probe, rises } from './recorded-file.mjs';

const TOKEN = 'a token of sixteen or more';
const config = `[keys.demo]\nmcu = true\nrecording_token = "${TOKEN}"\n[recording]\nfree_bytes = 0\n`;
const stage = setStage({ server: { config } });
const { scene } = stage;

const STARTED = 0;
const STOPPED = 1;
const LINK = 2;
const FAILED = -1;
const MEDIA = { audio: true, video: true };
/** A recording may be stopped after four seconds. */
const SHORTEST_MS = 4_000;

const folder = await mkdtemp(join(tmpdir(), 'skylink-recorded-'));
after(() => rm(folder, { recursive: true, force: true }));

/**
 * Joins, and waits until the negotiation is over: skylinkjs forgets what it is told of a recording
 * meanwhile, since what is under way then puts old copies of its state back.
 */
async function joinAndConnect(member, room) {
  await member.join(room, MEDIA);
  await member.waitFor('serverPeerJoined');
  await member.waitFor(
    'dataChannelState',
    ({ peerId, state }) => peerId === 'MCU' && state === 'open',
  );
}

const isState =
  (wanted) =>
  ({ state }) =>
    state === wanted;
const refused = async (app, ...call) => (await app.attempt(...call)).error?.message;

function ask(path, { token = TOKEN, ...more } = {}) {
  const headers = token ? { authorization: `Bearer ${token}`, ...more.headers } : more.headers;
  return fetch(`http://${stage.server.host}${path}`, { ...more, headers });
}

async function save(response) {
  const file = join(folder, 'recording.mp4');
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  return file;
}

/** Asks until a recording is what it is to become: only pages are told when that is. */
async function untilReady(id) {
  for (;;) {
    const recording = await (await ask(`/recordings/demo/${id}`)).json();
    if (recording.state === 'ready') return recording;
    assert.notEqual(recording.state, 'failed', recording.error);
    await sleep(200);
  }
}

const median = (values) => values.toSorted((one, other) => one - other)[values.length >> 1];

/** When the name of an event came first, in seconds. */
const momentOf = (app, fits) =>
  app.events.find(({ name, detail }) => name === 'recordingState' && fits(detail)).at / 1000;

/** How much later each flash is than its beep. */
const offsets = (flashes, beeps) =>
  flashes
    .map((flash) => {
      const near = beeps.map((beep) => flash - beep).filter((offset) => Math.abs(offset) < 0.4);
      return near.toSorted((one, other) => Math.abs(one) - Math.abs(other))[0];
    })
    .filter((offset) => offset !== undefined);

for (const [kind, other] of [
  ['ours', 'skylinkjs'],
  ['skylinkjs', 'ours'],
]) {
  scene(
    `E-38, M-12, M-37, M-40, R-35, R-36, R-39, T-15: ${kind} records a room that ${other} joins late`,
    async ({ enter, step, room }) => {
      const ann = await enter(kind, 'Ann', { inject: FLASHING });
      const ben = await enter(other, 'Ben', { inject: HUMMING });
      let id;

      await step('it begins, and nothing can begin or end at once', async () => {
        await joinAndConnect(ann, room);
        assert.deepEqual(await ann.call('getRecordings', room), {});
        id = await ann.call('startRecording', room);
        const begun = await ann.waitFor('recordingState');
        assert.deepEqual([begun.state, begun.recordingId], [STARTED, id]);
        const { [id]: active } = await ann.call('getRecordings', room);
        assert.deepEqual(
          [active.active, active.state, active.endedDateTime, active.error],
          [true, STARTED, null, null],
        );
        assert.ok(Date.parse(active.startedDateTime) <= Date.now());
        // R-36 has a text of its own that never comes: what is in the way is told first.
        assert.equal(
          await refused(ann, 'startRecording', room),
          'Failed to start recording - There is an existing recording in-progress',
        );
        assert.equal(
          await refused(ann, 'stopRecording', room),
          'Failed to stop recording - 4 seconds has not been recorded yet',
        );
      });

      await step('who comes later is told, recorded, and may end it', async () => {
        await sleep(1_000);
        await ben.join(room, MEDIA);
        const told = await ben.waitFor('recordingState', isState(STARTED));
        assert.equal(told.recordingId, id);
        await ann.waitForMedia(ben);
        await sleep(SHORTEST_MS + 300);
        assert.equal(await ben.call('stopRecording', room), id);
        for (const member of [ann, ben]) {
          assert.equal((await member.waitFor('recordingState', isState(STOPPED))).recordingId, id);
          const { [id]: over } = await member.call('getRecordings', room);
          assert.deepEqual([over.active, over.error], [false, null]);
          assert.ok(Date.parse(over.endedDateTime) >= Date.parse(over.startedDateTime));
        }
      });

      const length = momentOf(ann, isState(STOPPED)) - momentOf(ann, isState(STARTED));
      let address;

      await step('whose SDK knows of it is told where the file is', async () => {
        const app = [ann, ben].find((member) => member.kind === 'ours');
        const { recordingId, link } = await app.waitFor('recordingState', isState(LINK));
        assert.equal(recordingId, id);
        const { [id]: known } = await app.call('getRecordings', room);
        assert.deepEqual([known.state, known.links], [LINK, link]);
        address = new URL(link.mixin, 'http://page.example');
        assert.equal(address.host, stage.server.host);
        const changed = address.href.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
        assert.equal((await fetch(changed)).status, 404);
        assert.equal((await fetch(`${address}?download`)).status, 200);
      });

      await step('it has all of both, each at its time', async () => {
        const file = await save(await fetch(address));
        const { streams, format } = await probe(file);
        assert.deepEqual(streams.map(({ codec_name: name }) => name).sort(), ['aac', 'h264']);
        const seconds = Number(format.duration);
        assert.ok(Math.abs(seconds - length) <= 0.2, `${seconds} s of ${length} s`);

        const { width, height } = streams.find(({ codec_name: name }) => name === 'h264');
        const half = { width: width / 2, height, y: 0 };
        const left = await brightness(file, { ...half, x: 0 });
        const right = await brightness(file, { ...half, x: width / 2 });
        assert.ok(mean(right, 0, 0.8) < 30, 'nobody there before Ben came');
        assert.ok(mean(right, seconds - 1.5, seconds) > 180, 'Ben is seen to the end');
        const hum = await loudness(file, HUM_HERTZ);
        assert.ok(mean(hum, 0, 0.8) < -60, 'Ben is not heard before he came');
        assert.ok(mean(hum, seconds - 1.5, seconds - 0.2) > -40, 'Ben is heard to the end');

        const beeps = rises(await loudness(file, FLASH_HERTZ), -25);
        const apart = offsets(rises(left, 125), beeps);
        assert.ok(apart.length >= 3, `flashes ${rises(left, 125)}, beeps ${beeps}`);
        const offset = median(apart);
        assert.ok(Math.abs(offset) <= 0.06, `picture ${offset} s after sound: ${apart}`);
      });

      await step('the backend lists, reads parts of, and deletes it', async () => {
        assert.equal((await ask('/recordings/demo', { token: null })).status, 401);
        assert.equal((await ask('/recordings/demo', { token: 'another' })).status, 401);
        assert.equal((await ask('/recordings/nobody')).status, 404);
        const named = `/recordings/demo?room=${room}`;
        const { recordings } = await (await ask(named)).json();
        assert.deepEqual(
          recordings.map((recording) => [recording.id, recording.state, recording.room]),
          [[id, 'ready', room]],
        );
        const part = await ask(`/recordings/demo/${id}/file`, { headers: { range: 'bytes=4-7' } });
        assert.equal(part.status, 206);
        assert.equal(part.headers.get('content-type'), 'video/mp4');
        assert.match(
          part.headers.get('content-range'),
          new RegExp(`/${recordings[0].bytes}$|/\\d+$`),
        );
        assert.equal(await part.text(), 'ftyp');
        const deleted = await ask(`/recordings/demo/${id}`, { method: 'DELETE' });
        assert.equal(deleted.status, 204);
        assert.equal((await ask(`/recordings/demo/${id}`)).status, 404);
        assert.equal((await fetch(address)).status, 404);
      });

      if (kind === 'ours') assert.deepEqual(ann.pageErrors, []);
    },
  );
}

scene(
  'M-37, M-12: a recording that the server did not survive is composed at its next start',
  async ({ enter, room }) => {
    const ann = await enter('ours', 'Ann', { inject: FLASHING });
    await joinAndConnect(ann, room);
    const id = await ann.call('startRecording', room);
    await sleep(SHORTEST_MS);
    const seconds = Date.now() / 1000;
    await stage.server.crash();
    const [{ startedDateTime }] = Object.values(await ann.call('getRecordings', room));
    const length = seconds - Date.parse(startedDateTime) / 1000;

    const recorded = join(stage.server.data, 'recordings', id);
    const tracks = (await readdir(recorded)).filter((name) => name.endsWith('.webm'));
    assert.equal(tracks.length, 2);
    for (const track of tracks) {
      const { streams } = await probe(join(recorded, track));
      const last = await lastPacket(join(recorded, track));
      const what = `${streams[0].codec_name} up to ${last} s of ${length} s`;
      // The first picture of a publisher takes a moment.
      assert.ok(last > length - 1.6 && last < length + 0.2, what);
    }

    await stage.server.restart();
    const ready = await untilReady(id);
    assert.ok(ready.seconds > length - 1.3 && ready.seconds <= length + 0.2, `${ready.seconds} s`);
    const file = await save(await ask(`/recordings/demo/${id}/file`));
    const { streams } = await probe(file);
    assert.deepEqual(streams.map(({ codec_name: name }) => name).sort(), ['aac', 'h264']);
    assert.ok(rises(await loudness(file, FLASH_HERTZ), -25).length >= 2);
  },
);

scene(
  'E-38, M-40: a limit of the disk ends a recording, and all are told',
  async ({ enter, room }) => {
    await stage.server.stop();
    await stage.startServer({ config: `${config}bytes = 20000\n` });
    const ann = await enter('ours', 'Ann', { inject: FLASHING });
    const ben = await enter('skylinkjs', 'Ben', { inject: HUMMING });
    for (const member of [ann, ben]) await joinAndConnect(member, room);
    const id = await ann.call('startRecording', room);
    for (const member of [ann, ben]) {
      const { recordingId, error } = await member.waitFor('recordingState', isState(FAILED));
      assert.deepEqual(
        [recordingId, error],
        [id, 'the recording has reached its limit of 20000 bytes'],
      );
    }
    const { [id]: failed } = await ann.call('getRecordings', room);
    assert.deepEqual([failed.active, failed.state], [false, FAILED]);
    // skylinkjs can record again, since it heard that this is over.
    await ben.waitFor('recordingState', isState(STOPPED));
    assert.notEqual(await ben.call('startRecording', room), id);
  },
);
