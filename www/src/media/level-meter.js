const LOOK_EVERY_MS = 100;
const QUIETEST_DB = -60;

let context = null;
let watcherCount = 0;

/**
 * Calls `onLevel` with the loudness of the stream, 0 (silence) to 1, ten times a second,
 * until the returned function is called.
 */
export function watchLevel(stream, onLevel) {
  if (!window.AudioContext || stream.getAudioTracks().length === 0) return () => {};
  const audio = borrowContext();
  const source = audio.createMediaStreamSource(stream);
  const analyser = audio.createAnalyser();
  analyser.fftSize = 512;
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
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(power || Number.MIN_VALUE);
  return Math.min(1, Math.max(0, 1 - decibels / QUIETEST_DB));
}

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
