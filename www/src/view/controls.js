import { Sending, isInRoom, self } from '../state/call-state.js';
import { Kind } from '../state/devices.js';
import { byId, setLabel, setText, showIcon } from './element.js';

/** The buttons below the tiles. Panels add theirs, see `side-panel.js`. */
export function createControls({ store, session }) {
  const microphone = createMuteButton({
    button: byId('mute-microphone'),
    kind: 'microphone',
    words: { [Sending.ON]: 'Mute', [Sending.MUTED]: 'Unmute', [Sending.NONE]: 'Use mic' },
    labels: {
      [Sending.ON]: 'Mute microphone',
      [Sending.MUTED]: 'Unmute microphone',
      // Begins with what is to be read, for people who say it.
      [Sending.NONE]: 'Use mic: turn the microphone on',
    },
    isMutedNow: () => self(store.state)?.audio === Sending.MUTED,
    setMuted: (isMuted) => session.streams.setMicrophoneMuted(isMuted),
    start: () => session.devices.start(Kind.MICROPHONE),
  });
  const camera = createMuteButton({
    button: byId('mute-camera'),
    kind: 'camera',
    words: {
      [Sending.ON]: 'Stop video',
      [Sending.MUTED]: 'Start video',
      [Sending.NONE]: 'Use camera',
    },
    isMutedNow: () => self(store.state)?.video === Sending.MUTED,
    setMuted: (isMuted) => session.streams.setCameraMuted(isMuted),
    start: () => session.devices.start(Kind.CAMERA),
  });

  byId('leave').addEventListener('click', () => session.leave());

  return store.subscribe((state) => {
    if (!isInRoom(state)) return;
    const me = self(state);
    microphone(me?.audio ?? Sending.NONE);
    camera(me?.video ?? Sending.NONE);
  });
}

function createMuteButton({ button, kind, words, labels = words, ...actions }) {
  const { isMutedNow, setMuted, start } = actions;
  let sending = Sending.NONE;

  button.addEventListener('click', () => {
    if (sending === Sending.NONE) start();
    else setMuted(!isMutedNow());
  });

  return (next) => {
    sending = next;
    button.dataset.sending = sending;
    showIcon(button.querySelector('svg'), sending === Sending.ON ? kind : `${kind}-off`);
    setText(button.querySelector('.control-text'), words[sending]);
    setLabel(button, labels[sending]);
  };
}
