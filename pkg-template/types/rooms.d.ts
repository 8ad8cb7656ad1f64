/** Methods: rooms. */

import type { JoinRoomOptions, RoomName } from './options.js';
import type { MediaStreams } from './payload-parts.js';

/** Streams that the app has already. */
export type PrefetchedStreams = MediaStream | ReadonlyArray<MediaStream | null>;

/** Rooms: coming in, leaving, locking. */
export interface RoomMethods {
  /**
   * Joins a room: asks the API whether the app key may, opens the socket, asks the browser for the
   * media that `options` name, and enters. A page may be in several rooms at once. What is to be said
   * to the user about a refused camera, a locked room or a server that is away is in the rejection.
   *
   * Calls for a room that is being joined share one outcome; a room that is joined already is left
   * first.
   * @param options what to capture, who one is, and which room; without `roomName` it is
   *   `defaultRoom` of the constructor. Without `audio` and `video` nothing is captured
   * @param prefetchedStream streams that the app has already, for example from `getUserMedia()`, in
   *   place of those that `options` ask for, or a promise of them; `null` entries of a list are skipped.
   *   Each is split into streams of one kind, so events carry other ids than the streams passed in
   * @returns `[audio, video]` once the server let this client in; `null` when the streams were
   *   prefetched or none were asked for
   * @throws `NO_ROOM_NAME`, `INVALID_PREFETCHED_STREAMS`, `INVALID_MEDIA_OPTIONS`; `API_REFUSED`,
   *   `API_UNREACHABLE`, `API_TIMEOUT` (10 s), `API_INVALID_RESPONSE`; `SOCKET_FAILED`,
   *   `SOCKET_CLOSED`, `JOIN_TIMEOUT` (10 s); `ROOM_LOCKED`, `ROOM_REFUSED` (with `reason`);
   *   `LEFT_DURING_JOIN`, `NO_CODECS`; or the browser's `DOMException` when it refuses camera or
   *   microphone. After a rejection nothing stays open, and another try may follow
   * @fires `readyStateChange` 1, 2 (or -1), `channelOpen` (when no other room had the socket open),
   *   `mediaAccessSuccess` for each stream (or `mediaAccessFallback`, `mediaAccessError`); then the
   *   promise resolves; then `peerJoined` (`isSelf: true`), `onIncomingStream` for each own stream,
   *   `handshakeProgress` `enter`. A refusal is `systemAction` too. The others get `peerJoined` with
   *   `isSelf: false`
   * @example
   * const streams = await skylink.joinRoom({
   *   roomName: 'lobby',
   *   audio: true,
   *   video: true,
   *   userData: { name: 'Ada' },
   * });
   * const [microphone, camera] = streams ?? [];
   * const element = document.querySelector('video');
   * if (camera && element) window.attachMediaStream(element, camera);
   * @example
   * // With streams that the form showed before.
   * const streams = await skylink.getUserMedia({ audio: true, video: true });
   * await skylink.joinRoom({ roomName: 'lobby', userData: { name: 'Ada' } }, streams);
   */
  joinRoom(
    options?: JoinRoomOptions | null,
    prefetchedStream?: PrefetchedStreams | Promise<PrefetchedStreams> | false | null,
  ): Promise<MediaStreams | null>;
  /** The default room, with streams that the app has already. */
  joinRoom(streams: PrefetchedStreams): Promise<null>;

  /**
   * Leaves a room: closes its connections, and the socket when it was the last room. A join that is
   * under way ends with `LEFT_DURING_JOIN`.
   * @param roomName letter case does not matter, here and in every other method
   * @param stopStreams whether own streams are stopped, so that the camera's light goes out; `true`
   *   without it. With `false` the app stops them itself
   * @returns the room's name as it was joined; `null`, and no promise, for a room that is not joined
   * @fires `dataChannelState`, `peerConnectionState` and `iceConnectionState` `closed` for each peer;
   *   `streamEnded` and `mediaAccessStopped` for each own stream that is stopped; `channelClose` with
   *   the last room; then `peerLeft` (`isSelf: true`, `room.inRoom: false`), then the promise resolves.
   *   The others get `peerLeft` with `isSelf: false`
   * @example
   * SkylinkEventManager.addEventListener('peerLeft', ({ detail }) => {
   *   if (!detail.isSelf) removeTileOf(detail.peerId);
   * });
   * await skylink.leaveRoom('lobby');
   */
  leaveRoom(roomName: RoomName, stopStreams?: boolean): Promise<RoomName> | null;

  /**
   * Leaves every room of the page.
   * @param stopStreams as for `leaveRoom`; `true` without it
   * @returns the names of the rooms; an empty list when there were none
   * @fires for each room as `leaveRoom`
   */
  leaveAllRooms(stopStreams?: boolean): Promise<RoomName[]>;

  /**
   * Locks a room: nobody else can come in until it is unlocked. Those who try are told with
   * `systemAction` (`reason: 'locked'`), and their `joinRoom` rejects with `ROOM_LOCKED`.
   * @returns `null` for a room that is not joined, else nothing; `roomLock` tells that it is done
   * @fires `roomLock` with `isLocked: true`, here at once (`isSelf: true`) and at everybody else
   * @example
   * skylink.on('roomLock', ({ detail }) => {
   *   padlock.hidden = !detail.isLocked;
   * });
   * skylink.on('systemAction', ({ detail }) => {
   *   if (detail.reason === SkylinkConstants.SYSTEM_ACTION_REASON.ROOM_LOCKED) sayItIsLocked();
   * });
   * skylink.lockRoom('lobby');
   */
  lockRoom(roomName: RoomName): undefined | null;

  /**
   * Opens a locked room again.
   * @returns `null` for a room that is not joined, else nothing
   * @fires `roomLock` with `isLocked: false`, here at once and at everybody else
   */
  unlockRoom(roomName: RoomName): undefined | null;
}
