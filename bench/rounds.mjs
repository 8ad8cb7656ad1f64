/**
 * Measures the kinds in turn, so that whatever changes on the machine meanwhile meets all of them.
 * The first round warms the browser and the server up and does not count.
 *
 * @template Sample
 * @param {object} plan
 * @param {string[]} plan.kinds
 * @param {number} plan.rounds
 * @param {boolean} [plan.warmsUp] `false` for what takes so long that one round more would be a waste
 * @param {(kind: string) => Promise<Sample>} plan.measure
 * @param {(line: string) => void} plan.tell
 * @param {(sample: Sample) => string} plan.brief what to tell of one sample
 * @returns {Promise<Record<string, Sample[]>>} samples by kind
 */
export async function measureInTurn({ kinds, rounds, warmsUp = true, measure, tell, brief }) {
  const samples = Object.fromEntries(kinds.map((kind) => [kind, []]));
  for (let round = warmsUp ? 0 : 1; round <= rounds; round += 1) {
    const order = round % 2 ? kinds : kinds.toReversed();
    for (const kind of order) {
      const sample = await measure(kind);
      if (round > 0) samples[kind].push(sample);
      const place = round > 0 ? `round ${round} of ${rounds}` : 'warm-up';
      tell(`  ${place}, ${kind}: ${brief(sample)}`);
    }
  }
  return samples;
}

/**
 * One line of the report: its samples by kind.
 *
 * @template Sample
 * @param {string} title
 * @param {string} unit
 * @param {Record<string, Sample[]>} samples
 * @param {(sample: Sample) => number} read
 * @param {object} [more]
 * @param {Goal[]} [more.goals] the ratio to reach, `{ beside: kind, atMost }` or `{ beside, atLeast }`
 * @param {string} [more.series] lines of the same series are drawn as one curve over `at`
 * @param {number} [more.at]
 * @param {string} [more.axis] what `at` counts
 */
export function metricOf(title, unit, samples, read, more = {}) {
  const byKind = Object.entries(samples).map(([kind, list]) => [kind, list.map(read)]);
  return { title, unit, samples: Object.fromEntries(byKind), ...more };
}
