const GAP = 10;
const SHAPE = 16 / 9;
const TALLEST_ON_WIDE_SCREENS = 4 / 3;
const TALLEST_ON_UPRIGHT_SCREENS = 3 / 4;
const NARROWEST = 130;

/**
 * The grid in which `count` tiles are largest within `width` by `height`, in pixels.
 * Tiles are 16:9 where there is room for it, and taller on upright screens;
 * when they would become too small the grid is higher than its place and scrolls.
 */
export function bestGrid(count, width, height) {
  const tallestShape = width > height ? TALLEST_ON_WIDE_SCREENS : TALLEST_ON_UPRIGHT_SCREENS;
  let best = null;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const roomWide = (width - GAP * (columns - 1)) / columns;
    const roomHigh = (height - GAP * (rows - 1)) / rows;
    if (roomWide < NARROWEST && columns > 1) break;
    const tileHeight = Math.max(0, Math.min(roomHigh, roomWide / tallestShape));
    const tileWidth = Math.min(roomWide, tileHeight * SHAPE);
    const grid = { columns, width: Math.floor(tileWidth), height: Math.floor(tileHeight) };
    if (!best || area(grid) > area(best)) best = grid;
  }
  if (best && best.width >= Math.min(NARROWEST, width)) return best;

  const columns = Math.max(1, Math.floor((width + GAP) / (NARROWEST + GAP)));
  const tileWidth = Math.floor((width - GAP * (columns - 1)) / columns);
  return { columns, width: tileWidth, height: Math.floor(tileWidth / SHAPE) };
}

const area = ({ width, height }) => width * height;
