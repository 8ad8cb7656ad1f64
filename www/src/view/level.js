import { watchLevel } from '../media/level-meter.js';

/** Shows in `meter` how loud a stream is. Returns a function that takes the stream, or null. */
export function createLevel(meter) {
  const bar = meter.firstElementChild;
  let watched = null;
  let stopWatching = () => {};

  const show = (level) => {
    bar.style.transform = `scaleX(${level.toFixed(2)})`;
    meter.setAttribute('aria-valuenow', String(Math.round(level * 100)));
  };

  return (stream) => {
    if (stream === watched) return;
    watched = stream;
    stopWatching();
    show(0);
    meter.hidden = !stream;
    stopWatching = stream ? watchLevel(stream, show) : () => {};
  };
}
