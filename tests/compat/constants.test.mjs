import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

const { constants, constantsMeta } = JSON.parse(
  await readFile(new URL('../fixtures/api-surface.json', import.meta.url), 'utf8'),
);

/** Texts, since deep equality forgets the order in which members enumerate, and apps see that. */
function groupsIn({ page }) {
  return page.evaluate(() => {
    const entries = Object.entries(window.sdk.SkylinkConstants);
    return Object.fromEntries(entries.map(([name, group]) => [name, JSON.stringify(group)]));
  });
}

scene('C-01…C-71, Q-28: every constant has the value of 2.7.2', async ({ enter, step }) => {
  const ours = await groupsIn(await enter('ours', 'Ours'));
  const original = await groupsIn(await enter('skylinkjs', 'Original'));
  assert.equal(constantsMeta.length, 71);
  assert.deepEqual(
    constantsMeta.map(({ name }) => name).sort(),
    Object.keys(ours),
    'the groups, in the order of their names',
  );
  assert.deepEqual(Object.keys(ours), Object.keys(original));
  for (const { id, name } of constantsMeta) {
    await step(`${id} ${name}`, () => {
      assert.equal(original[name], JSON.stringify(constants[name]));
      if (name === 'SDK_VERSION') {
        assert.match(JSON.parse(ours[name]), /^\d+\.\d+\.\d+/);
      } else {
        assert.equal(ours[name], original[name]);
      }
    });
  }
});

scene('X-04, X-05, C-68, C-71: shared groups are the same objects', async ({ enter }) => {
  for (const kind of ['ours', 'skylinkjs']) {
    const { page } = await enter(kind, kind);
    const shared = await page.evaluate(() => {
      const { SkylinkConstants, SkylinkEvents } = window.sdk;
      const { STATES, SOCKET_EVENTS, LOG_LEVEL } = SkylinkConstants;
      return {
        events: SkylinkConstants.EVENTS === SkylinkEvents,
        signaling: STATES.SIGNALING === SOCKET_EVENTS,
        groupIsOpen: !Object.isFrozen(LOG_LEVEL),
        groups: Object.keys(SkylinkConstants).length,
        events53: Object.keys(SkylinkEvents).length,
      };
    });
    assert.deepEqual(shared, {
      events: true,
      signaling: true,
      groupIsOpen: true,
      groups: 71,
      events53: 53,
    });
  }
});
