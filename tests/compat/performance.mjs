// Pictures and sound that a test can find again in a recording.

/** Runs in the page: from now on the camera is a canvas and the microphone an oscillator. */
function perform({ hertz, flashes, width, height }) {
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: hertz });
  const volume = new GainNode(audio, { gain: flashes ? 0 : 0.3 });
  const destination = audio.createMediaStreamDestination();
  tone.connect(volume).connect(destination);
  tone.start();
  if (flashes) {
    for (let second = 1; second < 120; second += 1) {
      volume.gain.setValueAtTime(0.5, second);
      volume.gain.setValueAtTime(0, second + 0.1);
    }
  }
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const picture = canvas.getContext('2d');
  let count = 0;
  setInterval(() => {
    const isBright = !flashes || (audio.currentTime > 0.5 && audio.currentTime % 1 < 0.1);
    picture.fillStyle = isBright ? '#fff' : '#000';
    picture.fillRect(0, 0, width, height);
    // Something has to change, or there are no pictures.
    picture.fillStyle = '#888';
    picture.fillRect(count % width, 0, 2, 2);
    count += 1;
  }, 1000 / 30);
  const video = canvas.captureStream(30);
  navigator.mediaDevices.getUserMedia = async (wanted) =>
    new MediaStream([
      ...(wanted.audio ? destination.stream.getAudioTracks().map((track) => track.clone()) : []),
      ...(wanted.video ? video.getVideoTracks().map((track) => track.clone()) : []),
    ]);
}

const SIZE = { width: 160, height: 120 };

const performing = (how) => `(${perform})(${JSON.stringify({ ...SIZE, ...how })})`;

/** White and a beep for the first tenth of each second. */
export const FLASHING = performing({ hertz: 800, flashes: true });
export const FLASH_HERTZ = 800;

/** White, and a tone that goes on. */
export const HUMMING = performing({ hertz: 3000, flashes: false });
export const HUM_HERTZ = 3000;
