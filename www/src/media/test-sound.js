const LENGTH_S = 0.6;
const TONES_HZ = [523, 659];

/** Plays two short tones through a speaker, to hear which one it is. */
export async function playTestSound(speakerId) {
  const context = new AudioContext();
  const target = context.createMediaStreamDestination();
  const player = new Audio();
  player.srcObject = target.stream;
  try {
    if (speakerId && player.setSinkId) await player.setSinkId(speakerId);
    const loudness = new GainNode(context, { gain: 0.2 });
    loudness.connect(target);
    const tones = TONES_HZ.map((frequency, index) => {
      const tone = new OscillatorNode(context, { frequency });
      tone.connect(loudness);
      tone.start(context.currentTime + (index * LENGTH_S) / 2);
      tone.stop(context.currentTime + LENGTH_S);
      return tone;
    });
    await player.play();
    await new Promise((resolve) => {
      tones.at(-1).onended = resolve;
    });
  } finally {
    player.srcObject = null;
    await context.close();
  }
}
