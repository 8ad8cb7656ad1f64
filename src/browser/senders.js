// What a peer connection sends. Nothing here throws: an exception that passed through the shell
// would leave it stuck.

/** Whether a transceiver sends nothing, and the last round agreed on that. */
const isIdle = ({ sender, direction, currentDirection }) =>
  !sender.track && direction !== 'stopped' && !currentDirection?.includes('send');

/**
 * Sends a track. A transceiver that sends nothing any more is used again, which `addTrack` would not
 * do: so sending and stopping by turns does not make descriptions longer.
 */
function send(connection, track, stream) {
  const idle = connection
    .getTransceivers()
    .find((known) => known.receiver.track.kind === track.kind && isIdle(known));
  if (idle?.sender.setStreams) {
    idle.sender.replaceTrack(track).catch(() => {});
    idle.sender.setStreams(stream);
    idle.direction = 'sendrecv';
    return idle.sender;
  }
  try {
    return connection.addTrack(track, stream);
  } catch {
    // The same track is sent in another stream already.
    return connection.addTransceiver(track, { streams: [stream] }).sender;
  }
}

/** Sends tracks of a stream; gives their senders. */
export function sendTracks(connection, tracks, stream) {
  try {
    return tracks.map((track) => send(connection, track, stream));
  } catch {
    return [];
  }
}

export function stopSending(connection, senders) {
  try {
    senders.forEach((sender) => connection.removeTrack(sender));
  } catch {
    // It is closed.
  }
}
