/** What the media server records. */

export const noRecording = {
  /** The id of the recording that goes on, or nothing. */
  recordingId: null,
  /** When this page heard that it began. */
  recordingSince: 0,
  /** Files of recordings that are over: `{ id, address }`. */
  recordedFiles: [],
};

export const recordingBegan = (recordingId, recordingSince) => () => ({
  recordingId,
  recordingSince,
});

/** Others than the one that goes on may fail: one that is over, or one that did not begin. */
export const recordingEnded = (id) => (state) =>
  id === state.recordingId ? { recordingId: null } : {};

export const recordingFileCame =
  (id, address) =>
  ({ recordedFiles }) => ({ recordedFiles: [...recordedFiles, { id, address }] });
