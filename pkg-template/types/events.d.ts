/** Events by name, and the manager that delivers them. */

import type {
  CandidateGenerationDetail,
  CandidateProcessingDetail,
  CandidatesGatheredDetail,
  ChannelCloseDetail,
  ChannelDetail,
  ChannelErrorDetail,
  ChannelMessageDetail,
  ConnectionStatusDetail,
  DataChannelStateDetail,
  DataTransferStateDetail,
  FatalDetail,
  EncryptSecretsDetail,
  GetPeersDetail,
  HandshakeProgressDetail,
  IncomingDataDetail,
  IncomingDataRequestDetail,
  IncomingMessageDetail,
  IncomingStreamDetail,
  IntroduceStateDetail,
  LocalMediaMutedDetail,
  MediaAccessErrorDetail,
  MediaAccessFallbackDetail,
  MediaAccessStoppedDetail,
  MediaAccessSuccessDetail,
  MediaInfoDeletedDetail,
  PeerEventDetail,
  PeerJoinedDetail,
  PeerUpdatedDetail,
  PersistentMessageDetail,
  ReadyStateDetail,
  RecordingStateDetail,
  RoomLockDetail,
  RtmpStateDetail,
  ServerPeerDetail,
  SessionDisconnectDetail,
  SocketErrorDetail,
  StateForPeer,
  StoredMessagesDetail,
  StreamEndedDetail,
  StreamMutedDetail,
  SystemActionDetail,
} from './event-details.js';
import type { IceConnectionState, PeerConnectionState } from './values.js';

/** What a listener gets. */
export type SkylinkEvent<Detail> = CustomEvent<Detail>;

export type SkylinkListener<Detail> = (evt: SkylinkEvent<Detail>) => void;

/** Payloads by event value. Events missing here have a constant and are never dispatched. */
export interface SkylinkEventDetailMap {
  onIncomingStream: IncomingStreamDetail;
  onIncomingScreenStream: IncomingStreamDetail;
  streamEnded: StreamEndedDetail;
  streamMuted: StreamMutedDetail;
  peerUpdated: PeerUpdatedDetail;
  peerJoined: PeerJoinedDetail;
  peerLeft: PeerEventDetail;
  peerConnectionState: StateForPeer<
    PeerConnectionState | RTCSignalingState | RTCPeerConnectionState
  >;
  serverPeerJoined: ServerPeerDetail;
  serverPeerLeft: ServerPeerDetail;
  getPeersStateChange: GetPeersDetail;
  introduceStateChange: IntroduceStateDetail;
  sessionDisconnect: SessionDisconnectDetail;
  getConnectionStatusStateChange: ConnectionStatusDetail;
  dataChannelState: DataChannelStateDetail;
  onIncomingMessage: IncomingMessageDetail;
  storedMessages: StoredMessagesDetail;
  encryptSecretsUpdated: EncryptSecretsDetail;
  persistentMessageState: PersistentMessageDetail;
  dataTransferState: DataTransferStateDetail;
  onIncomingData: IncomingDataDetail;
  onIncomingDataRequest: IncomingDataRequestDetail;
  candidateProcessingState: CandidateProcessingDetail;
  candidateGenerationState: CandidateGenerationDetail;
  candidatesGathered: CandidatesGatheredDetail;
  iceConnectionState: StateForPeer<IceConnectionState | RTCIceConnectionState>;
  handshakeProgress: HandshakeProgressDetail;
  readyStateChange: ReadyStateDetail;
  roomLock: RoomLockDetail;
  channelOpen: ChannelDetail;
  channelClose: ChannelCloseDetail;
  channelError: ChannelErrorDetail;
  channelMessage: ChannelMessageDetail;
  socketError: SocketErrorDetail;
  systemAction: SystemActionDetail;
  mediaAccessFallback: MediaAccessFallbackDetail;
  mediaAccessStopped: MediaAccessStoppedDetail;
  mediaAccessSuccess: MediaAccessSuccessDetail;
  mediaAccessError: MediaAccessErrorDetail;
  recordingState: RecordingStateDetail;
  rtmpState: RtmpStateDetail;
  localMediaMuted: LocalMediaMutedDetail;
  mediaInfoDeleted: MediaInfoDeletedDetail;
  /** Not an event of skylinkjs and without a constant. */
  fatal: FatalDetail;
}

/** A name without a known payload: any text, and `undefined`, which old apps pass by mistake. */
export type OtherEventName<N> = N extends keyof SkylinkEventDetailMap ? never : N;

export interface EventManager {
  addEventListener<K extends keyof SkylinkEventDetailMap>(
    eventName: K,
    callback: SkylinkListener<SkylinkEventDetailMap[K]>,
  ): void;
  addEventListener<N extends string | undefined>(
    eventName: OtherEventName<N>,
    callback: SkylinkListener<any>,
  ): void;
  removeEventListener<K extends keyof SkylinkEventDetailMap>(
    eventName: K,
    callback: SkylinkListener<SkylinkEventDetailMap[K]>,
  ): void;
  removeEventListener<N extends string | undefined>(
    eventName: OtherEventName<N>,
    callback: SkylinkListener<any>,
  ): void;
  /** Reachable, meant for the SDK itself. Note the doubled `detail`. */
  dispatchEvent(evt: { name: string; detail: { detail: unknown } }): void;
  /** Reachable, meant for the SDK itself. */
  addPrivateEventListener(eventName: string, callback: SkylinkListener<any>): void;
  /** Reachable, meant for the SDK itself. */
  removePrivateEventListener(eventName: string, callback: SkylinkListener<any>): void;
  /** Reachable, meant for the SDK itself. */
  addListener(eventName: string, callback: SkylinkListener<any>, isPrivate: boolean): void;
  /** Reachable, meant for the SDK itself. */
  removeListener(eventName: string, callback: SkylinkListener<any>, isPrivate: boolean): void;
  readonly events: Record<string, { callbacks: Array<SkylinkListener<any>> }>;
  readonly privateEvents: Record<string, { callbacks: Array<SkylinkListener<any>> }>;
}
