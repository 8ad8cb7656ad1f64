import { Phase, otherPeople } from '../state/call-state.js';
import { measure, withMeasurement } from '../state/measurements.js';
import { createStore } from '../state/store.js';

const EVERY_MS = 2000;

/** Reads the statistics of all connections again and again while somebody watches them. */
export function createStatistics({ store, sdk }) {
  /** `samples`: measurements by peer id, the newest last; `reports`: the SDK's own words. */
  const readings = createStore({ samples: {}, reports: [] });
  let timer = null;
  let round = 0;
  let watcherCount = 0;

  async function read() {
    const { phase, roomName } = store.state;
    if (phase !== Phase.JOINED || otherPeople(store.state).length === 0) return [];
    try {
      const reports = await sdk().getConnectionStatus(roomName);
      // Null stands for somebody whose connection does not stand yet.
      return reports.filter(Boolean);
    } catch {
      return [];
    }
  }

  async function goOn() {
    const own = round;
    const reports = await read();
    if (own !== round) return;
    readings.change(({ samples }) => ({
      reports,
      samples: Object.fromEntries(
        reports.map((stats) => {
          const before = samples[stats.peerId] ?? [];
          return [stats.peerId, withMeasurement(before, measure(stats, before.at(-1)))];
        }),
      ),
    }));
    timer = setTimeout(goOn, EVERY_MS);
  }

  /** Tells the readings, and new ones, until the returned function is called. */
  function watch(listener) {
    watcherCount += 1;
    if (watcherCount === 1) goOn();
    const unsubscribe = readings.subscribe(listener);
    return () => {
      unsubscribe();
      watcherCount -= 1;
      if (watcherCount > 0) return;
      round += 1;
      clearTimeout(timer);
    };
  }

  return { readings, watch };
}
