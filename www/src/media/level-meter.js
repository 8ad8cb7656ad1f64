const LOOK_EVERY_MS = 100;
/** More than the time between two looks, also of a late one: 170 ms at 48 kHz. */
const HEARD_SAMPLES = 8192;
/** Short, so that a short sound is not lost among the silence around it: 11 ms at 48 kHz. */
const BLOCK_SAMPLES = 512;
const QUIETEST_DB = -60;

let context = null;
let watcherCount = 0;

/**
 * Calls `onLevel` with the loudness of the loudest moment since the last call, 0 (silence) to 1,
 * ten times a second, until the returned function is called.
 */
export function watchLevel(stream, onLevel) {
  if (!window.AudioContext || stream.getAudioTracks().length === 0) return () => {};
  const audio = borrowContext();
  const source = audio.createMediaStreamSource(stream);
  const analyser = audio.createAnalyser();
  analyser.fftSize = HEARD_SAMPLES;
  source.connect(analyser);

  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    onLevel(loudness(samples));
  }, LOOK_EVERY_MS);

  return () => {
    clearInterval(timer);
    source.disconnect();
    giveContextBack();
  };
}

function loudness(samples) {
  let power = Number.MIN_VALUE;
  for (let start = 0; start < samples.length; start += BLOCK_SAMPLES) {
    power = Math.max(power, powerOf(samples.subarray(start, start + BLOCK_SAMPLES)));
  }
  const decibels = 10 * Math.log10(power);
  return Math.min(1, Math.max(0, 1 - decibels / QUIETEST_DB));
}

const powerOf = (block) => block.reduce((sum, sample) => sum + sample * sample, 0) / block.length;

// Browsers let a page have only a few audio contexts, so all watchers use one.
function borrowContext() {
  context ??= new AudioContext();
  watcherCount += 1;
  wake();
  if (context.state === 'suspended') {
    document.addEventListener('pointerdown', wake);
    document.addEventListener('keydown', wake);
  }
  return context;
}

function wake() {
  context?.resume().then(stopWaitingForGesture, () => {});
}

function stopWaitingForGesture() {
  document.removeEventListener('pointerdown', wake);
  document.removeEventListener('keydown', wake);
}

function giveContextBack() {
  watcherCount -= 1;
  if (watcherCount > 0) return;
  stopWaitingForGesture();
  context.close();
  context = null;
}
