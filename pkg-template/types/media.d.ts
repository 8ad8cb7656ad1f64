/** Methods: media. */

import type {
  GetDisplayMediaOptions,
  GetUserMediaOptions,
  MuteOptions,
  RoomName,
  StreamId,
  VideoView,
} from './options.js';
import type { MediaStreams, StreamSources, StreamsList } from './payload-parts.js';

/** Media: cameras, microphones, screens, muting. */
export interface MediaMethods {
  /**
   * Asks the browser for camera and microphone, in a room: the streams belong to it from now on and
   * `leaveRoom` stops them, but the others get them only with the next negotiation. `sendStream` does
   * both at once and is what most apps want.
   * @param options what to capture; audio and video without it
   * @returns `[audio, video]`, `null` for a kind that was not asked for; `undefined`, and no promise,
   *   when the room is not joined
   * @throws `INVALID_MEDIA_OPTIONS`, or the browser's `DOMException`
   * @fires for each stream `onIncomingStream` (`isSelf: true`) and `mediaAccessSuccess`. When the
   *   browser refuses audio and video together, and `audioFallback` is on: `mediaAccessFallback` with
   *   state 0, then `mediaAccessSuccess` with `isAudioFallback: true`, or `mediaAccessError` with
   *   `isAudioFallbackError: true` and `mediaAccessFallback` with state -1. Otherwise a refusal is
   *   `mediaAccessError`
   * @example
   * await skylink.getUserMedia('lobby', {
   *   audio: { echoCancellation: true },
   *   video: { resolution: SkylinkConstants.VIDEO_RESOLUTION.HD, frameRate: 30 },
   * });
   */
  getUserMedia(
    roomName: RoomName,
    options?: GetUserMediaOptions,
  ): Promise<MediaStreams> | undefined;
  /**
   * The same outside any room, for a preview: the constraints go to the browser as they are, no
   * event fires, and the app has to stop the streams itself (`stopPrefetchedStream`).
   * @param constraints audio and video without them
   * @example
   * const streams = await skylink.getUserMedia(null, { audio: true, video: { width: 1280 } });
   * await skylink.joinRoom({ roomName: 'lobby' }, streams);
   */
  getUserMedia(
    roomName: null | undefined,
    constraints?: MediaStreamConstraints,
  ): Promise<MediaStreams>;
  /** As with `null` for the room. */
  getUserMedia(constraints?: MediaStreamConstraints): Promise<MediaStreams>;

  /**
   * Captures and sends to everybody in the room, in addition to what is sent already.
   * @param options what to capture
   * @returns `[audio, video]` when everybody has the streams, or cannot get them
   * @throws `NO_ROOM_NAME` for a room that is not joined, `USER_NOT_IN_ROOM`, `INVALID_MEDIA_OPTIONS`,
   *   or the browser's `DOMException`
   * @fires `mediaAccessSuccess` and `onIncomingStream` (`isSelf: true`) for each stream, then
   *   `peerUpdated` (`isSelf: true`). The others get `onIncomingStream` and `peerUpdated`
   * @example
   * const [, camera] = await skylink.sendStream('lobby', { video: true });
   * // Another camera takes its place: first stop, then send.
   * if (camera) await skylink.stopStreams('lobby', camera.id);
   * await skylink.sendStream('lobby', { video: { deviceId: other.deviceId } });
   */
  sendStream(roomName: RoomName, options: GetUserMediaOptions): Promise<MediaStreams>;
  /**
   * Sends a stream that the app has already, for example of a canvas. No `mediaAccessSuccess`.
   * @returns `[audio, video]`, the stream split into one of each kind
   * @throws `INACTIVE_MEDIA_STREAM` when it is over
   */
  sendStream(roomName: RoomName, stream: MediaStream): Promise<MediaStreams>;
  /**
   * Sends several; `null` entries are skipped, so the result of `getUserMedia` can be passed on.
   * @returns a pair `[audio, video]` for each
   * @throws `INVALID_MEDIA_STREAM_ARRAY`, `INACTIVE_MEDIA_STREAM`
   */
  sendStream(roomName: RoomName, streams: Array<MediaStream | null>): Promise<MediaStreams[]>;

  /**
   * Stops own streams and takes them from the others. Calls may follow each other at once, but each
   * waits for its own round only: to be sure of the order, await one before the next.
   * @param streamId which one; without it all that are no screens. The id of a screen stops the screen
   * @returns resolves when nobody has them any more; `null`, and no promise, for a room that is not
   *   joined
   * @throws `NO_STREAM` when there is no own stream, or none of that id
   * @fires for each stream `streamEnded` (`isSelf: true`), `mediaAccessStopped`, `peerUpdated`, and
   *   `mediaInfoDeleted` when the round is over; the others get `streamEnded`, `peerUpdated`,
   *   `mediaInfoDeleted`
   * @example
   * await skylink.stopStreams('lobby', first.id);
   * await skylink.stopStreams('lobby', second.id);
   */
  stopStreams(roomName: RoomName, streamId?: StreamId | null): Promise<undefined> | null;

  /**
   * Asks which screen, window or tab, and shows it to everybody. One at a time: a second call takes
   * the place of the first. Its sound, where the browser gives any, travels as an audio stream of its
   * own, which stops and mutes with the screen.
   * @param options size, rate and sound; only a picture of at most 30 frames a second without them.
   *   Without `video`, or as a boolean, they count as `{ video: true }`
   * @returns the stream; `null` when the user or the browser said no. `null`, and no promise, for a
   *   room that is not joined
   * @fires `onIncomingScreenStream` (`isSelf: true`), then `mediaAccessSuccess` (`isScreensharing:
   *   true`); the others get `onIncomingScreenStream` and `peerUpdated`. When the browser's own button
   *   ends it: as `stopScreen`
   * @example
   * const screen = await skylink.shareScreen('lobby', { video: { frameRate: 10 }, audio: true });
   * if (!screen) say('Nothing is shared.');
   */
  shareScreen(
    roomName: RoomName,
    options?: GetDisplayMediaOptions | boolean | null,
  ): Promise<MediaStream | null> | null;

  /**
   * Stops showing the screen. Nothing happens when none is shared.
   * @returns `null` always; the events tell when it is done
   * @fires `streamEnded` and `mediaAccessStopped` with `isScreensharing: true`, `peerUpdated`,
   *   `mediaInfoDeleted`; the others get `streamEnded`, `peerUpdated`, `mediaInfoDeleted`. The camera
   *   goes on as before, without an event
   */
  stopScreen(roomName: RoomName): null;

  /**
   * The devices of this machine. Browsers tell labels, and often ids, only once the user has allowed
   * a capture: until then a label is `Source for` and the id, an id `default`.
   * @returns microphones, speakers and cameras
   * @throws empty `StreamSources` where the browser cannot list devices at all
   * @example
   * const { audio, video } = await skylink.getStreamSources();
   * await skylink.sendStream('lobby', {
   *   audio: { deviceId: audio.input[0].deviceId },
   *   video: { deviceId: video.input[0].deviceId },
   * });
   */
  getStreamSources(): Promise<StreamSources>;

  /**
   * Stops the tracks of a stream that was captured outside a room.
   * @returns `null` always; nothing happens without a stream
   * @fires `streamEnded` with `null` for `room`, `peerId` and `peerInfo`
   */
  stopPrefetchedStream(stream?: MediaStream | null): null;

  /**
   * The streams of everybody who has any, as they are now.
   * @param includeSelf whether the own ones are among them; `true` without it
   * @returns by peer id; `null` for a room that is not joined
   * @example
   * for (const { streams } of Object.values(skylink.getStreams('lobby', false) ?? {})) {
   *   Object.values(streams.video ?? {}).forEach(show);
   * }
   */
  getStreams(roomName: RoomName, includeSelf?: boolean): StreamsList | null;

  /**
   * Says how a video of somebody else is shown, so that a media server sends it in a size that fits, or not
   * at all. Without a media server that can do so, and between peers, nothing happens. It holds until the
   * stream ends. Other receivers are not concerned, nor is its sound. A paused video stands still: no stream
   * ends. Calls may be many: the server hears of them together. Not in skylinkjs; the option
   * `adaptiveVideo` makes these calls by itself.
   * @param streamId a stream with a picture, from `onIncomingStream` or `onIncomingScreenStream`
   * @param view what changes
   * @throws at once: `INVALID_VIDEO_VIEW`, `NO_STREAM` when nobody sends that video, `USER_NOT_IN_ROOM`
   * @fires `videoLayerChanged` when something else comes
   * @example
   * skylink.setVideoView('lobby', streamId, { height: 180 }); // a small tile
   * skylink.setVideoView('lobby', streamId, { isPaused: true }); // scrolled away
   * skylink.setVideoView('lobby', streamId, { isPaused: false });
   */
  setVideoView(roomName: RoomName, streamId: StreamId, view: VideoView): undefined;

  /**
   * Mutes and unmutes own streams, screens included. Nothing is renegotiated: the tracks send silence
   * and black. Only streams whose state changes are touched.
   * @param options both muted without it; a kind that is missing is muted too, so name both
   * @param streamId only this stream; all of them without it
   * @returns `null` for a room that is not joined, else nothing. Options that are no object, and
   *   unknown streams, are only logged
   * @fires for each stream that changes, within the call: `localMediaMuted`, `peerUpdated`,
   *   `streamMuted` (`isSelf: true`). The others are told half a second later, and get `streamMuted`,
   *   then `peerUpdated`
   * @example
   * skylink.muteStreams('lobby', { audioMuted: true, videoMuted: false }); // microphone off
   * skylink.muteStreams('lobby', { audioMuted: false, videoMuted: false }); // both on
   */
  muteStreams(
    roomName: RoomName,
    options?: MuteOptions,
    streamId?: StreamId | null,
  ): undefined | null;
}
