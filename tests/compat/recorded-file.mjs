import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BIG = { maxBuffer: 64 * 1024 * 1024 };

/** What ffprobe says: `{ format, streams }`. */
export async function probe(file) {
  const asked = ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', file];
  const { stdout } = await run('ffprobe', asked, BIG);
  return JSON.parse(stdout);
}

/** Seconds of the last packet of a file that has no length yet. */
export async function lastPacket(file) {
  const asked = ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file];
  const { stdout } = await run('ffprobe', asked, BIG);
  return Math.max(...stdout.trim().split('\n').map(Number.parseFloat));
}

async function measure(file, kind, filters) {
  const flag = kind === 'video' ? '-vf' : '-af';
  const other = kind === 'video' ? '-an' : '-vn';
  const asked = ['-v', 'error', '-nostdin', '-i', file, flag, filters, other, '-f', 'null', '-'];
  const { stdout } = await run('ffmpeg', asked, BIG);
  const values = [];
  let at = 0;
  for (const line of stdout.split('\n')) {
    const time = /pts_time:(\S+)/.exec(line);
    if (time) at = Number(time[1]);
    else if (line.includes('=')) values.push({ at, value: Number(line.split('=')[1]) });
  }
  return values;
}

/** Mean luminance (16 to 235) of a part of each picture: `[{ at, value }]`. */
export const brightness = (file, { width, height, x, y }) =>
  measure(
    file,
    'video',
    `crop=${width}:${height}:${x}:${y},signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-`,
  );

/** Loudness in decibel around one frequency, of each 10 ms. */
export async function loudness(file, hertz) {
  const values = await measure(
    file,
    'audio',
    `aresample=48000,bandpass=f=${hertz}:width_type=h:w=400,asetnsamples=480,astats=metadata=1:reset=1,` +
      'ametadata=print:key=lavfi.astats.Overall.RMS_level:file=-',
  );
  return values.map(({ at, value }) => ({ at, value: Number.isFinite(value) ? value : -120 }));
}

/** The times at which the values rise over a limit. */
export const rises = (values, limit) =>
  values
    .slice(1)
    .filter(({ value }, place) => value >= limit && values[place].value < limit)
    .map(({ at }) => at);

/** The mean of the values between two times. */
export function mean(values, from, to) {
  const part = values.filter(({ at }) => at >= from && at < to);
  return part.reduce((sum, { value }) => sum + value, 0) / part.length;
}
