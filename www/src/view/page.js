import { Phase, isInRoom } from '../state/call-state.js';
import { byId } from './element.js';

/** Shows the form or the room, and puts the focus where the person goes on. */
export function createPage({ store, preview, openAtJoin }) {
  let wasInRoom = null;
  let lastPhase = null;

  return store.subscribe((state) => {
    document.body.dataset.phase = state.phase;
    if (state.phase === Phase.FORM && lastPhase !== Phase.FORM) preview.start();
    lastPhase = state.phase;

    const inRoom = isInRoom(state);
    if (inRoom === wasInRoom) return;
    const isFirst = wasInRoom === null;
    wasInRoom = inRoom;
    byId('join-view').hidden = inRoom;
    byId('room-view').hidden = !inRoom;

    if (inRoom) {
      byId('room-heading').focus();
      openAtJoin();
    } else if (!isFirst && !state.failure) {
      byId('join-heading').focus();
    }
  });
}
