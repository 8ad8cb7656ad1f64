import { Sending, isInRoom, self, spoken } from '../state/call-state.js';
import { byId, setLabel, setText, showIcon } from './element.js';

/** The buttons below the tiles. Panels add theirs, see `side-panel.js`. */
export function createControls({ store, session }) {
  const microphone = createMuteButton({
    button: byId('mute-microphone'),
    kind: 'microphone',
    words: { [Sending.ON]: 'Mute', [Sending.MUTED]: 'Unmute', [Sending.NONE]: 'No mic' },
    isMutedNow: () => self(store.state)?.audio === Sending.MUTED,
    setMuted: (isMuted) => session.streams.setMicrophoneMuted(isMuted),
    say: (text) => store.change(spoken(text)),
  });
  const camera = createMuteButton({
    button: byId('mute-camera'),
    kind: 'camera',
    words: {
      [Sending.ON]: 'Stop video',
      [Sending.MUTED]: 'Start video',
      [Sending.NONE]: 'No camera',
    },
    isMutedNow: () => self(store.state)?.video === Sending.MUTED,
    setMuted: (isMuted) => session.streams.setCameraMuted(isMuted),
    say: (text) => store.change(spoken(text)),
  });

  byId('leave').addEventListener('click', () => session.leave());

  return store.subscribe((state) => {
    if (!isInRoom(state)) return;
    const me = self(state);
    microphone(me?.audio ?? Sending.NONE);
    camera(me?.video ?? Sending.NONE);
  });
}

function createMuteButton({ button, kind, words, isMutedNow, setMuted, say }) {
  let sending = Sending.NONE;

  button.addEventListener('click', () => {
    if (sending === Sending.NONE) {
      say(`You joined without a ${kind}. Leave and join again to use one.`);
      return;
    }
    setMuted(!isMutedNow());
  });

  return (next) => {
    sending = next;
    button.dataset.sending = sending;
    button.setAttribute('aria-disabled', String(sending === Sending.NONE));
    showIcon(button.querySelector('svg'), sending === Sending.ON ? kind : `${kind}-off`);
    setText(button.querySelector('.control-text'), words[sending]);
    setLabel(
      button,
      `${words[sending]}${kind === 'microphone' && sending !== Sending.NONE ? ' microphone' : ''}`,
    );
  };
}
