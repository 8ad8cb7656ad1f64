import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setStage } from './stage.mjs';

const stage = setStage();

test('how a connection does can be seen, heard and copied', async (t) => {
  const room = 'statistics';
  const anna = await stage.visit(t, { room });
  const bob = await stage.visit(t, { room });
  await anna.join('Anna');
  await bob.join('Bob');
  await anna.connectedWith(2);
  await anna.open('statistics');

  const measured = anna.find('measured').filter({ hasText: 'Bob' });
  for (const [name, unit] of [
    ['now-received', /in \d.* [kM]bit\/s/],
    ['now-sent', /out \d.* [kM]bit\/s/],
    ['now-loss', /\d %/],
    ['now-roundTrip', /\d ms/],
  ]) {
    await measured.locator(`[data-test="${name}"]`).filter({ hasText: unit }).waitFor();
  }
  const labels = await measured
    .locator('svg[role="img"]')
    .evaluateAll((charts) => charts.map((chart) => chart.getAttribute('aria-label')));
  assert.match(labels[0], /^Bit rate: in now .*bit\/s, between .* and .*; out now/);
  assert.match(labels[2], /^Round trip: now \d+ ms/);
  const facts = await measured.locator('[data-test="facts"]').innerText();
  assert.match(facts, /Picture in\s+640 × 360/);
  assert.match(facts, /Codecs in\s+opus, VP8/i);
  assert.match(facts, /in the same network/);

  await anna.find('statistics-copy').click();
  await anna.find('notice').filter({ hasText: 'copied' }).waitFor();
  const [report] = JSON.parse(await anna.page.evaluate(() => navigator.clipboard.readText()));
  assert.ok(report.audio.receiving.totalBytes > 0);

  await bob.find('leave').click();
  await measured.waitFor({ state: 'detached' });
  assert.deepEqual(anna.errors, []);
});
