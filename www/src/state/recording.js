/** What the media server records. */

export const noRecording = {
  /** The id of the recording that goes on, or nothing. */
  recordingId: null,
};

export const recordingChanged = (recordingId) => () => ({ recordingId });
