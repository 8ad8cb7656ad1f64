// What processes cost, as the system counts it. Memory needs Linux.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const MIB = 2 ** 20;
const RESET_PEAK = '5';
const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

function status(pid, name) {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1]) * 1024) / MIB;
}

/** Resident memory of a process, MiB. */
export const residentMemory = (pid) => status(pid, 'VmRSS');

function timesOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return [fields[11], fields[12]].map((ticks) => Number(ticks) / TICKS);
}

/** Processor time of a process so far, seconds. */
export function processorTime(pid) {
  const [user, system] = timesOf(pid);
  return user + system;
}

/** What of that was not spent in the kernel on its behalf. */
export const userTime = (pid) => timesOf(pid)[0];

const NANOSECONDS = 1e9;

/**
 * The same of the threads that it has now, not in ticks of 10 ms. For what lasts some seconds without
 * threads that end.
 */
export function preciseProcessorTime(pid) {
  const folder = `/proc/${pid}/task`;
  const times = readdirSync(folder).map((thread) =>
    Number(readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ', 1)[0]),
  );
  return times.reduce((sum, time) => sum + time, 0) / NANOSECONDS;
}

/** All processes of a browser, `{ type, id, cpuTime }`; seconds. */
async function processesOf(browser) {
  const session = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo;
  } finally {
    await session.detach();
  }
}

const total = (processes) => processes.reduce((sum, { cpuTime }) => sum + cpuTime, 0);

/**
 * Runs an action and gives what it cost the browser: seconds of processor time in all processes,
 * and by how many MiB the memory of all pages was above its beginning at the most.
 */
export async function costOf(browser, action) {
  const before = await processesOf(browser);
  const pages = before.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const resident = pages.map(residentMemory);
  for (const pid of pages) writeFileSync(`/proc/${pid}/clear_refs`, RESET_PEAK);
  const result = await action();
  const peaks = pages.map((pid) => status(pid, 'VmHWM'));
  const after = await processesOf(browser);
  return {
    result,
    processor: total(after) - total(before),
    memory: peaks.reduce((sum, peak, place) => sum + peak - resident[place], 0),
  };
}
