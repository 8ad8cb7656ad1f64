import { watchLevel } from '../media/level-meter.js';
import { Connection, Sending, pictureOf, voiceOf } from '../state/call-state.js';
import { element, icon, setText } from './element.js';
import { createTileSize } from './tile-size.js';
import { createTileSounds } from './tile-sounds.js';

const SPEAKING_LEVEL = 0.45;
/** The pauses between words are shorter. */
const SILENCE_MS = 600;

const connectionWords = {
  [Connection.CONNECTING]: 'Connecting…',
  [Connection.CONNECTED]: '',
  [Connection.RECONNECTING]: 'Reconnecting…',
  [Connection.LOST]: 'Connection lost',
};

const audioWords = { [Sending.ON]: '', [Sending.MUTED]: 'Muted', [Sending.NONE]: 'No microphone' };
const videoWords = { [Sending.ON]: '', [Sending.MUTED]: 'Camera off', [Sending.NONE]: 'No camera' };

/** The picture, sound, name and state of one person. */
export function createTile({ id, isSelf }, { onSoundBlocked, onReconnect }) {
  const video = element('video', { playsinline: true, autoplay: true });
  // Sound comes from elements of its own, or from nowhere for one's own tile.
  video.muted = true;
  const initials = element('span', { class: 'tile-initials', 'aria-hidden': 'true' });
  const name = element('span', { class: 'tile-name' });
  const speaking = element('span', { class: 'only-read' });
  const audioMark = createMark('microphone-off');
  const videoMark = createMark('camera-off');
  const handMark = createMark('hand');
  const size = createTileSize();
  const connection = createConnection(() => onReconnect(id));
  const tile = element(
    'li',
    { class: 'tile', data: { test: 'tile', peer: id, self: String(isSelf) } },
    initials,
    video,
    connection.element,
    element(
      'div',
      { class: 'tile-caption' },
      name,
      speaking,
      handMark.element,
      audioMark.element,
      videoMark.element,
      size.element,
    ),
  );
  const sounds = isSelf ? null : createTileSounds({ place: tile, onSoundBlocked });

  let watched = null;
  let stopWatching = () => {};

  function watchVoice(stream) {
    if (watched === stream) return;
    watched = stream;
    stopWatching();
    showSpeaking(false);
    let lastHeard = -Infinity;
    stopWatching = stream
      ? watchLevel(stream, (level) => {
          const now = performance.now();
          if (level > SPEAKING_LEVEL) lastHeard = now;
          showSpeaking(now - lastHeard < SILENCE_MS && tile.dataset.audio === Sending.ON);
        })
      : () => {};
  }

  function showSpeaking(isSpeaking) {
    tile.dataset.speaking = String(isSpeaking);
    setText(speaking, isSpeaking ? 'speaks' : '');
  }

  let shown = null;

  return {
    element: tile,

    show(person, { speakerId, pictureLayers }) {
      const picture = pictureOf(person)?.media ?? null;
      const voice = voiceOf(person)?.media ?? null;
      const hasPicture = picture !== null && person.video === Sending.ON;

      Object.assign(tile.dataset, {
        audio: person.audio,
        video: person.video,
        connection: person.connection,
        picture: String(hasPicture),
      });
      setText(name, isSelf ? `${person.name} (you)` : person.name);
      setText(initials, initialsOf(person.name));
      initials.style.setProperty('--hue', String(hueOf(person.name)));
      handMark.show(person.hasRaisedHand ? 'Hand raised' : '');
      audioMark.show(audioWords[person.audio]);
      videoMark.show(videoWords[person.video]);
      connection.show(person);
      shown = hasPicture && !isSelf ? pictureOf(person) : null;
      size.showLayer(pictureLayers[shown?.id]);
      if (!shown) size.showSize(null);

      video.setAttribute('aria-label', isSelf ? 'Your camera' : `Camera of ${person.name}`);
      video.hidden = !hasPicture;
      if (video.srcObject !== picture) video.srcObject = picture;
      sounds?.show(person.streams, speakerId);
      watchVoice(voice);
    },

    showSizes({ byTrack }) {
      size.showSize(shown && byTrack[shown.media.getVideoTracks()[0]?.id]);
    },

    remove() {
      watchVoice(null);
      video.srcObject = null;
      sounds?.show([], '');
      tile.remove();
    },
  };
}

/** How the connection stands, and a way to mend it where it does not. */
function createConnection(onReconnect) {
  const words = element('p', { class: 'tile-connection' });
  const button = element(
    'button',
    { type: 'button', class: 'button small', data: { test: 'reconnect' }, onclick: onReconnect },
    icon('refresh'),
    'Reconnect',
  );
  return {
    element: element('div', { class: 'tile-top' }, words, button),
    show({ connection, name }) {
      setText(words, connectionWords[connection]);
      button.hidden = connection !== Connection.LOST && connection !== Connection.RECONNECTING;
      button.setAttribute('aria-label', `Reconnect with ${name}`);
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

function initialsOf(name) {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join('');
}

function hueOf(name) {
  return [...name].reduce((hue, letter) => (hue * 31 + letter.codePointAt(0)) % 360, 7);
}
