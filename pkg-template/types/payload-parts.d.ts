/** What payloads and results are made of. */

import type {
  Bandwidth,
  JsonValue,
  MediaStatusValue,
  PeerId,
  RoomName,
  SocketServerOptions,
  StreamId,
} from './options.js';
import type {
  DataTransferDataType,
  DataTransferDirection,
  DataTransferSessionType,
  MediaState,
  MediaType,
  RecordingState,
  SocketFallback,
} from './values.js';

/** Audio first, video second; a missing kind is null. */
export type MediaStreams = [audio: MediaStream | null, video: MediaStream | null];

export interface RoomInfo {
  id: string;
  roomName: RoomName;
  roomSessionId: string;
  /** Hours, as sent by the auth server. */
  duration: number;
  isLocked: boolean;
  /** Absent until the signaling server let the client in. */
  inRoom?: boolean;
}

export interface AudioStreamSettings {
  stereo: boolean;
  echoCancellation: boolean;
  exactConstraints: boolean;
  deviceId?: string;
}

export interface VideoStreamSettings {
  resolution: {
    width: number | string | ConstrainULongRange;
    height: number | string | ConstrainULongRange;
  };
  frameRate: number | string | ConstrainDoubleRange;
  exactConstraints: boolean;
  deviceId?: string;
}

export interface CustomSettings {
  audio: false | Record<StreamId, AudioStreamSettings>;
  video: false | Record<StreamId, VideoStreamSettings>;
  /** Own entry: the init option. Remote entry: whether the main channel is open now. */
  data: boolean;
  /** Missing for peers that did not send it. */
  maxBandwidth?: Bandwidth;
}

export interface StreamMediaStatus {
  audioMuted: MediaStatusValue;
  videoMuted: MediaStatusValue;
}

export interface PeerAgent {
  name: string;
  version: number | string | null;
  os: string | null;
  pluginVersion: string | null;
  SMProtocolVersion: string;
  DTProtocolVersion: string;
  /** Missing for peers whose SDK does not report it. */
  SDKVersion?: string;
}

export interface PeerConfig {
  enableDataChannel: boolean;
  enableIceRestart: boolean;
  priorityWeight: number;
}

export interface PeerInfoBase {
  userData: JsonValue;
  settings: CustomSettings;
  mediaStatus: Record<StreamId, StreamMediaStatus>;
  agent: PeerAgent;
  config: PeerConfig;
}

export interface PeerInfo extends PeerInfoBase {
  room: RoomInfo;
}

export interface PeerInfoInRoom extends PeerInfo {
  isSelf: boolean;
}

export interface MediaSource {
  deviceId: string;
  label: string;
  groupId: string | null;
}

export interface StreamSources {
  audio: { input: MediaSource[]; output: MediaSource[] };
  video: { input: MediaSource[] };
}

export interface PeerStreams {
  /** Present, and true, for the own entry only. */
  isSelf?: true;
  streams: {
    audio: Record<StreamId, MediaStream> | null;
    video: Record<StreamId, MediaStream> | null;
    screenShare: Record<StreamId, MediaStream> | null;
  };
}

export type StreamsList = Record<PeerId, PeerStreams>;

export interface TransferInfo {
  name: string;
  /** Length of the base64 text, not of the blob. */
  size: number;
  /** Byte length of the blob. */
  originalSize: number;
  /** 49152 to and from skylinkjs. */
  chunkSize: number;
  /** `binaryString` to and from skylinkjs, else `arrayBuffer`. */
  chunkType: DataTransferDataType;
  dataType: DataTransferSessionType;
  mimeType: string | null;
  direction: DataTransferDirection;
  /** Seconds. */
  timeout: number;
  isPrivate: boolean;
  /** 0 to 100, two decimals. */
  percentage: number;
  /** Set when percentage is 100, unless the file was written to a stream of the app. */
  data: Blob | null;
}

/** What became of a transfer with one peer. */
export type TransferResult = Record<
  PeerId,
  | { success: TransferInfo; transferType: DataTransferDirection }
  | { error: Error | string; transferType: DataTransferDirection }
>;

export interface TransferError {
  message: Error | string;
  transferType: DataTransferDirection | 'cancel' | null;
}

export interface MessageInfo {
  content: JsonValue;
  senderPeerId: PeerId | string;
  targetPeerId: PeerId | PeerId[] | null;
  isPrivate: boolean;
  isDataChannel: boolean;
  /** ISO 8601, local clock. Server messages only. */
  timeStamp?: string;
  /** Own server messages only. */
  listOfPeers?: PeerId[];
}

export interface StoredMessage {
  content: string;
  senderPeerId: PeerId | string;
  targetPeerId: PeerId;
  timeStamp: string;
  isPrivate: false;
  isDataChannel: false;
}

export interface SocketSession {
  protocol: string;
  signalingServerProtocol: string;
  signalingServerPort: number | null;
  socketType: string;
  socketTimeout: boolean;
  fallbackType: SocketFallback | null;
  socketSession: { attempts: number; finalAttempts: number };
  socketServer?: string | SocketServerOptions;
  socketServerPath?: string;
}

export interface MediaInfo {
  publisherId: PeerId;
  mediaId: string;
  mediaType: MediaType;
  mediaState: MediaState;
  transceiverMid: string | null;
  mediaMetaData: string;
  simulcast: string;
  streamId?: StreamId;
  trackId?: string;
}

export type LogItem = [dateTime: string, level: string, message: string, debugObject?: unknown];

export interface RecordingSession {
  active: boolean;
  state: RecordingState;
  /** ISO 8601, local clock at the moment of the event. */
  startedDateTime: string;
  endedDateTime: string | null;
  /** What the media server said went wrong, with state -1. */
  error: string | null;
}

/** By recording id. */
export type RecordingSessions = Record<string, RecordingSession>;
