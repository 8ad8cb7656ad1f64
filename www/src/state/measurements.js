/** What the statistics of a connection say to people: taken out of two readings, one after the other. */

export const MOST_SAMPLES = 60;

/**
 * @param stats the SDK's statistics of one peer
 * @param before the measurement before this one, or nothing
 */
export function measure(stats, before, time = performance.now()) {
  const totals = totalsOf(stats, time);
  return {
    peerId: stats.peerId,
    totals,
    ...ratesBetween(before?.totals, totals),
    facts: factsOf(stats),
  };
}

function totalsOf({ audio, video, selectedCandidatePair: pair }, time) {
  const sum = (direction, key) => (audio[direction][key] ?? 0) + (video[direction][key] ?? 0);
  return {
    time,
    received: sum('receiving', 'totalBytes'),
    sent: sum('sending', 'totalBytes'),
    packets: sum('receiving', 'totalPackets'),
    lost: sum('receiving', 'totalPacketsLost'),
    roundTrip: pair?.totalRoundTripTime ?? 0,
    answers: pair?.responses?.totalReceived ?? 0,
  };
}

/** Bits a second, per cent, milliseconds; null for what cannot be told yet. */
function ratesBetween(before, now) {
  const nothing = { received: null, sent: null, loss: null, roundTrip: averageRoundTrip(now) };
  const seconds = before ? (now.time - before.time) / 1000 : 0;
  if (seconds <= 0) return nothing;
  const difference = (key) => Math.max(0, now[key] - before[key]);
  const expected = difference('packets') + difference('lost');
  const answers = difference('answers');
  return {
    received: (difference('received') * 8) / seconds,
    sent: (difference('sent') * 8) / seconds,
    loss: expected > 0 ? (difference('lost') / expected) * 100 : null,
    // Checks are rare: between two of them the last value holds.
    roundTrip: answers > 0 ? (difference('roundTrip') / answers) * 1000 : undefined,
  };
}

const averageRoundTrip = ({ roundTrip, answers }) =>
  answers > 0 ? (roundTrip / answers) * 1000 : null;

/** What does not change all the time, in words. */
function factsOf({ audio, video, selectedCandidatePair: pair, certificate, connection }) {
  return {
    'Picture in': pictureInWords(video.receiving),
    'Picture out': pictureInWords(video.sending),
    'Codecs in': codecsInWords(audio.receiving, video.receiving),
    'Codecs out': codecsInWords(audio.sending, video.sending),
    Connection: connection?.iceConnectionState ?? '',
    'Own address': candidateInWords(pair?.local),
    'Other address': candidateInWords(pair?.remote),
    Encryption: certificate?.srtpCipher ?? certificate?.dtlsCipher ?? '',
  };
}

function pictureInWords({ frameWidth, frameHeight, framesPerSecond }) {
  if (!frameWidth) return '';
  const rate = framesPerSecond ? `, ${Math.round(framesPerSecond)} a second` : '';
  return `${frameWidth} × ${frameHeight}${rate}`;
}

const codecsInWords = (...directions) =>
  directions
    .map(({ codec }) => codec?.name)
    .filter(Boolean)
    .join(', ');

const kinds = {
  local: 'in the same network',
  host: 'in the same network',
  serverreflexive: 'behind a router',
  peerreflexive: 'behind a router',
  relayed: 'through a relay',
};

function candidateInWords(candidate) {
  if (!candidate?.candidateType) return '';
  const { candidateType, transport, ipAddress, portNumber } = candidate;
  const address = ipAddress ? `${ipAddress}:${portNumber} ` : '';
  const kind = kinds[candidateType] ?? candidateType;
  return `${address}${(transport ?? '').toLowerCase()}, ${kind} (${candidateType})`;
}

/** The samples of a person with one more; a value that was not taken again stays as it was. */
export function withMeasurement(samples, measurement) {
  const last = samples.at(-1);
  const roundTrip =
    measurement.roundTrip === undefined ? (last?.roundTrip ?? null) : measurement.roundTrip;
  return [...samples, { ...measurement, roundTrip }].slice(-MOST_SAMPLES);
}
