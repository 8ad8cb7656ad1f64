import { element, setText } from './element.js';
import { bitRateInWords } from './quantities.js';

/** In which size somebody's picture comes, and how many bits a second that takes. */
export function createTileSize() {
  const words = element('span', {
    class: 'tile-size',
    data: { test: 'picture-size' },
    hidden: true,
  });
  let layer;
  let size;

  function show() {
    const text = inWords(layer, size);
    words.hidden = text === '';
    words.dataset.layer = layer ? stateOf(layer) : '';
    setText(words, text);
  }

  return {
    element: words,
    showLayer(now) {
      if (now === layer) return;
      layer = now;
      show();
    },
    showSize(now) {
      size = now;
      show();
    },
  };
}

function stateOf({ layer, isPaused, isStarved }) {
  if (isPaused) return 'paused';
  return isStarved ? 'starved' : String(layer);
}

function inWords(layer, size) {
  if (layer?.isPaused) return 'Paused';
  if (layer?.isStarved) return 'Too little bandwidth for the picture';
  const { width, height, bits } = size ?? {};
  return [
    width && height ? `${width}×${height}` : '',
    layer?.layers > 1 ? `layer ${layer.layer + 1} of ${layer.layers}` : '',
    bits ? bitRateInWords(bits) : '',
  ]
    .filter(Boolean)
    .join(' · ');
}
