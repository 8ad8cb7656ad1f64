const GAP = 10;
const LEAST_WIDTH = 80;
const LEAST_HEIGHT = 90;

/**
 * Where `others` small tiles go when one is large: beside it in columns on wide places, below it in
 * rows on upright ones, in as few of them as possible.
 */
export function featuredGrid(others, width, height) {
  const isWide = width > height;
  const fitting = isWide
    ? Math.floor((height + GAP) / (LEAST_HEIGHT + GAP))
    : Math.floor((width + GAP) / (LEAST_WIDTH + GAP));
  const perLine = Math.min(Math.max(1, fitting), others);
  const lines = Math.ceil(others / perLine);
  return isWide
    ? { layout: 'featured-wide', columns: lines, rows: perLine }
    : { layout: 'featured-upright', columns: perLine, rows: lines };
}
