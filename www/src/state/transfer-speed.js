/** Over so long the speed is taken: shorter jumps about, longer is late. */
const WINDOW_MS = 3000;

/**
 * Tells from time to time how fast a transfer is.
 * Returns a function that takes the bytes so far and gives `{ speed, secondsLeft }`.
 */
export function watchSpeed(size) {
  let samples = [];

  return (bytes, now = performance.now()) => {
    samples = [...samples.filter(({ time }) => now - time <= WINDOW_MS), { time: now, bytes }];
    const [oldest] = samples;
    const duration = (now - oldest.time) / 1000;
    const speed = duration > 0 ? (bytes - oldest.bytes) / duration : null;
    return { speed, secondsLeft: speed > 0 ? (size - bytes) / speed : null };
  };
}
