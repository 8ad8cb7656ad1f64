import { screensOf } from '../state/call-state.js';
import { byId } from './element.js';
import { featuredGrid } from './featured-grid.js';
import { createScreenTile } from './screen-tile.js';
import { createTile } from './tile.js';
import { bestGrid } from './tile-grid.js';

/**
 * The tiles of everybody in the room, one's own first, and of the screens they share. The newest
 * screen of somebody else is large, with everything else in a row beside or below it.
 */
export function createStage({ store, session, onSoundBlocked }) {
  const list = byId('tiles');
  const tiles = new Map();
  const screens = new Map();
  const actions = { onSoundBlocked, onReconnect: (id) => session.connections.refresh(id) };

  function fit() {
    const count = tiles.size + screens.size;
    if (count === 0) return;
    const { clientWidth, clientHeight } = list;
    const isFeatured = list.querySelector('.featured') !== null;
    if (isFeatured) {
      const { layout, columns, rows } = featuredGrid(count - 1, clientWidth, clientHeight);
      list.dataset.layout = layout;
      list.style.setProperty('--columns', String(columns));
      list.style.setProperty('--rows', String(rows));
    } else {
      const { width, height } = bestGrid(count, clientWidth, clientHeight);
      list.dataset.layout = 'grid';
      list.style.setProperty('--tile-width', `${width}px`);
      list.style.setProperty('--tile-height', `${height}px`);
    }
    const scrolls = !isFeatured && list.scrollHeight > list.clientHeight;
    list.classList.toggle('scrolls', scrolls);
    // What scrolls must be reachable by keyboard; what does not should cost no press of Tab.
    if (scrolls) list.tabIndex = 0;
    else list.removeAttribute('tabindex');
  }

  function showTiles(state) {
    removeMissing(tiles, new Set(state.people.map(({ id }) => id)));
    for (const person of state.people) {
      if (!tiles.has(person.id)) {
        const tile = createTile(person, actions);
        tiles.set(person.id, tile);
        list.append(tile.element);
      }
      tiles.get(person.id).show(person, state);
    }
  }

  function showScreens(state) {
    const shared = screensOf(state);
    const large = shared.findLast(({ person }) => !person.isSelf);
    removeMissing(screens, new Set(shared.map(({ stream }) => stream.id)));
    for (const { person, stream } of shared) {
      if (!screens.has(stream.id)) {
        const tile = createScreenTile(person, stream);
        screens.set(stream.id, tile);
        list.append(tile.element);
      }
      screens.get(stream.id).show(person, stream === large?.stream, state);
    }
  }

  const observer = new ResizeObserver(fit);
  observer.observe(list);

  let shownKeys = '';
  const unsubscribe = store.subscribe((state) => {
    showTiles(state);
    showScreens(state);
    const keys = [...tiles.keys(), ...screens.keys()].join();
    if (keys !== shownKeys) fit();
    shownKeys = keys;
  });

  const stopMeasuring = session.pictures.sizes.subscribe((sizes) => {
    for (const tile of [...tiles.values(), ...screens.values()]) tile.showSizes(sizes);
  });

  return () => {
    unsubscribe();
    stopMeasuring();
    observer.disconnect();
    removeMissing(tiles, new Set());
    removeMissing(screens, new Set());
  };
}

function removeMissing(shown, ids) {
  for (const [id, tile] of shown) {
    if (ids.has(id)) continue;
    tile.remove();
    shown.delete(id);
  }
}

/** Starts all sound the browser has kept back; to be called while the person presses something. */
export async function startSound() {
  const sounds = [...byId('tiles').querySelectorAll('audio')];
  await Promise.allSettled(sounds.map((sound) => sound.play()));
}
