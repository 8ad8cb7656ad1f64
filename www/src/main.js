import { RoomSession } from './session/room-session.js';
import { Remedy } from './session/failure.js';
import { Preview } from './media/preview.js';
import { panels } from './panels/index.js';
import { readAddress } from './state/address.js';
import { initialState } from './state/call-state.js';
import { readPreferences } from './state/preferences.js';
import { tidySettings } from './state/settings.js';
import { createStore } from './state/store.js';
import { createControls } from './view/controls.js';
import { byId } from './view/element.js';
import { createFileDrop } from './view/file-drop.js';
import { createFailureBanner } from './view/failure-banner.js';
import { createJoinForm } from './view/join-form.js';
import { createNotices } from './view/notices.js';
import { createPage } from './view/page.js';
import { createProblemList } from './view/problem-list.js';
import { createRoomBar } from './view/room-bar.js';
import { createSharing } from './view/sharing.js';
import { createSidePanel } from './view/side-panel.js';
import { createStage, startSound } from './view/stage.js';
import { createTransferPrompt } from './view/transfer-prompt.js';

const WIDE_SCREEN = '(min-width: 75rem)';

const { roomName, appKey } = readAddress();
const preferences = readPreferences();
const store = createStore({
  ...initialState,
  appKey,
  settings: tidySettings(preferences.settings),
  cameraId: preferences.cameraId,
  microphoneId: preferences.microphoneId,
  speakerId: preferences.speakerId,
});
const preview = new Preview(preferences);
const session = new RoomSession(store);

// First, so that what the others put the focus on is in sight by then.
createPage({
  store,
  preview,
  openAtJoin: () =>
    store.change({ openPanel: window.matchMedia(WIDE_SCREEN).matches ? 'chat' : null }),
});
createJoinForm({ store, session, preview, roomName });
createRoomBar(store);
createStage({ store, session, onSoundBlocked: () => store.change({ soundIsBlocked: true }) });
createControls({ store, session });
createSharing({ store, session });
createSidePanel({ store, session, panels });
createFileDrop({ store, session });
createTransferPrompt({ store, session });
createNotices(store);
createProblemList(store);
const showRoomFailure = createFailureBanner(byId('room-failure'), (remedy) => {
  if (remedy === Remedy.REJOIN) session.rejoin();
  else session.leave();
});
byId('unblock-sound').addEventListener('click', async () => {
  await startSound();
  store.change({ soundIsBlocked: false });
});
store.subscribe(({ failure, soundIsBlocked }) => {
  showRoomFailure(byId('room-view').hidden ? null : failure);
  byId('sound-blocked').hidden = !soundIsBlocked;
});

window.addEventListener('pagehide', () => {
  session.leave();
  preview.stop();
});
// Browsers may bring back the page as it was left; a call cannot be brought back with it.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) window.location.reload();
});
