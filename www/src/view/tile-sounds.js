import { element } from './element.js';

/** Plays every sound that somebody sends, each stream by an element of its own. */
export function createTileSounds({ place, onSoundBlocked }) {
  const players = new Map();

  async function play(player) {
    try {
      await player.play();
    } catch (error) {
      if (error.name === 'NotAllowedError') onSoundBlocked();
    }
  }

  return {
    show(streams, speakerId) {
      const sounds = streams.filter(({ isAudio }) => isAudio);
      for (const [id, player] of players) {
        if (sounds.some((stream) => stream.id === id)) continue;
        player.srcObject = null;
        player.remove();
        players.delete(id);
      }
      for (const { id, media } of sounds) {
        if (!players.has(id)) {
          const player = element('audio', { autoplay: true });
          players.set(id, player);
          place.append(player);
          player.srcObject = media;
          useSpeaker(player, speakerId);
          play(player);
        }
        useSpeaker(players.get(id), speakerId);
      }
    },
  };
}

// Only some browsers let a page choose; a speaker that is gone leaves the default one.
function useSpeaker(player, speakerId) {
  if (!player.setSinkId || player.sinkId === speakerId) return;
  player.setSinkId(speakerId).catch(() => {});
}
