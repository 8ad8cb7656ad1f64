import { SkylinkEvents } from 'skylink-wasm';
import { Phase, otherPeople } from '../state/call-state.js';
import { layerChanged, layerForgotten, measurePictures } from '../state/pictures.js';
import { createStore } from '../state/store.js';

/** In which size the pictures of others come through a media server, and how many bits that takes. */
export function createPictures({ store, statistics }) {
  /** `byTrack`: the last measurement of each track. */
  const sizes = createStore({ byTrack: {} });
  let stop = null;

  store.subscribe((state) => {
    const { phase, hasMediaServer } = state;
    const isWanted = phase === Phase.JOINED && hasMediaServer && otherPeople(state).length > 0;
    if (isWanted === (stop !== null)) return;
    if (isWanted) {
      stop = statistics.watch(({ reports }) => {
        sizes.change(({ byTrack }) => ({ byTrack: measurePictures(reports, byTrack) }));
      });
    } else {
      stop();
      stop = null;
      sizes.change({ byTrack: {} });
    }
  });

  const listeners = {
    // Not one of skylinkjs, so it has no constant.
    videoLayerChanged({ streamId, layer, layers, isPaused, isStarved }) {
      store.change(layerChanged(streamId, { layer, layers, isPaused, isStarved }));
    },
    [SkylinkEvents.STREAM_ENDED]: ({ streamId }) => store.change(layerForgotten(streamId)),
  };

  return { listeners, sizes };
}
