import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { RtmpSink } from '../compat/rtmp-sink.mjs';
import { setStage } from './stage.mjs';

const config = await readFile(new URL('../../www/demo.toml', import.meta.url), 'utf8');
const stage = setStage({ config });

let sink;
before(async () => {
  sink = await RtmpSink.start();
});
after(() => sink?.stop());

test('one’s picture goes live and is stopped again', async (t) => {
  const anna = await stage.visit(t, { room: 'live' });
  await anna.join('Anna');
  await anna.tileSays('Anna', { video: 'on' });
  await anna.open('room');
  const start = async (address) => {
    await anna.find('live-endpoint').fill(address);
    await anna.find('live-start').click();
  };
  await start('rtmp://127.0.0.1:1/live/key');
  await anna.page.getByText('No live stream: ').waitFor();
  assert.equal(await anna.find('live-stream').count(), 0);

  await start(sink.endpoint('secret'));
  await anna.page.locator('[data-test="live-stream"][data-state="live"]').waitFor();
  const text = await anna.find('live-stream').textContent();
  assert.match(text, /^Live on rtmp:\/\/127\.0\.0\.1:\d+\/live\/…/);
  await sink.receives('secret');
  await anna.find('live-stop').click();
  await anna.find('live-stream').waitFor({ state: 'detached' });
  assert.deepEqual(anna.errors, []);
});
