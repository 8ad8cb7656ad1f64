/** The `detail` of every event. */

import type { SkylinkError } from './errors.js';
import type { JsonValue, PeerId, RoomName, StreamId, TransferId } from './options.js';
import type {
  MediaInfo,
  MessageInfo,
  PeerInfo,
  PeerInfoBase,
  RecordingLinks,
  RoomInfo,
  SocketSession,
  StoredMessage,
  StreamMediaStatus,
  TransferError,
  TransferInfo,
} from './payload-parts.js';
import type { Statistics } from './statistics.js';
import type {
  CandidateGenerationState,
  CandidateProcessingState,
  DataChannelState,
  DataChannelType,
  DataTransferState,
  GetConnectionStatusState,
  GetPeersState,
  HandshakeProgress,
  MediaAccessFallbackState,
  PeerType,
  ReadyState,
  RecordingState,
  RtmpState,
  SocketFallback,
  SystemAction,
  SystemActionReason,
} from './values.js';

/** What most payloads have. */
interface RoomPeer {
  /** The room that it happened in. */
  room: RoomInfo;
  /** Whom it is about: the own id when it is about this client. */
  peerId: PeerId;
}

/** A peer came or left, or has something new. */
export interface PeerEventDetail extends RoomPeer {
  /** What is known of the peer now, as a copy. */
  peerInfo: PeerInfo;
  /** Whether the peer is this client. */
  isSelf: boolean;
}

/** Somebody came in. */
export interface PeerJoinedDetail extends PeerEventDetail {
  /** Own join only: an id of this client that `sendMessage` can sign messages with. */
  peerSessionId?: string;
}

/** What is told about a peer changed. */
export interface PeerUpdatedDetail {
  /** null while the own id is not known yet. */
  peerId: PeerId | null;
  /** What is known of the peer now, as a copy. */
  peerInfo: PeerInfo;
  /** Whether the peer is this client. */
  isSelf: boolean;
  /** Only after a remote track arrived. */
  room?: RoomInfo;
}

/** A media server came or left. */
export interface ServerPeerDetail extends RoomPeer {
  /** `mcu` for a media server. */
  serverPeerType: PeerType;
}

/** How far a call of `getPeers` is. */
export interface GetPeersDetail {
  /** `enquired`, `dispatched`, `received`. */
  state: GetPeersState;
  /** The own id; null for `dispatched`. */
  privilegePeerId: PeerId | null;
  /** Peer ids by room name; null for `enquired`. */
  peerList: Record<RoomName, PeerId[]> | null;
}

/** The state of the connection to a peer. */
export interface StateForPeer<State> {
  /** The new state. */
  state: State;
  /** The other side. */
  peerId: PeerId;
}

/** A room was lost with the socket. */
export interface SessionDisconnectDetail {
  /** The own id in that room. */
  peerId: PeerId;
  /** What was told of this client; its `room` says which room. */
  peerInfo: PeerInfo;
  /** Why the socket closed, in the words of Socket.IO. */
  reason: string;
}

/** How far reading the statistics of a peer is. */
export interface ConnectionStatusDetail {
  /** 0 begins, 1 done, -1 failed. */
  state: GetConnectionStatusState;
  /** The other side; `MCU` for a media server. */
  peerId: PeerId;
  /** With state 1. */
  stats?: Statistics;
  /** With state -1. */
  error?: unknown;
}

/** A stream that can be shown. */
export interface IncomingStreamDetail extends RoomPeer {
  /** For `srcObject`, or `window.attachMediaStream`. */
  stream: MediaStream;
  /** Its id, which other events and methods name it by. */
  streamId: StreamId;
  /** Whether it is an own one: show it without sound. */
  isSelf: boolean;
  /** Of the peer that sends it, as a copy. */
  peerInfo: PeerInfo;
  /** Whether it has a picture. */
  isVideo: boolean;
  /** Whether it has sound. */
  isAudio: boolean;
}

/** A stream that is over. */
export interface StreamEndedDetail {
  /** null for a prefetched stream. */
  room: RoomInfo | null;
  /** Who sent it; null for a prefetched stream. */
  peerId: PeerId | null;
  /** Of the peer that sent it; null for a prefetched stream. */
  peerInfo: PeerInfo | null;
  /** Whether it was an own one. */
  isSelf: boolean;
  /** Whether it showed a screen. Absent from `stopPrefetchedStream`. */
  isScreensharing?: boolean;
  /** Its id. */
  streamId: StreamId;
  /** Whether it had a picture. */
  isVideo: boolean;
  /** Whether it had sound. */
  isAudio: boolean;
  /** Only in what very old clients send. */
  options?: JsonValue;
}

/** A stream was muted or unmuted. */
export interface StreamMutedDetail {
  /** Whether it is an own one. */
  isSelf: boolean;
  /** Who sends it; null while the own id is not known yet. */
  peerId: PeerId | null;
  /** `mediaStatus[streamId]` is the new state. Without `room` on the muting side. */
  peerInfo: PeerInfoBase;
  /** Its id. */
  streamId: StreamId;
  /** Whether it shows a screen. */
  isScreensharing: boolean;
  /** Whether it is the sound that changed. */
  isAudio: boolean;
  /** Whether it is the picture that changed. */
  isVideo: boolean;
}

/** The browser gave a stream. */
export interface MediaAccessSuccessDetail {
  /** Of one kind. */
  stream: MediaStream;
  /** Its id. */
  streamId: StreamId;
  /** Whether it shows a screen. */
  isScreensharing: boolean;
  /** Whether video was asked for too, and refused. */
  isAudioFallback: boolean;
  /** Whether it has sound. */
  isAudio: boolean;
  /** Whether it has a picture. */
  isVideo: boolean;
}

/** The browser refused. */
export interface MediaAccessErrorDetail {
  /** The browser's error, such as a `NotAllowedError`. */
  error: unknown;
  /** Whether it was the second try, for audio alone. */
  isAudioFallbackError: boolean;
}

/** Audio alone is tried. */
export interface MediaAccessFallbackDetail {
  /** Why the first, or this, try failed. */
  error: unknown;
  /** 0 it is tried, -1 it was refused too. */
  state: MediaAccessFallbackState;
  /** Always true. */
  isAudioFallback: true;
}

/** An own stream was stopped. */
export interface MediaAccessStoppedDetail {
  /** Whether it showed a screen. */
  isScreensharing: boolean;
  /** Its id. */
  streamId: StreamId;
}

/** An own stream was muted or unmuted. */
export interface LocalMediaMutedDetail {
  /** Its id. */
  streamId: StreamId;
  /** Whether it shows a screen. */
  isScreensharing: boolean;
  /** The new state. */
  mediaStatus: StreamMediaStatus;
}

/** What became of a recording. */
export interface RecordingStateDetail {
  /** 0 began, 1 ended, 2 there is a file, -1 failed. */
  state: RecordingState;
  /** Which one. */
  recordingId: string;
  /** With state 2: where the file is. 2.7.2 does not tell. */
  link?: RecordingLinks;
  /** What the media server said, with state -1. */
  error?: unknown;
}

/** What became of a live stream. */
export interface RtmpStateDetail {
  /** 0 began, 1 ended, -1 failed. */
  state: RtmpState;
  /** Which one. */
  rtmpId: string;
  /** What the media server said, with state -1; else null. */
  error: Error | null;
}

/** In which size a remote video comes. */
export interface VideoLayerChangedDetail {
  /** The room. */
  room: RoomInfo;
  /** Whose video. */
  peerId: PeerId;
  /** Which one. */
  streamId: StreamId;
  /** Which of the sizes that its publisher sends comes, from 0, the smallest. */
  layer: number;
  /** How many sizes there are. */
  layers: number;
  /** Whether nothing comes because this client wanted that (`setVideoView`). */
  isPaused: boolean;
  /** Whether nothing comes for want of bandwidth. */
  isStarved: boolean;
}

/** Bytes that wait to be sent. */
export interface BufferAmount {
  /** Bytes now. */
  bufferedAmount: number;
  /** The same: the name that 2.7.2 has in its code. */
  bufferedAmountLow: number;
  /** At or below so many bytes the channel counts as drained. */
  bufferedAmountLowThreshold: number;
}

/** A data channel changed. */
export interface DataChannelStateDetail {
  /** What happened; `connecting` never comes. */
  state: DataChannelState;
  /** The other side. */
  peerId: PeerId;
  /** The channel's label. */
  channelName: string;
  /** `messaging` for the one that carries messages, `data` for one that carries a file. */
  channelType: DataChannelType;
  /** Closing, closed and buffered-amount-low only. */
  room?: RoomInfo;
  /** What waits to be sent. */
  bufferAmount: BufferAmount;
  /** Also under this misspelt key, for the create error only. */
  buferAmount?: BufferAmount;
  /** Send errors only; always "messaging". */
  messageType?: string;
  /** For `error`, `createError`, `sendMessageError`. */
  error?: unknown;
}

/** A message. `peerId` is the sender. */
export interface IncomingMessageDetail extends RoomPeer {
  /** The message, and how it came. */
  message: MessageInfo;
  /** Whether this client sent it. */
  isSelf: boolean;
  /** Of the sender, as a copy. */
  peerInfo: PeerInfo;
}

/** Messages that the server kept. */
export interface StoredMessagesDetail extends RoomPeer {
  /** The oldest first; those that could be read. */
  storedMessages: StoredMessage[];
  /** Always true. */
  isSelf: true;
  /** Of this client. */
  peerInfo: PeerInfo;
}

/** Two peers could not be introduced. */
export interface IntroduceStateDetail {
  /** Always `error`. */
  state: 'error';
  /** The own id. */
  privilegedPeerId: PeerId;
  /** One of the two. */
  sendingPeerId: PeerId;
  /** The other one. */
  receivingPeerId: PeerId;
  /** Text of the server. */
  reason: string;
}

/** The secrets of a room changed. */
export interface EncryptSecretsDetail extends RoomPeer {
  /** All secrets by id, as a copy. */
  encryptSecrets: Record<string, string>;
  /** Which one messages are sent with; empty for none. */
  selectedSecretId: string;
  /** Of this client, without `room`. */
  peerInfo: PeerInfoBase;
}

/** Whether own messages are stored. */
export interface PersistentMessageDetail extends RoomPeer {
  /** As set. */
  isPersistent: boolean;
  /** Of this client, without `room`. */
  peerInfo: PeerInfoBase;
}

/** A step of a file transfer. */
export interface DataTransferStateDetail {
  /** Which step. */
  state: DataTransferState;
  /** For `respondBlobRequest` and `cancelBlobTransfer`; null when it never began. */
  transferId: TransferId | null;
  /** The other side. */
  peerId: PeerId;
  /** The file and how far it is; null when it never began. */
  transferInfo: TransferInfo | null;
  /** For `rejected`, `userRejected`, `cancel`, `error`. */
  error?: TransferError;
}

/** A complete file. Not for one that was written to a stream of the app. */
export interface IncomingDataDetail {
  /** The file; at the sender the Blob that was sent. */
  data: Blob;
  /** Which transfer. */
  transferId: TransferId;
  /** The other side. */
  peerId: PeerId;
  /** About the file. */
  transferInfo: TransferInfo;
  /** Whether this client sent it. */
  isSelf: boolean;
}

/** A transfer is asked for. */
export interface IncomingDataRequestDetail {
  /** For `respondBlobRequest`. */
  transferId: TransferId;
  /** Who sends. */
  peerId: PeerId;
  /** About the file. */
  transferInfo: TransferInfo;
  /** Whether this client sends it. */
  isSelf: boolean;
}

/** What becomes of a candidate of a peer. */
export interface CandidateProcessingDetail extends RoomPeer {
  /** Which step. */
  state: CandidateProcessingState;
  /** `can-` and its foundation. */
  candidateId: string;
  /** `host`, `srflx`, `prflx` or `relay`. */
  candidateType: string;
  /** The bare candidate text when state is "buffered". */
  candidate: { candidate: string; sdpMid: string | null; sdpMLineIndex: number | null } | string;
  /** For `processError` and `dropped`; else null. */
  error: Error | null;
}

/** Gathering own candidates. */
export interface CandidateGenerationDetail extends RoomPeer {
  /** `new`, `gathering`, `complete`. */
  state: CandidateGenerationState | RTCIceGatheringState;
}

/** All candidates of a peer are there. */
export interface CandidatesGatheredDetail extends RoomPeer {
  /** How many were announced, came, and were handed to the browser. */
  candidatesLength: { expected: number; received: number; processed: number };
}

/** A step of a handshake. */
export interface HandshakeProgressDetail {
  /** The own id for messages just sent, the other side's id for messages just taken in. */
  peerId: PeerId | null;
  /** Which step. */
  state: HandshakeProgress;
  /** The room that it happened in. */
  room: RoomInfo;
  /** For `error`; null or absent else. */
  error?: unknown;
}

/** How far joining is. */
export interface ReadyStateDetail {
  /** 0 constructed, 1 joining, 2 the API said yes, -1 failed. */
  readyState: ReadyState;
  /** With -1: the HTTP status (or -2, -1), the error, and which of READY_STATE_CHANGE_ERROR. */
  error: { status: number; content: Error; errorCode: number } | null;
  /** null, `{ roomName }`, the bare name or a RoomInfo, depending on the step. */
  room: null | string | { roomName: RoomName } | RoomInfo;
}

/** The lock of a room changed. `peerId` is who did it. */
export interface RoomLockDetail extends RoomPeer {
  /** Whether it is locked now. */
  isLocked: boolean;
  /** Of the peer that did it. */
  peerInfo: PeerInfo;
  /** Whether this client did it. */
  isSelf: boolean;
}

/** The socket to the signalling server. */
export interface ChannelDetail {
  /** How it is connected, as a copy. */
  socketSession: SocketSession;
  /** The socket's id, or the own id; null before there is one. */
  peerId: PeerId | string | null;
}

/** The socket closed. */
export interface ChannelCloseDetail extends ChannelDetail {
  /** Why, in the words of Socket.IO. */
  reason: string;
}

/** The socket reported an error. */
export interface ChannelErrorDetail extends ChannelDetail {
  /** An error with the code `SOCKET_ERROR`. */
  error: unknown;
}

/** A message of the signalling server. */
export interface ChannelMessageDetail {
  /** The message as received: JSON text. */
  message: string;
  /** How the socket is connected, as a copy. */
  socketSession: SocketSession;
}

/** The socket could not be opened. */
export interface SocketErrorDetail {
  /** How it was tried, as a copy. */
  session: SocketSession;
  /** One of SOCKET_ERROR. */
  errorCode: number;
  /** Which way was tried last. */
  type: SocketFallback | null;
  /** Why. */
  error: unknown;
}

/** The server refuses or warns. */
export interface SystemActionDetail {
  /** `reject`, or `warning`. */
  action: SystemAction;
  /** Text of the server. The documentation calls this key `message`. */
  info: string;
  /** Why: one of SYSTEM_ACTION_REASON. */
  reason: SystemActionReason | string;
  /** The room's key. */
  rid: string;
}

/** The description of a medium was removed. */
export interface MediaInfoDeletedDetail {
  /** As it was last. */
  mediaInfo: MediaInfo;
}

/**
 * The WebAssembly part stopped for good: a defect of the SDK. Every pending promise is rejected, every
 * connection closed, every captured track stopped. The next call starts a fresh instance.
 */
export interface FatalDetail {
  /** Its code is `ENGINE_DIED`. */
  error: SkylinkError;
  /** Joins the rooms that were joined once more, with the same options. */
  rejoin(): Promise<unknown[]>;
}
