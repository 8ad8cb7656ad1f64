/// <reference lib="esnext.disposable" />
/**
 * Types of skylink-wasm. Shapes and names are those of skylinkjs 2.7.2; where this package decides
 * otherwise, the comment says so.
 */

import type { SkylinkConstantGroups } from './types/constants.js';
import type { SkylinkError } from './types/errors.js';
import type { SkylinkEventNames } from './types/event-names.js';
import type {
  EventManager,
  OtherEventName,
  SkylinkEventDetailMap,
  SkylinkListener,
} from './types/events.js';
import type { Logger } from './types/logger.js';
import type {
  GetDisplayMediaOptions,
  GetUserMediaOptions,
  InitOptions,
  JoinRoomOptions,
  JsonValue,
  MuteOptions,
  PeerId,
  ReceiveOptions,
  RefreshConnectionOptions,
  RoomName,
  StreamId,
  TransferId,
  TransferOptions,
} from './types/options.js';
import type {
  CustomSettings,
  MediaStreams,
  PeerInfo,
  PeerInfoInRoom,
  RecordingSessions,
  StreamSources,
  StreamsList,
  TransferResult,
} from './types/payload-parts.js';
import type { DataChannelInfo, RefreshConnectionResult, Statistics } from './types/statistics.js';

export type * from './types/constants.js';
export type * from './types/errors.js';
export type * from './types/event-details.js';
export type * from './types/event-names.js';
export type * from './types/events.js';
export type * from './types/logger.js';
export type * from './types/options.js';
export type * from './types/payload-parts.js';
export type * from './types/statistics.js';
export type * from './types/values.js';
export type * from './types/window.js';

/** Rooms belong to the page: every instance sees every room. Options belong to the instance. */
declare class Skylink {
  /** Throws a SkylinkError when there is no app key, no WebRTC or no fetch. A text is the app key. */
  constructor(options: InitOptions | string);

  /* rooms */
  /** Resolves when the server let us in; rejects with a SkylinkError or the browser's DOMException. */
  joinRoom(
    options?: JoinRoomOptions | null,
    prefetchedStream?: MediaStream | Array<MediaStream | null> | null,
  ): Promise<MediaStreams | null>;
  joinRoom(streams: MediaStream | Array<MediaStream | null>): Promise<null>;
  /** null for a room that is not joined. */
  leaveRoom(roomName: RoomName, stopStreams?: boolean): Promise<RoomName> | null;
  /** Resolves with an empty list when there is no room to leave. */
  leaveAllRooms(stopStreams?: boolean): Promise<RoomName[]>;
  lockRoom(roomName: RoomName): undefined | null;
  unlockRoom(roomName: RoomName): undefined | null;

  /* peers */
  getPeersInRoom(roomName: RoomName): Record<PeerId, PeerInfoInRoom> | null;
  /** undefined for an unknown peer of a known room. */
  getPeerInfo(roomName: RoomName, peerId?: PeerId | null): PeerInfo | null | undefined;
  getUserData(roomName: RoomName, peerId?: PeerId | null): JsonValue | undefined;
  setUserData(roomName: RoomName, userData: JsonValue): undefined | null;
  /**
   * All peers in rooms of the app key's space, by room name. For privileged keys; `showAll` lists
   * privileged peers too. null for a room that is not joined.
   */
  getPeers(roomName: RoomName, showAll?: boolean): Promise<Record<RoomName, PeerId[]>> | null;
  /** Of the other peers. */
  getPeersCustomSettings(roomName: RoomName): Record<PeerId, CustomSettings> | null;

  /* media */
  /**
   * In a room: the streams belong to it, but are only sent with the next negotiation. Audio and video
   * without options. undefined when no such room is joined.
   */
  getUserMedia(
    roomName: RoomName,
    options?: GetUserMediaOptions,
  ): Promise<MediaStreams> | undefined;
  /** Outside any room: the constraints go to the browser as they are. */
  getUserMedia(
    roomName: null | undefined,
    constraints?: MediaStreamConstraints,
  ): Promise<MediaStreams>;
  getUserMedia(constraints?: MediaStreamConstraints): Promise<MediaStreams>;
  /** Adds to what is sent. Resolves when everybody has it. null entries of a list are skipped. */
  sendStream(roomName: RoomName, options: GetUserMediaOptions): Promise<MediaStreams>;
  sendStream(roomName: RoomName, stream: MediaStream): Promise<MediaStreams>;
  sendStream(roomName: RoomName, streams: Array<MediaStream | null>): Promise<MediaStreams[]>;
  /** All own streams that are no screens, or one stream. Resolves when nobody has them any more. */
  stopStreams(roomName: RoomName, streamId?: StreamId | null): Promise<undefined> | null;
  /** Takes the place of a screen that is shared already. null when the user or the browser says no. */
  shareScreen(
    roomName: RoomName,
    options?: GetDisplayMediaOptions | boolean | null,
  ): Promise<MediaStream | null> | null;
  stopScreen(roomName: RoomName): null;
  getStreamSources(): Promise<StreamSources>;
  stopPrefetchedStream(stream?: MediaStream | null): null;
  getStreams(roomName: RoomName, includeSelf?: boolean): StreamsList | null;
  muteStreams(
    roomName: RoomName,
    options?: MuteOptions,
    streamId?: StreamId | null,
  ): undefined | null;

  /* connections */
  /**
   * One entry for each peer asked for, in that order; null while ICE never connected, or when
   * statistics are switched off. Rates are since the last call.
   */
  getConnectionStatus(
    roomName: RoomName,
    peerId?: PeerId | PeerId[] | null,
  ): Promise<Array<Statistics | null>>;
  /** By peer, then by the channel's name. */
  getPeersDataChannels(roomName: RoomName): Record<PeerId, Record<string, DataChannelInfo>> | null;
  /**
   * Negotiates anew, with an ICE restart if asked for. Resolves when every peer was sent an offer; a
   * peer that is busy is waited for. Rejects with REFRESH_FAILED, which has the members of the
   * result, when no peer could be sent one.
   */
  refreshConnection(
    roomName: RoomName,
    targetPeerId?: PeerId | PeerId[] | null,
    iceRestart?: boolean | null,
    options?: RefreshConnectionOptions | null,
  ): Promise<RefreshConnectionResult>;
  refreshConnection(
    roomName: RoomName,
    iceRestart: boolean,
    options?: RefreshConnectionOptions | null,
  ): Promise<RefreshConnectionResult>;
  refreshConnection(
    roomName: RoomName,
    targetPeerId: PeerId | PeerId[] | null,
    options: RefreshConnectionOptions,
  ): Promise<RefreshConnectionResult>;
  refreshConnection(
    roomName: RoomName,
    options: RefreshConnectionOptions,
  ): Promise<RefreshConnectionResult>;
  /** Replaces the channel for messages, whoever offered last. */
  refreshDatachannel(roomName: RoomName, peerId: PeerId): undefined | null;

  /* messages */
  /**
   * Encrypted when a secret is selected, and stored too when the app key stores messages and
   * setMessagePersistence did not switch it off. Throws a SkylinkError when it cannot be sent so.
   */
  sendMessage(
    roomName: RoomName,
    message: JsonValue,
    targetPeerId?: PeerId | PeerId[] | null,
    peerSessionId?: string,
  ): void;
  /**
   * Over data channels. A first argument that names no joined room is the message, and then the
   * second is who gets it; an empty one means all rooms. Throws CHANNEL_NOT_OPEN when a channel is
   * not open; everybody else gets the message all the same.
   */
  sendP2PMessage(
    roomName: RoomName | null | undefined,
    message: JsonValue,
    targetPeerId?: PeerId | PeerId[] | null,
  ): void;
  sendP2PMessage(message: JsonValue, targetPeerId?: PeerId | PeerId[] | null): void;

  /** Throws unless the app key stores messages. */
  setMessagePersistence(roomName: RoomName, isPersistent: boolean): void;
  getMessagePersistence(roomName: RoomName): boolean;
  /** The event storedMessages brings them: those of one session, or all. */
  getStoredMessages(roomName: RoomName, roomSessionId?: string): void;

  /* secrets; all of these throw NO_ROOM_NAME for a room that is not joined */
  setEncryptSecret(roomName: RoomName, secret: string, secretId: string): void;
  getEncryptSecrets(roomName: RoomName): Record<string, string>;
  /** Without an id, all of them. */
  deleteEncryptSecrets(roomName: RoomName, secretId?: string): void;
  /** Which secret messages are sent with; without an id, none. */
  setSelectedSecret(roomName: RoomName, secretId?: string): void;
  /** The id of the selected secret, empty when none is selected. */
  getSelectedSecret(roomName: RoomName, secretId?: string): string;

  /* files */
  /**
   * Resolves, when it is over with everybody, with one entry for each peer in the order of the
   * peers. Rejects for arguments that cannot be, and when `signal` ends it.
   */
  sendBlobData(
    roomName: RoomName,
    data: Blob,
    peerId?: PeerId | PeerId[] | null,
    timeout?: number | null,
    options?: TransferOptions | null,
  ): Promise<Array<TransferResult | SkylinkError>>;
  /** To everybody, with a timeout in seconds. */
  sendBlobData(
    roomName: RoomName,
    data: Blob,
    timeout: number,
  ): Promise<Array<TransferResult | SkylinkError>>;
  /**
   * Resolves when the file is there, or refused. Rejects with a TransferResult when the transfer
   * fails or is cancelled.
   */
  respondBlobRequest(
    roomName: RoomName,
    peerId: PeerId,
    transferId: TransferId,
    accept: boolean,
    options?: ReceiveOptions | null,
  ): Promise<TransferResult>;
  /** Both sides can. */
  cancelBlobTransfer(
    roomName: RoomName,
    peerId: PeerId,
    transferId: TransferId,
  ): Promise<{ peerId: PeerId; transferId: TransferId }>;

  /* recording and live streaming, in rooms with a media server */
  /** Resolves with the recording's id; rejects when the media server reports an error. */
  startRecording(roomName: RoomName): Promise<string> | null;
  /** At the earliest four seconds after the recording started. */
  stopRecording(roomName: RoomName): Promise<string> | null;
  getRecordings(roomName: RoomName): RecordingSessions | null;
  /** Resolves with the live stream's id; rejects when the media server reports an error. */
  startRTMPSession(
    roomName: RoomName,
    streamId: StreamId,
    endpoint: string,
  ): Promise<string> | null;
  stopRTMPSession(roomName: RoomName, rtmpId: string): Promise<string> | null;

  /* listeners of this instance, and its end; not in skylinkjs */
  /**
   * Adds a listener, like `SkylinkEventManager.addEventListener`: it hears all rooms of the page.
   * @returns a function that takes this listener off again
   * @example
   * const stop = skylink.on('peerJoined', ({ detail }) => console.log(detail.peerInfo.userData));
   */
  on<K extends keyof SkylinkEventDetailMap>(
    eventName: K,
    listener: SkylinkListener<SkylinkEventDetailMap[K]>,
  ): () => void;
  on<N extends string | undefined>(
    eventName: OtherEventName<N>,
    listener: SkylinkListener<any>,
  ): () => void;
  /**
   * As `on`, for the next event only.
   * @returns a function that takes the listener off before that
   */
  once<K extends keyof SkylinkEventDetailMap>(
    eventName: K,
    listener: SkylinkListener<SkylinkEventDetailMap[K]>,
  ): () => void;
  once<N extends string | undefined>(
    eventName: OtherEventName<N>,
    listener: SkylinkListener<any>,
  ): () => void;
  /**
   * Takes off what `on` and `once` of this instance added: one listener, without `listener` all of
   * that event, without arguments all. Listeners added in other ways stay.
   */
  off<K extends keyof SkylinkEventDetailMap>(
    eventName: K,
    listener?: SkylinkListener<SkylinkEventDetailMap[K]>,
  ): void;
  off<N extends string | undefined>(
    eventName?: OtherEventName<N>,
    listener?: SkylinkListener<any>,
  ): void;
  /**
   * Leaves the rooms that this instance has joined, stops its streams, and takes its listeners off.
   * A join under way rejects with `LEFT_DURING_JOIN`. The instance may be used again.
   */
  destroy(): Promise<void>;
  /** `using skylink = new Skylink(…)`: as `destroy`, without waiting. */
  [Symbol.dispose](): void;
  /** `await using skylink = new Skylink(…)`: as `destroy`. */
  [Symbol.asyncDispose](): Promise<void>;

  /* others */
  generateUUID(): string;
  getSdkVersion(): string;
}

export default Skylink;

export declare const SkylinkConstants: SkylinkConstantGroups;
/** The same object as SkylinkConstants.EVENTS. */
export declare const SkylinkEvents: SkylinkEventNames;
export declare const SkylinkEventManager: EventManager;
export declare const SkylinkLogger: Logger;
