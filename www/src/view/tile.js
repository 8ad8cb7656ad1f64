import { watchLevel } from '../media/level-meter.js';
import { Connection, Sending } from '../state/call-state.js';
import { element, icon, setText } from './element.js';

const SPEAKING_LEVEL = 0.45;

const connectionWords = {
  [Connection.CONNECTING]: 'Connecting…',
  [Connection.CONNECTED]: '',
  [Connection.RECONNECTING]: 'Reconnecting…',
  [Connection.LOST]: 'Connection lost',
};

const audioWords = { [Sending.ON]: '', [Sending.MUTED]: 'Muted', [Sending.NONE]: 'No microphone' };
const videoWords = { [Sending.ON]: '', [Sending.MUTED]: 'Camera off', [Sending.NONE]: 'No camera' };

/** The picture, sound, name and state of one person. */
export function createTile({ id, isSelf }, onSoundBlocked) {
  const video = element('video', { playsinline: true, autoplay: true });
  // Sound comes from the audio element, or from nowhere for one's own tile.
  video.muted = true;
  const audio = isSelf ? null : element('audio', { autoplay: true });
  const initials = element('span', { class: 'tile-initials', 'aria-hidden': 'true' });
  const name = element('span', { class: 'tile-name' });
  const audioMark = createMark('microphone-off');
  const videoMark = createMark('camera-off');
  const handMark = createMark('hand');
  const connection = element('p', { class: 'tile-connection' });
  const tile = element(
    'li',
    { class: 'tile', data: { test: 'tile', peer: id, self: String(isSelf) } },
    initials,
    video,
    ...(audio ? [audio] : []),
    connection,
    element(
      'div',
      { class: 'tile-caption' },
      name,
      handMark.element,
      audioMark.element,
      videoMark.element,
    ),
  );

  let watched = null;
  let stopWatching = () => {};

  function watchSound(stream) {
    if (watched === stream) return;
    watched = stream;
    stopWatching();
    tile.dataset.speaking = 'false';
    stopWatching = stream
      ? watchLevel(stream, (level) => {
          tile.dataset.speaking = String(
            level > SPEAKING_LEVEL && tile.dataset.audio === Sending.ON,
          );
        })
      : () => {};
  }

  return {
    element: tile,

    show(person) {
      const picture = newestWith(person.streams, 'getVideoTracks');
      const sound = newestWith(person.streams, 'getAudioTracks');
      const hasPicture = picture !== null && person.video === Sending.ON;
      const fullName = isSelf ? `${person.name} (you)` : person.name;

      Object.assign(tile.dataset, {
        audio: person.audio,
        video: person.video,
        connection: person.connection,
        picture: String(hasPicture),
      });
      setText(name, fullName);
      setText(initials, initialsOf(person.name));
      initials.style.setProperty('--hue', String(hueOf(person.name)));
      handMark.show(person.hasRaisedHand ? 'Hand raised' : '');
      audioMark.show(audioWords[person.audio]);
      videoMark.show(videoWords[person.video]);
      setText(connection, connectionWords[person.connection]);

      video.setAttribute('aria-label', isSelf ? 'Your camera' : `Camera of ${person.name}`);
      video.hidden = !hasPicture;
      if (video.srcObject !== picture) video.srcObject = picture;
      if (audio && audio.srcObject !== sound) {
        audio.srcObject = sound;
        if (sound) {
          audio.play().catch((error) => error.name === 'NotAllowedError' && onSoundBlocked());
        }
      }
      watchSound(sound);
    },

    remove() {
      watchSound(null);
      video.srcObject = null;
      if (audio) audio.srcObject = null;
      tile.remove();
    },
  };
}

function createMark(iconName) {
  const words = element('span', {});
  const mark = element('span', { class: 'tile-mark', hidden: true }, icon(iconName), words);
  return {
    element: mark,
    show(text) {
      mark.hidden = text === '';
      setText(words, text);
    },
  };
}

function newestWith(streams, getTracks) {
  return streams.findLast(({ media }) => media[getTracks]().length > 0)?.media ?? null;
}

function initialsOf(name) {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join('');
}

function hueOf(name) {
  return [...name].reduce((hue, letter) => (hue * 31 + letter.codePointAt(0)) % 360, 7);
}
