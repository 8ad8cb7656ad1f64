import { element, icon, setText } from './element.js';
import { createTileSize } from './tile-size.js';

/** A screen that somebody shares, whole and not cut at the edges. */
export function createScreenTile({ isSelf }, { id, media }) {
  const video = element('video', { playsinline: true, autoplay: true });
  video.muted = true;
  video.srcObject = media;
  const name = element('span', { class: 'tile-name' });
  const size = createTileSize();
  const tile = element(
    'li',
    { class: 'tile screen', data: { test: 'screen', stream: id, self: String(isSelf) } },
    video,
    element('div', { class: 'tile-caption' }, name, size.element),
  );
  const enlarge = element(
    'button',
    {
      type: 'button',
      class: 'button icon-only tile-enlarge',
      'aria-label': 'Show the screen alone',
      title: 'Show the screen alone',
      data: { test: 'screen-enlarge' },
      onclick: () => video.requestFullscreen(),
    },
    icon('enlarge'),
  );
  // Telephones of Apple have no full screen for pages.
  if (video.requestFullscreen && !isSelf) tile.append(enlarge);

  return {
    element: tile,
    show(person, isLarge, { pictureLayers }) {
      const words = isSelf ? 'Your screen' : `Screen of ${person.name}`;
      setText(name, words);
      video.setAttribute('aria-label', words);
      tile.classList.toggle('featured', isLarge);
      size.showLayer(pictureLayers[id]);
    },
    showSizes({ byTrack }) {
      size.showSize(isSelf ? undefined : byTrack[media.getVideoTracks()[0]?.id]);
    },
    remove() {
      video.srcObject = null;
      tile.remove();
    },
  };
}
