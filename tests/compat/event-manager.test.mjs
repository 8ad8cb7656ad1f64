import assert from 'node:assert/strict';
import { setStage } from '../e2e/harness/stage.mjs';

const { scene } = setStage();

for (const kind of ['ours', 'skylinkjs']) {
  scene(
    `V-01, V-02, V-03: listeners of ${kind} are called as promised`,
    async ({ enter, step }) => {
      const { page } = await enter(kind, 'App');

      await step('at once, in order, twice when added twice, until removed', async () => {
        const seen = await page.evaluate(() => {
          const { SkylinkEventManager: manager } = window.sdk;
          const calls = [];
          const first = () => calls.push('first');
          const second = () => calls.push('second');
          const dispatch = () => {
            calls.push('dispatch');
            manager.dispatchEvent({ name: 'test', detail: { detail: {} } });
          };
          const returned = [first, second, first].map((listener) =>
            manager.addEventListener('test', listener),
          );
          dispatch();
          manager.removeEventListener('test', () => calls.push('another function'));
          dispatch();
          returned.push(manager.removeEventListener('test', first));
          dispatch();
          manager.removeEventListener('never added', first);
          return { calls, returned };
        });
        assert.deepEqual(seen.calls, [
          ...['dispatch', 'first', 'second', 'first'],
          ...['dispatch', 'first', 'second', 'first'],
          ...['dispatch', 'second'],
        ]);
        assert.deepEqual(seen.returned, [undefined, undefined, undefined, undefined]);
      });

      await step('with one shared detail; one that throws stops nobody', async () => {
        const seen = await page.evaluate(() => {
          const { SkylinkEventManager: manager } = window.sdk;
          const details = [];
          manager.addEventListener('shared', ({ detail }) => {
            detail.written = true;
            throw new Error('of the app');
          });
          manager.addEventListener('shared', ({ detail }) => details.push(detail));
          const given = { own: 1 };
          manager.dispatchEvent({ name: 'shared', detail: { detail: given } });
          return { same: details[0] === given, detail: details[0] };
        });
        assert.deepEqual(seen, { same: true, detail: { own: 1, written: true } });
      });

      await step(
        'changes made while an event is delivered count from the next one on',
        async () => {
          const calls = await page.evaluate(() => {
            const { SkylinkEventManager: manager } = window.sdk;
            const heard = [];
            const late = () => heard.push('late');
            const changing = () => {
              heard.push('changing');
              manager.addEventListener('change', late);
              manager.removeEventListener('change', changing);
            };
            manager.addEventListener('change', changing);
            for (const round of [1, 2]) {
              heard.push(round);
              manager.dispatchEvent({ name: 'change', detail: { detail: null } });
            }
            return heard;
          });
          assert.deepEqual(calls, [1, 'changing', 2, 'late']);
        },
      );

      await step('any name goes, what is no function is dropped', async () => {
        const heard = await page.evaluate(() => {
          const { SkylinkEventManager: manager, SkylinkConstants } = window.sdk;
          const names = [];
          manager.addEventListener(SkylinkConstants.EVENTS.NO_SUCH_EVENT, () => names.push('none'));
          manager.addEventListener('own name', () => names.push('own name'));
          for (const listener of [null, undefined, 'text', {}]) {
            manager.addEventListener('not a function', listener);
          }
          for (const name of ['own name', 'not a function', undefined]) {
            manager.dispatchEvent({ name, detail: { detail: null } });
          }
          return names;
        });
        assert.deepEqual(heard, ['own name', 'none']);
      });

      await step('methods taken off the object throw', async () => {
        const name = await page.evaluate(() => {
          const { addEventListener } = window.sdk.SkylinkEventManager;
          try {
            addEventListener('test', () => {});
            return 'nothing';
          } catch (error) {
            return error.name;
          }
        });
        assert.equal(name, 'TypeError');
      });
    },
  );

  scene(`V-04, V-05, Q-24: private listeners and registries of ${kind}`, async ({ enter }) => {
    const { page } = await enter(kind, 'App');
    const seen = await page.evaluate(() => {
      const { SkylinkEventManager: manager } = window.sdk;
      const calls = [];
      const hidden = () => calls.push('private');
      const app = () => calls.push('app');
      const dispatch = () => manager.dispatchEvent({ name: 'test', detail: { detail: {} } });
      manager.addPrivateEventListener('test', hidden);
      manager.addEventListener('test', app);
      const counts = () =>
        [manager.events, manager.privateEvents].map(({ test }) => test.callbacks.length);
      const before = counts();
      dispatch();
      manager.removePrivateEventListener('test', hidden);
      dispatch();
      manager.removeEventListener('test', app);
      dispatch();
      manager.addListener('test', app, false);
      manager.addListener('test', hidden, true);
      manager.removeListener('test', app, false);
      dispatch();
      return { calls, before, after: Object.keys(manager.events.test.callbacks).length };
    });
    assert.deepEqual(seen.calls, ['app', 'private', 'app', 'private']);
    assert.deepEqual(seen.before, [1, 1]);
    if (kind === 'ours') assert.equal(seen.after, 0, 'nothing is left of removed listeners');
  });
}

scene('V-01: listeners of ours hear of which event, inside the dispatch', async ({ enter }) => {
  const { page } = await enter('ours', 'App');
  const seen = await page.evaluate(() => {
    const { SkylinkEventManager: manager } = window.sdk;
    let heard = null;
    manager.addEventListener('test', (event) => {
      heard = { ...event };
    });
    manager.dispatchEvent({ name: 'test', detail: { detail: { some: 'thing' } } });
    return heard;
  });
  assert.deepEqual(seen, { type: 'test', detail: { some: 'thing' } });
});
