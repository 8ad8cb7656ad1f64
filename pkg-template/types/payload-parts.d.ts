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

/** A room, as payloads tell it. */
export interface RoomInfo {
  /** The room's key at the server. */
  id: string;
  /** Its name, as it was joined. */
  roomName: RoomName;
  /** This session of the room, for `getStoredMessages`. */
  roomSessionId: string;
  /** Hours, as sent by the auth server. */
  duration: number;
  /** Whether it is locked. */
  isLocked: boolean;
  /** Absent until the signaling server let the client in. */
  inRoom?: boolean;
}

/** How a stream with sound was captured. */
export interface AudioStreamSettings {
  /** Whether two channels were asked for. */
  stereo: boolean;
  /** Whether echo is removed. */
  echoCancellation: boolean;
  /** Whether exactly that was asked for. */
  exactConstraints: boolean;
  /** Which microphone, if one was asked for. */
  deviceId?: string;
}

/** How a stream with a picture was captured. */
export interface VideoStreamSettings {
  /** The size that was asked for; of a screen the real one. */
  resolution: {
    width: number | string | ConstrainULongRange;
    height: number | string | ConstrainULongRange;
  };
  /** Frames a second that were asked for. */
  frameRate: number | string | ConstrainDoubleRange;
  /** Whether exactly that was asked for. */
  exactConstraints: boolean;
  /** Which camera, if one was asked for. */
  deviceId?: string;
}

/** What a peer sends, and how. */
export interface CustomSettings {
  /** By stream; false without sound. */
  audio: false | Record<StreamId, AudioStreamSettings>;
  /** By stream; false without a picture. */
  video: false | Record<StreamId, VideoStreamSettings>;
  /** Own entry: the init option. Remote entry: whether the main channel is open now. */
  data: boolean;
  /** Missing for peers that did not send it. */
  maxBandwidth?: Bandwidth;
}

/** Whether a stream is muted. Streams have one kind, so one of the two is -1. */
export interface StreamMediaStatus {
  /** Its sound. */
  audioMuted: MediaStatusValue;
  /** Its picture. */
  videoMuted: MediaStatusValue;
}

/** The software of a peer. */
export interface PeerAgent {
  /** The browser, such as `chrome`. */
  name: string;
  /** The browser's version. */
  version: number | string | null;
  /** The platform, as the browser names it. */
  os: string | null;
  /** null: there are no plugins any more. */
  pluginVersion: string | null;
  /** Version of the signalling protocol. */
  SMProtocolVersion: string;
  /** Version of the protocol of data channels. */
  DTProtocolVersion: string;
  /** Missing for peers whose SDK does not report it. */
  SDKVersion?: string;
}

/** What decides how two peers connect. */
export interface PeerConfig {
  /** Whether it opens data channels. */
  enableDataChannel: boolean;
  /** Whether its browser can restart ICE. */
  enableIceRestart: boolean;
  /** The greater one makes the offer. */
  priorityWeight: number;
}

/** What is known of a peer, without the room. */
export interface PeerInfoBase {
  /** Custom data, see `setUserData`; own data that was never set is null. */
  userData: JsonValue;
  /** What it sends, and how. */
  settings: CustomSettings;
  /** Mute states by stream, in the order in which the streams were added. */
  mediaStatus: Record<StreamId, StreamMediaStatus>;
  /** Its software. */
  agent: PeerAgent;
  /** What decides how it connects. */
  config: PeerConfig;
}

/** What is known of a peer. */
export interface PeerInfo extends PeerInfoBase {
  /** The room that it is in. */
  room: RoomInfo;
}

/** An entry of `getPeersInRoom`. */
export interface PeerInfoInRoom extends PeerInfo {
  /** Whether it is this client. */
  isSelf: boolean;
}

/** A device. */
export interface MediaSource {
  /** For the option `deviceId`. */
  deviceId: string;
  /** Its name, for people; `Source for` and the id until a capture was allowed. */
  label: string;
  /** The same for devices that are one piece of hardware. */
  groupId: string | null;
}

/** The devices of this machine. */
export interface StreamSources {
  /** Microphones and speakers. */
  audio: { input: MediaSource[]; output: MediaSource[] };
  /** Cameras. */
  video: { input: MediaSource[] };
}

/** The streams of a peer. */
export interface PeerStreams {
  /** Present, and true, for the own entry only. */
  isSelf?: true;
  /** By kind, then by id; null for a kind that it does not send. */
  streams: {
    audio: Record<StreamId, MediaStream> | null;
    video: Record<StreamId, MediaStream> | null;
    screenShare: Record<StreamId, MediaStream> | null;
  };
}

/** Streams by peer id. */
export type StreamsList = Record<PeerId, PeerStreams>;

/** A file on its way. */
export interface TransferInfo {
  /** The file's name; a made-up one for a Blob that has none. */
  name: string;
  /** Length of the base64 text, not of the blob. */
  size: number;
  /** Byte length of the blob. */
  originalSize: number;
  /** 49152 to and from skylinkjs. */
  chunkSize: number;
  /** `binaryString` to and from skylinkjs, else `arrayBuffer`. */
  chunkType: DataTransferDataType;
  /** Always `blob`. */
  dataType: DataTransferSessionType;
  /** The file's type, if it has one. */
  mimeType: string | null;
  /** `upload` at the sender, `download` at the receiver. */
  direction: DataTransferDirection;
  /** Seconds. */
  timeout: number;
  /** Always false. */
  isPrivate: boolean;
  /** 0 to 100, two decimals. */
  percentage: number;
  /** Set when percentage is 100, unless the file was written to a stream of the app. */
  data: Blob | null;
}

/** A transfer that went well. */
export interface TransferSuccess {
  /** The file; at the receiver with `data`. */
  success: TransferInfo;
  /** `upload` at the sender, `download` at the receiver. */
  transferType: DataTransferDirection;
}

/** A transfer that did not. */
export interface TransferFailure {
  /** Why. */
  error: Error | string;
  /** `upload` at the sender, `download` at the receiver. */
  transferType: DataTransferDirection;
}

/** What became of a transfer with one peer: a single key, its id. */
export type TransferResult = Record<PeerId, TransferSuccess | TransferFailure>;
/** The same, by the name that the documentation of skylinkjs has for it. */
export type DataTransferResult = TransferResult;

/** Why a transfer ended. */
export interface TransferError {
  /** What happened. */
  message: Error | string;
  /** `upload` or `download`: which side tells it. */
  transferType: DataTransferDirection | 'cancel' | null;
}

/** A message. */
export interface MessageInfo {
  /** What was sent. */
  content: JsonValue;
  /** Who sent it: a peer id, or the `peerSessionId` given to `sendMessage`. */
  senderPeerId: PeerId | string;
  /**
   * Own: null for all, else as passed. Of others: the own id; null for a public one over data
   * channels.
   */
  targetPeerId: PeerId | PeerId[] | null;
  /** Whether it was sent to single peers. */
  isPrivate: boolean;
  /** Whether it came over a data channel. */
  isDataChannel: boolean;
  /** ISO 8601, local clock. Server messages only. */
  timeStamp?: string;
  /** Own server messages only: who gets it. */
  listOfPeers?: PeerId[];
}

/** A message that the server kept. */
export interface StoredMessage {
  /** What was sent, decrypted. */
  content: string;
  /** Who sent it, as then. */
  senderPeerId: PeerId | string;
  /** The own id. */
  targetPeerId: PeerId;
  /** ISO 8601: when the server took it in. */
  timeStamp: string;
  /** Always false: private ones are not stored. */
  isPrivate: false;
  /** Always false. */
  isDataChannel: false;
}

/** How the socket is connected. */
export interface SocketSession {
  /** Protocol of the page. */
  protocol: string;
  /** `https:` or `http:`. */
  signalingServerProtocol: string;
  /** null when the address names none. */
  signalingServerPort: number | null;
  /** Which transport of Socket.IO. */
  socketType: string;
  /** Kept for the shape. */
  socketTimeout: boolean;
  /** Which way was tried last. */
  fallbackType: SocketFallback | null;
  /** How many tries there were. */
  socketSession: { attempts: number; finalAttempts: number };
  /** The option of that name, if given. */
  socketServer?: string | SocketServerOptions;
  /** The option of that name, if given. */
  socketServerPath?: string;
}

/** The description of a medium, which peers tell each other. */
export interface MediaInfo {
  /** Who sends it. */
  publisherId: PeerId;
  /** `AUDIO_` or `VIDEO_`, and the stream id. */
  mediaId: string;
  /** Camera, microphone or screen. */
  mediaType: MediaType;
  /** Active, muted or gone. */
  mediaState: MediaState;
  /** Where it is in the session description. */
  transceiverMid: string | null;
  /** Always empty. */
  mediaMetaData: string;
  /** Always empty. */
  simulcast: string;
  /** The stream. */
  streamId?: StreamId;
  /** Own media only: the track. */
  trackId?: string;
}

/** A line of the log that is kept. */
export type LogItem = [dateTime: string, level: string, message: string, debugObject?: unknown];

/** A recording. */
export interface RecordingSession {
  /** Whether it goes on. */
  active: boolean;
  /** 0 began, 1 ended, 2 ended and there is a file, -1 failed. */
  state: RecordingState;
  /** ISO 8601, local clock at the moment of the event. */
  startedDateTime: string;
  /** null while it goes on. */
  endedDateTime: string | null;
  /** What the media server said went wrong, with state -1. */
  error: string | null;
  /** ISO 8601, with state 2: when this client was told of the file. */
  mixingDateTime?: string;
  /** With state 2: the file. */
  links?: RecordingLinks;
}

/** Where the file of a recording is. */
export interface RecordingLinks {
  /** Address of one MP4 with all that was recorded. Whoever has it may play it, for a day by default. */
  mixin: string;
}

/** By recording id. */
export type RecordingSessions = Record<string, RecordingSession>;
