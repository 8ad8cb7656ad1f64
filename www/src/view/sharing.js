import { Phase, isSharing } from '../state/call-state.js';
import { byId, setLabel, setText, showIcon } from './element.js';

/** The button that shares the screen, and the line that tells so as long as it is shared. */
export function createSharing({ store, session }) {
  const button = byId('share-screen');
  const banner = byId('sharing');
  const isPossible = Boolean(navigator.mediaDevices?.getDisplayMedia);

  button.hidden = !isPossible;
  button.addEventListener('click', () => {
    if (isSharing(store.state)) session.screen.stop();
    else session.screen.start();
  });
  byId('stop-sharing').addEventListener('click', () => {
    session.screen.stop();
    button.focus();
  });

  return store.subscribe((state) => {
    const isOn = isSharing(state);
    banner.hidden = !isOn;
    button.dataset.sharing = String(isOn);
    button.setAttribute('aria-disabled', String(state.phase !== Phase.JOINED));
    showIcon(button.querySelector('svg'), isOn ? 'screen-off' : 'screen');
    setText(button.querySelector('.control-text'), isOn ? 'Stop share' : 'Share');
    setLabel(button, isOn ? 'Stop sharing your screen' : 'Share your screen');
  });
}
