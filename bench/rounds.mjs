/**
 * Measures the kinds in turn, so that whatever changes on the machine meanwhile meets all of them.
 * The first round warms the browser and the server up and does not count.
 *
 * @template Sample
 * @param {object} plan
 * @param {string[]} plan.kinds
 * @param {number} plan.rounds
 * @param {(kind: string) => Promise<Sample>} plan.measure
 * @param {(line: string) => void} plan.tell
 * @param {(sample: Sample) => string} plan.brief what to tell of one sample
 * @returns {Promise<Record<string, Sample[]>>} samples by kind
 */
export async function measureInTurn({ kinds, rounds, measure, tell, brief }) {
  const samples = Object.fromEntries(kinds.map((kind) => [kind, []]));
  for (let round = 0; round <= rounds; round += 1) {
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
 * One metric of the report: its samples by kind.
 *
 * @template Sample
 * @param {string} title
 * @param {string} unit
 * @param {Record<string, Sample[]>} samples
 * @param {(sample: Sample) => number} read
 */
export function metricOf(title, unit, samples, read) {
  const byKind = Object.entries(samples).map(([kind, list]) => [kind, list.map(read)]);
  return { title, unit, samples: Object.fromEntries(byKind) };
}
