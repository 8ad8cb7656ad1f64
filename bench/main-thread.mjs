const CATEGORIES = ['toplevel', 'blink.user_timing', 'disabled-by-default-devtools.timeline'];

const MICROSECONDS = 1000;

function timeOf(events, name) {
  const found = events.find((event) => event.name === name);
  if (!found) throw new Error(`the trace has no mark ${name}`);
  return found;
}

/** What the page's main thread did between two marks: time in tasks, and processor time of it. */
function busyBetween(events, from, to) {
  const start = timeOf(events, from);
  const end = timeOf(events, to);
  const isTask = ({ name, ph, pid, tid }) =>
    name === 'RunTask' && ph === 'X' && pid === start.pid && tid === start.tid;
  const total = { busy: 0, processor: 0, longest: 0 };
  for (const { ts, dur, tdur = 0 } of events.filter(isTask)) {
    const inside = Math.min(ts + dur, end.ts) - Math.max(ts, start.ts);
    if (inside > 0) {
      total.busy += inside / MICROSECONDS;
      total.processor += ((tdur / dur) * inside) / MICROSECONDS;
      total.longest = Math.max(total.longest, inside / MICROSECONDS);
    }
  }
  return total;
}

/** Runs an action of a page under Chromium's tracing. */
export async function traceMainThread(browser, page, { from, to }, action) {
  await browser.startTracing(page, { categories: CATEGORIES });
  let trace;
  try {
    await action();
  } finally {
    trace = await browser.stopTracing();
  }
  return busyBetween(JSON.parse(trace).traceEvents, from, to);
}
