/** What the media server records or streams live. */

export const noRecording = {
  /** The id of the recording that goes on, or nothing. */
  recordingId: null,
  /** Live streams by this page: `{ id, endpoint }`. */
  liveStreams: [],
};

export const recordingChanged = (recordingId) => () => ({ recordingId });

export const liveStreamAdded =
  (liveStream) =>
  ({ liveStreams }) => ({ liveStreams: [...liveStreams, liveStream] });

export const liveStreamRemoved =
  (id) =>
  ({ liveStreams }) => ({ liveStreams: liveStreams.filter((one) => one.id !== id) });
