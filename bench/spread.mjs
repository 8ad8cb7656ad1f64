/** The value below which the share lies, between two neighbours where it falls there. */
export function quantile(sorted, share) {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.ceil(place);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

/** @param {number[]} samples */
export function spreadOf(samples) {
  const sorted = [...samples].sort((one, other) => one - other);
  return {
    count: sorted.length,
    min: sorted[0],
    lowerQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upperQuartile: quantile(sorted, 0.75),
    max: sorted.at(-1),
  };
}

/** How much of the one the other is; none where there is nothing to compare with. */
export function ratioOf(ours, theirs) {
  return theirs > 0 ? ours / theirs : null;
}
