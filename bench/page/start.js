// Runs in a fresh page: imports an SDK and constructs an instance.

function idle() {
  return new Promise((resolve) => {
    requestIdleCallback(resolve);
  });
}

const mark = (name) => performance.mark(`bench:${name}`).startTime;

function observeLongTasks() {
  const tasks = [];
  const take = (entries) => tasks.push(...entries);
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ type: 'longtask' });
  return {
    async since(moment) {
      // An entry comes after its task is over, with the next idle time at the latest.
      await idle();
      await idle();
      take(observer.takeRecords());
      observer.disconnect();
      return tasks
        .filter(({ startTime, duration }) => startTime + duration >= moment)
        .map(({ duration }) => duration);
    },
  };
}

/**
 * @param {{ sdk: string, options: object, hasModule: boolean }} settings
 *   `hasModule`: there is something that goes on loading after the constructor.
 */
export async function start({ sdk, options, hasModule }) {
  const longTasks = observeLongTasks();
  await idle();

  const started = mark('started');
  const { default: Skylink } = await import(sdk);
  const imported = mark('imported');
  const skylink = new Skylink(options);
  const constructed = mark('constructed');
  // Without a room there is nothing to leave: it settles as soon as the module can be called.
  if (hasModule) await skylink.leaveAllRooms();
  const ready = mark('ready');

  const [{ responseEnd }] = performance.getEntriesByName(new URL(sdk, location).href);
  return {
    fetched: responseEnd - started,
    imported: imported - started,
    constructed: constructed - started,
    constructor: constructed - imported,
    evaluated: constructed - responseEnd,
    ready: ready - started,
    longTasks: await longTasks.since(started),
  };
}
