import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const { logger } = JSON.parse(
  await readFile(new URL('../fixtures/api-surface.json', import.meta.url), 'utf8'),
);

/** Runs `body` in the page; gives what it returned and what it printed, without the times. */
function printedBy(page, body) {
  return page.evaluate(`(() => {
    const printed = [];
    const methods = ['trace', 'debug', 'info', 'warn', 'error'];
    const real = methods.map((method) => console[method]);
    for (const method of methods) {
      console[method] = (time, ...rest) => printed.push([method, /^\\[.*Z\\]$/.test(time), ...rest]);
    }
    try {
      return { value: (${body})(window.sdk.SkylinkLogger), printed };
    } finally {
      methods.forEach((method, place) => { console[method] = real[place]; });
    }
  })()`);
}

for (const kind of ['ours', 'skylinkjs']) {
  scene(`L-01, L-02, L-03, L-04: levels of ${kind}`, async ({ enter, step }) => {
    const { page } = await enter(kind, 'App');
    const level = () => page.evaluate(() => window.sdk.SkylinkLogger.level);

    await step('start with ERROR', async () => {
      assert.deepEqual(
        await page.evaluate(() => window.sdk.SkylinkLogger.logLevels),
        logger.logLevels,
      );
      assert.equal(await level(), logger.defaultLevel);
    });

    await step('are kept for the next page', async () => {
      await page.evaluate(() => window.sdk.SkylinkLogger.setLevel(2));
      assert.equal(await page.evaluate((key) => localStorage.getItem(key), logger.storageKey), '2');
      await page.reload();
      assert.equal(await level(), 2);
    });

    await step('let through what is at or above them', async () => {
      const { printed } = await printedBy(
        page,
        `(sdkLogger) => {
          for (const name of ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']) {
            sdkLogger.log[name](name);
          }
          sdkLogger.disableAll();
          sdkLogger.log.ERROR('silent');
          sdkLogger.enableAll();
          sdkLogger.log.TRACE('all');
          sdkLogger.setLevel(4);
        }`,
      );
      assert.deepEqual(printed, [
        ['info', true, 'SkylinkJS - INFO', ''],
        ['warn', true, 'SkylinkJS - WARN', ''],
        ['error', true, 'SkylinkJS - ERROR', ''],
        ['trace', true, 'SkylinkJS - all', ''],
      ]);
    });
  });

  scene(`L-05, L-06, L-07, L-08, T-20: lines and stored lines of ${kind}`, async ({ enter }) => {
    const { page } = await enter(kind, 'App');
    const { value, printed } = await printedBy(
      page,
      `(sdkLogger) => {
        const withoutStoring = sdkLogger.getLogs();
        sdkLogger.setLevel(3, true);
        sdkLogger.log.WARN(['p', 'tag', ['a', 'b'], 'T'], { x: 1 });
        sdkLogger.log.WARN([null, 'tag', null, 'T']);
        sdkLogger.log.WARN([null, null, 'x', 'T']);
        sdkLogger.log.INFO('below the level');
        const live = sdkLogger.getLogs() === sdkLogger.storedLogs;
        const { storeLogs, storedLogs } = sdkLogger;
        sdkLogger.clearLogs();
        return { withoutStoring, live, storeLogs, storedLogs, cleared: sdkLogger.storedLogs };
      }`,
    );
    const lines = ['[p] <<tag>> (a) (b) T', '- <<tag>> T', '- <<Method>> (x) T'];
    const expected = lines.map((line) => `SkylinkJS - ${line}`);
    assert.deepEqual(
      printed.filter(([, , line]) => / T$/.test(line)),
      expected.map((line, place) => ['warn', true, line, place === 0 ? { x: 1 } : '']),
    );
    assert.equal(value.withoutStoring, null);
    assert.equal(value.live, true);
    assert.equal(value.storeLogs, true);
    assert.deepEqual(value.cleared, []);
    const [first, ...others] = value.storedLogs;
    assert.match(first[0], /^\[\d{4}-\d\d-\d\dT[\d:.]+Z\]$/);
    assert.deepEqual(first.slice(1), ['WARN', expected[0], { x: 1 }]);
    assert.deepEqual(
      others.map((item) => item.slice(1)),
      expected.slice(1).map((line) => ['WARN', line]),
    );
  });
}

scene('L-03, R-60, Q-23: setLevel of ours takes only levels', async ({ enter }) => {
  const original = await enter('skylinkjs', 'Original');
  const thrown = await original.page.evaluate(() => {
    try {
      window.sdk.SkylinkLogger.setLevel();
      return null;
    } catch (error) {
      return error.name;
    }
  });
  assert.equal(thrown, 'TypeError');

  const { page } = await enter('ours', 'App');
  const { value, printed } = await printedBy(
    page,
    `(sdkLogger) => {
      const levels = [undefined, null, '1', NaN, {}, -1, 9, 1].map((given) => {
        sdkLogger.setLevel(given);
        return sdkLogger.level;
      });
      sdkLogger.setLevel(1, true);
      const switchedOn = sdkLogger.storeLogs;
      sdkLogger.setLevel(1, false);
      return { levels, switchedOn, switchedOff: sdkLogger.storeLogs };
    }`,
  );
  assert.deepEqual(value, {
    levels: [4, 4, 4, 4, 4, 0, 5, 1],
    switchedOn: true,
    switchedOff: false,
  });
  assert.deepEqual(printed, []);
});
