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
  VideoLayerChangedDetail,
} from './event-details.js';
import type { IceConnectionState, PeerConnectionState } from './values.js';

/** What a listener gets. */
export interface SkylinkEvent<Detail> {
  /** The event's value, such as `peerJoined`. */
  readonly type: string;
  /** The payload. */
  readonly detail: Detail;
}

/** A function that is called with each event. */
export type SkylinkListener<Detail> = (evt: SkylinkEvent<Detail>) => void;

/** Payloads by event value. Events missing here have a constant and are never dispatched. */
export interface SkylinkEventDetailMap {
  /**
   * A stream can be shown. Own (`isSelf: true`): after the own `peerJoined` for streams that were
   * captured before, later with each new one. Of others: when all its tracks are there. Streams
   * have one kind each: audio and video come as two events.
   */
  onIncomingStream: IncomingStreamDetail;
  /** As `onIncomingStream`, for a shared screen. */
  onIncomingScreenStream: IncomingStreamDetail;
  /**
   * A stream is over. Own: stopped by a method, by leaving, by the browser's own button, or because
   * the device was unplugged. Of others: they stopped it.
   */
  streamEnded: StreamEndedDetail;
  /**
   * A stream was muted or unmuted: `peerInfo.mediaStatus[streamId]` says which. Here after
   * `localMediaMuted` and `peerUpdated`, at the others before `peerUpdated`.
   */
  streamMuted: StreamMutedDetail;
  /** What is told about a peer changed: custom data, mute state, streams. */
  peerUpdated: PeerUpdatedDetail;
  /**
   * This client was let in (`isSelf: true`), or another peer is there. Comes before any other event
   * about that peer. In a room with a media server each peer that was there before is told too.
   */
  peerJoined: PeerJoinedDetail;
  /** A peer left; for this client at the end of `leaveRoom`, after `channelClose`. */
  peerLeft: PeerEventDetail;
  /** The state of a connection, or of its negotiation, changed. The same value may come twice. */
  peerConnectionState: StateForPeer<
    PeerConnectionState | RTCSignalingState | RTCPeerConnectionState
  >;
  /** The media server of the room is there. */
  serverPeerJoined: ServerPeerDetail;
  /** The media server left, or this client left its room. */
  serverPeerLeft: ServerPeerDetail;
  /**
   * `getPeers` was called (`enquired`), its answer came (`dispatched`), and was taken (`received`).
   */
  getPeersStateChange: GetPeersDetail;
  /** The server could not introduce two peers to each other, for a privileged client. */
  introduceStateChange: IntroduceStateDetail;
  /**
   * The socket was lost while in a room, and not by `leaveRoom`; once for each room, after
   * `channelClose`. The rooms are gone: to come back, join again.
   */
  sessionDisconnect: SessionDisconnectDetail;
  /** `getConnectionStatus` begins to read a connection, and ends. */
  getConnectionStatusStateChange: ConnectionStatusDetail;
  /** A data channel opened, is closing, closed, drained, or failed. */
  dataChannelState: DataChannelStateDetail;
  /**
   * A message came, over the server or a data channel; or the own one was sent (`isSelf: true`).
   */
  onIncomingMessage: IncomingMessageDetail;
  /** The answer to `getStoredMessages`. */
  storedMessages: StoredMessagesDetail;
  /** A secret was added, deleted or selected by this client. */
  encryptSecretsUpdated: EncryptSecretsDetail;
  /** `setMessagePersistence` has taken effect. */
  persistentMessageState: PersistentMessageDetail;
  /**
   * A step of a file transfer, with one peer, on both sides. Sender: `userRequest`,
   * `uploadStarted`, `uploading` …, `uploadCompleted`. Receiver: `request`, `downloadStarted`,
   * `downloading` …, `downloadCompleted`. Or it ends with `rejected` (at the sender) and
   * `userRejected` (at the receiver), `cancel`, `error`. `uploading` and `downloading` come with
   * each chunk, and to and from clients of this SDK ten times a second at most.
   */
  dataTransferState: DataTransferStateDetail;
  /**
   * A transfer is complete: at the receiver before `downloadCompleted`, at the sender after
   * `uploadCompleted`.
   */
  onIncomingData: IncomingDataDetail;
  /** A transfer is asked for: on both sides, just before `userRequest` and `request`. */
  onIncomingDataRequest: IncomingDataRequestDetail;
  /**
   * A candidate of a peer: `received`, then `processing` and `processSuccess` or `processError`; or
   * `buffered` first, or `dropped`.
   */
  candidateProcessingState: CandidateProcessingDetail;
  /** Gathering own candidates begins and ends, once each for every round. */
  candidateGenerationState: CandidateGenerationDetail;
  /** All candidates that a peer announced are there. */
  candidatesGathered: CandidatesGatheredDetail;
  /**
   * The ICE state of a connection changed. At `failed` ICE is restarted by itself, several times if need
   * be; in Firefox a peer whose connection had worked leaves and joins anew. `refreshConnection` restarts it
   * at once, at `disconnected` too.
   */
  iceConnectionState: StateForPeer<IceConnectionState | RTCIceConnectionState>;
  /**
   * A step of the handshake with a peer. Sent by this client, with its own id: `enter`, `offer`,
   * `answer`, `answerAck`. Taken in, with the peer's id: `welcome`, `offer`, `answer`, `answerAck`.
   * `error` when a step failed.
   */
  handshakeProgress: HandshakeProgressDetail;
  /** How far joining is: 0 constructed, 1 `joinRoom` called, 2 the API said yes, -1 it failed. */
  readyStateChange: ReadyStateDetail;
  /** The room was locked or unlocked, by this client (at once) or another. */
  roomLock: RoomLockDetail;
  /** The socket is open. */
  channelOpen: ChannelDetail;
  /**
   * The socket is closed, for whatever reason; before `sessionDisconnect` and the own `peerLeft`.
   */
  channelClose: ChannelCloseDetail;
  /** The socket reported an error. */
  channelError: ChannelErrorDetail;
  /**
   * A message of the server came, told before the SDK acts on it. For looking into what goes on.
   */
  channelMessage: ChannelMessageDetail;
  /** The socket could not be opened. */
  socketError: SocketErrorDetail;
  /** The server refuses (`reject`) or warns (`warning`). */
  systemAction: SystemActionDetail;
  /**
   * The browser refused audio and video together, and audio alone is tried (0), or was refused too
   * (-1); see the option `audioFallback`.
   */
  mediaAccessFallback: MediaAccessFallbackDetail;
  /** An own stream was stopped; after its `streamEnded`. */
  mediaAccessStopped: MediaAccessStoppedDetail;
  /** The browser gave a stream; once for each kind. Not for streams that the app brought. */
  mediaAccessSuccess: MediaAccessSuccessDetail;
  /** The browser refused camera or microphone. */
  mediaAccessError: MediaAccessErrorDetail;
  /** A recording began (0), ended (1) or failed (-1), whoever asked for it. */
  recordingState: RecordingStateDetail;
  /** A live stream began (0), ended (1) or failed (-1). */
  rtmpState: RtmpStateDetail;
  /** An own stream was muted or unmuted. */
  localMediaMuted: LocalMediaMutedDetail;
  /** The description of a medium was removed: its stream has ended. */
  mediaInfoDeleted: MediaInfoDeletedDetail;
  /**
   * In a room with a media server, a remote video comes in another size, was paused, or goes on. Not an
   * event of skylinkjs and without a constant.
   */
  videoLayerChanged: VideoLayerChangedDetail;
  /**
   * The WebAssembly part stopped because of a defect of the SDK. Not an event of skylinkjs and without
   * a constant.
   */
  fatal: FatalDetail;
}

/** A name without a known payload: any text, and `undefined`, which old apps pass by mistake. */
export type OtherEventName<N> = N extends keyof SkylinkEventDetailMap ? never : N;

/**
 * Listeners for the events of all rooms of the page, whichever instance joined them. They are called
 * at once, in the order in which they were added. One that throws is logged and stops nobody; one that
 * is added twice is called twice. Payloads are copies, but for streams, blobs and errors.
 */
export interface EventManager {
  /**
   * Adds a listener. The payload's type follows from the name, be it a text or a constant.
   * @example
   * SkylinkEventManager.addEventListener(SkylinkEvents.PEER_JOINED, ({ detail }) => {
   *   console.log(detail.isSelf ? 'I am in' : 'Somebody came', detail.peerInfo.userData);
   * });
   */
  addEventListener<K extends keyof SkylinkEventDetailMap>(
    eventName: K,
    callback: SkylinkListener<SkylinkEventDetailMap[K]>,
  ): void;
  addEventListener<N extends string | undefined>(
    eventName: OtherEventName<N>,
    callback: SkylinkListener<any>,
  ): void;
  /** Takes off a listener, as often as it was added: the same function under the same name. */
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
  /** Who listens to what, for looking. */
  readonly events: Record<string, { callbacks: Array<SkylinkListener<any>> }>;
  /** The listeners of the SDK itself, for looking. */
  readonly privateEvents: Record<string, { callbacks: Array<SkylinkListener<any>> }>;
}
