/** Methods: recording and live streaming. */

import type { RoomName, StreamId } from './options.js';
import type { RecordingSessions } from './payload-parts.js';

/**
 * Recording and RTMP live streams. They need a room with a media server, and one that records. All
 * four promises also reject when the room is left, the socket lost, the media server gone, or no
 * answer comes within 90 s; and with `MEDIA_SERVER_ERROR` for what the media server reports.
 */
export interface RecordingMethods {
  /**
   * Starts recording the room; one recording at a time.
   * @returns the recording's id, when the media server records; `null`, and no promise, for a room that
   *   is not joined
   * @throws `START_RECORDING_NO_MCU`, `RECORDING_IN_PROGRESS`, `RECORDER_UNAVAILABLE`,
   *   `MEDIA_SERVER_ERROR`
   * @fires `recordingState` 0 at everybody, or -1 with `error`
   * @example
   * try {
   *   const recordingId = await skylink.startRecording('lobby');
   *   console.log('Recording', recordingId);
   * } catch (error) {
   *   if (error instanceof Error) console.warn(error.message);
   * }
   */
  startRecording(roomName: RoomName): Promise<string> | null;

  /**
   * Stops the recording, whoever started it. Its file is told of later, by `recordingState` 2, while
   * the room is joined. At the earliest four seconds after it began (the
   * published documentation of 2.7.2 says minutes, its code seconds).
   * @returns the recording's id; `null`, and no promise, for a room that is not joined
   * @throws `STOP_RECORDING_NO_MCU`, `NO_RECORDING_IN_PROGRESS`, `RECORDING_TOO_SHORT`,
   *   `MEDIA_SERVER_ERROR`
   * @fires `recordingState` 1 at everybody, or -1 with `error`; then 2 with `link`, or -1 with `error`
   */
  stopRecording(roomName: RoomName): Promise<string> | null;

  /**
   * The recordings that this client heard of since it joined.
   * @returns copies, by recording id; `null` for a room that is not joined
   */
  getRecordings(roomName: RoomName): RecordingSessions | null;

  /**
   * Sends one stream to an RTMP server, for example of a live video platform. Several may run at once.
   * @param streamId the stream's id, from `onIncomingStream` or `getStreams`
   * @param endpoint the address with its key, `rtmp://…`
   * @returns the id of the live stream, which `stopRTMPSession` takes; `null`, and no promise, for a
   *   room that is not joined
   * @throws `START_RTMP_NO_MCU`, `RTMP_NO_STREAM_ID`, `RTMP_NO_ENDPOINT`, `MEDIA_SERVER_ERROR`
   * @fires `rtmpState` 0, or -1 with `error`
   * @example
   * const rtmpId = await skylink.startRTMPSession('lobby', streamId, 'rtmp://live.example/app/key');
   * // later
   * if (rtmpId) await skylink.stopRTMPSession('lobby', rtmpId);
   */
  startRTMPSession(
    roomName: RoomName,
    streamId: StreamId,
    endpoint: string,
  ): Promise<string> | null;

  /**
   * Ends a live stream.
   * @param rtmpId from `startRTMPSession`
   * @returns the same id; `null`, and no promise, for a room that is not joined
   * @throws `STOP_RTMP_NO_MCU`, `MEDIA_SERVER_ERROR`
   * @fires `rtmpState` 1, or -1 with `error`
   */
  stopRTMPSession(roomName: RoomName, rtmpId: string): Promise<string> | null;
}
