import { byId } from './element.js';
import { createTile } from './tile.js';
import { bestGrid } from './tile-grid.js';

/** The tiles of everybody in the room, one's own first. */
export function createStage({ store, onSoundBlocked }) {
  const list = byId('tiles');
  const tiles = new Map();

  function fit() {
    if (tiles.size === 0) return;
    const { width, height } = bestGrid(tiles.size, list.clientWidth, list.clientHeight);
    list.style.setProperty('--tile-width', `${width}px`);
    list.style.setProperty('--tile-height', `${height}px`);
    const scrolls = list.scrollHeight > list.clientHeight;
    list.classList.toggle('scrolls', scrolls);
    // What scrolls must be reachable by keyboard; what does not should cost no press of Tab.
    if (scrolls) list.tabIndex = 0;
    else list.removeAttribute('tabindex');
  }

  const observer = new ResizeObserver(fit);
  observer.observe(list);

  const unsubscribe = store.subscribe(({ people }) => {
    const countBefore = tiles.size;
    for (const [id, tile] of tiles) {
      if (people.some((person) => person.id === id)) continue;
      tile.remove();
      tiles.delete(id);
    }
    for (const person of people) {
      if (!tiles.has(person.id)) {
        const tile = createTile(person, onSoundBlocked);
        tiles.set(person.id, tile);
        list.append(tile.element);
      }
      tiles.get(person.id).show(person);
    }
    list.dataset.count = String(tiles.size);
    if (tiles.size !== countBefore) fit();
  });

  return () => {
    unsubscribe();
    observer.disconnect();
    for (const tile of tiles.values()) tile.remove();
    tiles.clear();
  };
}

/** Starts all sound the browser has kept back; to be called while the person presses something. */
export async function startSound() {
  const sounds = [...byId('tiles').querySelectorAll('audio')];
  await Promise.allSettled(sounds.map((sound) => sound.play()));
}
