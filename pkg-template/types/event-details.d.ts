/** The `detail` of every event. */

import type { SkylinkError } from './errors.js';
import type { JsonValue, PeerId, RoomName, StreamId, TransferId } from './options.js';
import type {
  MediaInfo,
  MessageInfo,
  PeerInfo,
  PeerInfoBase,
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

interface RoomPeer {
  room: RoomInfo;
  peerId: PeerId;
}

export interface PeerEventDetail extends RoomPeer {
  peerInfo: PeerInfo;
  isSelf: boolean;
}

export interface PeerJoinedDetail extends PeerEventDetail {
  /** Own join only. */
  peerSessionId?: string;
}

export interface PeerUpdatedDetail {
  /** null while the own id is not known yet. */
  peerId: PeerId | null;
  peerInfo: PeerInfo;
  isSelf: boolean;
  /** Only after a remote track arrived. */
  room?: RoomInfo;
}

export interface ServerPeerDetail extends RoomPeer {
  serverPeerType: PeerType;
}

export interface GetPeersDetail {
  state: GetPeersState;
  privilegePeerId: PeerId | null;
  peerList: Record<RoomName, PeerId[]> | null;
}

export interface StateForPeer<State> {
  state: State;
  peerId: PeerId;
}

export interface SessionDisconnectDetail {
  peerId: PeerId;
  peerInfo: PeerInfo;
  reason: string;
}

export interface ConnectionStatusDetail {
  state: GetConnectionStatusState;
  peerId: PeerId;
  stats?: Statistics;
  error?: unknown;
}

export interface IncomingStreamDetail extends RoomPeer {
  stream: MediaStream;
  streamId: StreamId;
  isSelf: boolean;
  peerInfo: PeerInfo;
  isVideo: boolean;
  isAudio: boolean;
}

export interface StreamEndedDetail {
  room: RoomInfo | null;
  peerId: PeerId | null;
  peerInfo: PeerInfo | null;
  isSelf: boolean;
  /** Absent from `stopPrefetchedStream`. */
  isScreensharing?: boolean;
  streamId: StreamId;
  isVideo: boolean;
  isAudio: boolean;
  /** Old clients' "stream" message only. */
  options?: JsonValue;
}

export interface StreamMutedDetail {
  isSelf: boolean;
  peerId: PeerId | null;
  /** Without `room` on the muting side. */
  peerInfo: PeerInfoBase;
  streamId: StreamId;
  isScreensharing: boolean;
  isAudio: boolean;
  isVideo: boolean;
}

export interface MediaAccessSuccessDetail {
  stream: MediaStream;
  streamId: StreamId;
  isScreensharing: boolean;
  isAudioFallback: boolean;
  isAudio: boolean;
  isVideo: boolean;
}

export interface MediaAccessErrorDetail {
  error: unknown;
  isAudioFallbackError: boolean;
}

export interface MediaAccessFallbackDetail {
  error: unknown;
  state: MediaAccessFallbackState;
  isAudioFallback: true;
}

export interface MediaAccessStoppedDetail {
  isScreensharing: boolean;
  streamId: StreamId;
}

export interface LocalMediaMutedDetail {
  streamId: StreamId;
  isScreensharing: boolean;
  /** The SDK's own object: later changes show through. */
  mediaStatus: StreamMediaStatus;
}

export interface RecordingStateDetail {
  state: RecordingState;
  recordingId: string;
  error?: unknown;
}

export interface RtmpStateDetail {
  state: RtmpState;
  rtmpId: string;
  error: Error | null;
}

/** Bytes that wait to be sent. */
export interface BufferAmount {
  bufferedAmount: number;
  /** The same: the name that 2.7.2 has in its code. */
  bufferedAmountLow: number;
  bufferedAmountLowThreshold: number;
}

export interface DataChannelStateDetail {
  state: DataChannelState;
  peerId: PeerId;
  channelName: string;
  channelType: DataChannelType;
  /** Closing, closed and buffered-amount-low only. */
  room?: RoomInfo;
  bufferAmount: BufferAmount;
  /** Also under this misspelt key, for the create error only. */
  buferAmount?: BufferAmount;
  /** Send errors only; always "messaging". */
  messageType?: string;
  error?: unknown;
}

export interface IncomingMessageDetail extends RoomPeer {
  message: MessageInfo;
  isSelf: boolean;
  peerInfo: PeerInfo;
}

export interface StoredMessagesDetail extends RoomPeer {
  storedMessages: StoredMessage[];
  isSelf: true;
  peerInfo: PeerInfo;
}

export interface IntroduceStateDetail {
  state: 'error';
  privilegedPeerId: PeerId;
  sendingPeerId: PeerId;
  receivingPeerId: PeerId;
  reason: string;
}

export interface EncryptSecretsDetail extends RoomPeer {
  /** Secrets by id. */
  encryptSecrets: Record<string, string>;
  selectedSecretId: string;
  peerInfo: PeerInfoBase;
}

export interface PersistentMessageDetail extends RoomPeer {
  isPersistent: boolean;
  peerInfo: PeerInfoBase;
}

export interface DataTransferStateDetail {
  state: DataTransferState;
  transferId: TransferId | null;
  /** The other side. */
  peerId: PeerId;
  transferInfo: TransferInfo | null;
  error?: TransferError;
}

/** Not for a file that was written to a stream of the app. */
export interface IncomingDataDetail {
  data: Blob;
  transferId: TransferId;
  peerId: PeerId;
  transferInfo: TransferInfo;
  isSelf: boolean;
}

export interface IncomingDataRequestDetail {
  transferId: TransferId;
  /** Who sends. */
  peerId: PeerId;
  transferInfo: TransferInfo;
  isSelf: boolean;
}

export interface CandidateProcessingDetail extends RoomPeer {
  state: CandidateProcessingState;
  candidateId: string;
  candidateType: string;
  /** The bare candidate text when state is "buffered". */
  candidate: { candidate: string; sdpMid: string | null; sdpMLineIndex: number | null } | string;
  error: Error | null;
}

export interface CandidateGenerationDetail extends RoomPeer {
  state: CandidateGenerationState | RTCIceGatheringState;
}

export interface CandidatesGatheredDetail extends RoomPeer {
  candidatesLength: { expected: number; received: number; processed: number };
}

export interface HandshakeProgressDetail {
  /** The own id for messages just sent, the other side's id for messages just taken in. */
  peerId: PeerId | null;
  state: HandshakeProgress;
  room: RoomInfo;
  error?: unknown;
}

export interface ReadyStateDetail {
  readyState: ReadyState;
  error: { status: number; content: Error; errorCode: number } | null;
  /** null, `{ roomName }`, the bare name or a RoomInfo, depending on the step. */
  room: null | string | { roomName: RoomName } | RoomInfo;
}

export interface RoomLockDetail extends RoomPeer {
  isLocked: boolean;
  peerInfo: PeerInfo;
  isSelf: boolean;
}

export interface ChannelDetail {
  socketSession: SocketSession;
  peerId: PeerId | string | null;
}

export interface ChannelCloseDetail extends ChannelDetail {
  reason: string;
}

export interface ChannelErrorDetail extends ChannelDetail {
  error: unknown;
}

export interface ChannelMessageDetail {
  /** The message as received: JSON text. */
  message: string;
  socketSession: SocketSession;
}

export interface SocketErrorDetail {
  session: SocketSession;
  errorCode: number;
  type: SocketFallback | null;
  error: unknown;
}

export interface SystemActionDetail {
  action: SystemAction;
  /** Text of the server. The documentation calls this key `message`. */
  info: string;
  reason: SystemActionReason | string;
  rid: string;
}

export interface MediaInfoDeletedDetail {
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
