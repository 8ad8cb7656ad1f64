// The surface of skylinkjs 2.7.2 as plain shapes, to which the types of this package must fit.
import Skylink, { SkylinkEventManager } from 'skylinkjs';
import type { SkylinkEvent, SkylinkEventDetailMap, SkylinkEventNames } from 'skylinkjs';

type Peers = string | string[] | null;
type Pair = [MediaStream | null, MediaStream | null];
type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };
type Ids = Record<string, unknown>;
interface Kinds {
  audio?: boolean | object;
  video?: boolean | object;
}

/** Every method with what apps pass and what they get. */
interface Methods {
  cancelBlobTransfer(
    room: string,
    peer: string,
    transfer: string,
  ): Promise<{ peerId: string; transferId: string }>;
  deleteEncryptSecrets(room: string, secret?: string): void;
  generateUUID(): string;
  getConnectionStatus(room: string, peers?: Peers): Promise<Array<object | null>>;
  getEncryptSecrets(room: string): Record<string, string>;
  getMessagePersistence(room: string): boolean;
  getPeerInfo(room: string, peer?: string | null): { userData: unknown } | null | undefined;
  getPeers(room: string, showAll?: boolean): Promise<Record<string, string[]>> | null;
  getPeersCustomSettings(room: string): Ids | null;
  getPeersDataChannels(room: string): Ids | null;
  getPeersInRoom(room: string): Record<string, { isSelf: boolean; userData: unknown }> | null;
  getRecordings(room: string): Record<string, { active: boolean }> | null;
  getSdkVersion(): string;
  getSelectedSecret(room: string, secret?: string): string;
  getStoredMessages(room: string, session?: string): void;
  getStreams(
    room: string,
    own?: boolean,
  ): Record<string, { isSelf?: true; streams: object }> | null;
  getStreamSources(): Promise<{
    audio: { input: unknown[]; output: unknown[] };
    video: { input: unknown[] };
  }>;
  getUserData(room: string, peer?: string): Json | undefined;
  getUserMedia(constraints: MediaStreamConstraints): Promise<Pair>;
  getUserMedia(room: null, constraints: MediaStreamConstraints): Promise<Pair>;
  getUserMedia(room: string, options: { audio: true }): Promise<Pair> | undefined;
  joinRoom(
    options?: Kinds & { roomName?: string; userData?: Json },
    streams?: MediaStream | Array<MediaStream | null> | null,
  ): Promise<Pair | null>;
  leaveAllRooms(stop?: boolean): Promise<string[]>;
  leaveRoom(room: string, stop?: boolean): Promise<string> | null;
  lockRoom(room: string): undefined | null;
  muteStreams(
    room: string,
    options?: { audioMuted?: boolean | number; videoMuted?: boolean | number },
    stream?: string,
  ): undefined | null;
  refreshConnection(
    room: string,
    peers?: Peers,
    iceRestart?: boolean | null,
    options?: { bandwidth?: { audio?: number; video?: number; data?: number } },
  ): Promise<{ listOfPeers: string[] }>;
  refreshConnection(room: string, iceRestart: boolean): Promise<{ listOfPeers: string[] }>;
  refreshDatachannel(room: string, peer: string): undefined | null;
  respondBlobRequest(
    room: string,
    peer: string,
    transfer: string,
    accept: boolean,
  ): Promise<Record<string, object>>;
  sendBlobData(room: string, data: Blob, peers?: Peers, timeout?: number): Promise<object[]>;
  sendMessage(room: string, message: string, peers?: Peers, session?: string): void;
  sendP2PMessage(room: string, message: Json, peers?: Peers): void;
  sendStream(room: string, streams: MediaStream[]): Promise<Pair[]>;
  sendStream(room: string, stream: MediaStream): Promise<Pair>;
  setEncryptSecret(room: string, secret: string, id: string): void;
  setMessagePersistence(room: string, isPersistent: boolean): void;
  setSelectedSecret(room: string, id?: string): void;
  setUserData(room: string, data: Json): undefined | null;
  shareScreen(room: string, options?: object | boolean | null): Promise<MediaStream | null> | null;
  startRecording(room: string): Promise<string> | null;
  startRTMPSession(room: string, stream: string, endpoint: string): Promise<string> | null;
  stopPrefetchedStream(stream?: MediaStream | null): null;
  stopRecording(room: string): Promise<string> | null;
  stopRTMPSession(room: string, session: string): Promise<string> | null;
  stopScreen(room: string): null;
  stopStreams(room: string, stream?: string): Promise<void> | null;
  unlockRoom(room: string): undefined | null;
}

interface Room {
  room: { id: string; roomName: string; roomSessionId: string; isLocked: boolean };
}
interface OfPeer {
  peerId: string;
}
interface Peer extends OfPeer {
  peerInfo: { userData: unknown; mediaStatus: object; agent: { name: string } };
  isSelf: boolean;
}
interface State extends OfPeer {
  state: string;
}
interface Media {
  streamId: string;
  isAudio: boolean;
  isVideo: boolean;
}
interface Socket {
  socketSession: { protocol: string };
}
interface Transfer extends OfPeer {
  transferId: string;
  transferInfo: { name: string; size: number; percentage: number };
}

/** The payload of every event that 2.7.2 documents. */
interface Payloads {
  onIncomingStream: Room & Peer & Media & { stream: MediaStream };
  onIncomingScreenStream: Room & Peer & Media & { stream: MediaStream };
  streamEnded: Media & { isSelf: boolean; peerId: string | null };
  streamMuted: Media & { isSelf: boolean; isScreensharing: boolean };
  peerUpdated: { peerId: string | null; peerInfo: object; isSelf: boolean };
  peerJoined: Room & Peer & { peerSessionId?: string };
  peerLeft: Room & Peer;
  peerConnectionState: State;
  serverPeerJoined: Room & OfPeer & { serverPeerType: string };
  serverPeerLeft: Room & OfPeer & { serverPeerType: string };
  getPeersStateChange: { state: string; peerList: Record<string, string[]> | null };
  sessionDisconnect: OfPeer & { peerInfo: object; reason: string };
  getConnectionStatusStateChange: OfPeer & { state: number; stats?: object };
  dataChannelState: State & { channelName: string; channelType: string };
  onIncomingMessage: Room & Peer & { message: { senderPeerId: string; isPrivate: boolean } };
  storedMessages: Room & Peer & { storedMessages: Array<{ timeStamp: string }> };
  encryptSecretsUpdated: Room & OfPeer & { encryptSecrets: Record<string, string> };
  persistentMessageState: Room & OfPeer & { isPersistent: boolean };
  dataTransferState: OfPeer & { state: string };
  onIncomingData: Transfer & { data: Blob | string; isSelf: boolean };
  onIncomingDataRequest: Transfer & { isSelf: boolean };
  candidateProcessingState: Room & State & { candidateId: string; candidateType: string };
  candidateGenerationState: Room & State;
  candidatesGathered: Room & OfPeer & { candidatesLength: { expected: number } };
  iceConnectionState: State;
  handshakeProgress: Room & { state: string; peerId: string | null };
  readyStateChange: { readyState: number; error: { errorCode: number; content: Error } | null };
  roomLock: Room & Peer & { isLocked: boolean };
  channelOpen: Socket;
  channelClose: Socket & { reason: string };
  channelError: Socket & { error: unknown };
  channelMessage: Socket & { message: string };
  socketError: { errorCode: number; error: unknown };
  systemAction: { action: string; info: string; reason: string; rid: string };
  mediaAccessFallback: { state: number; error: unknown };
  mediaAccessStopped: { streamId: string; isScreensharing: boolean };
  mediaAccessSuccess: Media & { stream: MediaStream; isScreensharing: boolean };
  mediaAccessError: { error: unknown; isAudioFallbackError: boolean };
  recordingState: { state: number; recordingId: string };
  rtmpState: { state: number; rtmpId: string };
  localMediaMuted: { streamId: string; mediaStatus: { audioMuted: number; videoMuted: number } };
  mediaInfoDeleted: { mediaInfo: { publisherId: string; mediaId: string } };
}

const skylink = new Skylink('key');
export const methods: Methods = skylink;

declare const details: SkylinkEventDetailMap;
export const payloads: Payloads = details;

type Values<T> = T[keyof T];
type NeverDispatched =
  | ['dataStreamState', 'onIncomingDataStream', 'onIncomingDataStreamStarted']
  | ['onIncomingDataStreamStopped', 'channelReopen', 'channelRetry', 'mediaAccessRequired']
  | ['introduceStateChange', 'bye', 'loggedOnConsole', 'roomRejoin'];

/** `true`, or the names that are left over, which makes the assignment fail. */
type Nothing<Left> = [Left] extends [never] ? true : Left;

/** No event is forgotten. */
export const eventsLeft: Nothing<
  Exclude<Values<SkylinkEventNames>, keyof Payloads | NeverDispatched[number]>
> = true;
export const payloadsLeft: Nothing<
  Exclude<
    keyof SkylinkEventDetailMap,
    keyof Payloads | 'introduceStateChange' | 'videoLayerChanged' | 'fatal'
  >
> = true;

/** No method is forgotten, and none is there that 2.7.2 does not have, but for our own. */
type Own =
  | 'on'
  | 'once'
  | 'off'
  | 'destroy'
  | 'setVideoView'
  | typeof Symbol.dispose
  | typeof Symbol.asyncDispose;
export const methodsLeft: Nothing<Exclude<keyof Skylink, keyof Methods | Own>> = true;

/** `any` fits everything: where it stands, nothing above says anything. */
type IsAny<T> = 0 extends 1 & T ? true : false;
/** Names of members that are `any`, down to where `Depth` runs out. */
type AnyMembers<T, Depth extends unknown[] = [1, 1, 1, 1, 1]> =
  IsAny<T> extends true
    ? 'any'
    : Depth extends [unknown, ...infer Rest]
      ? T extends readonly (infer Element)[]
        ? AnyMembers<Element, Rest>
        : T extends Blob | MediaStream | RTCIceCandidate | AbortSignal | Function
          ? never
          : T extends object
            ? { [K in keyof T]-?: [AnyMembers<T[K], Rest>] extends [never] ? never : K }[keyof T]
            : never
      : never;
type WithAny<T> = {
  [K in keyof T]-?: [AnyMembers<T[K]>] extends [never] ? never : K;
}[keyof T];

export const payloadsWithAny: Nothing<WithAny<SkylinkEventDetailMap>> = true;
type Calls = {
  [K in keyof Methods]: Skylink[K] extends (...given: infer A) => infer R
    ? { given: A; result: Awaited<R> }
    : any;
};
export const methodsWithAny: Nothing<WithAny<Calls>> = true;
// The check itself: it would find one.
export const found: WithAny<{ fine: string[]; bad: Array<{ deep?: { data: any } }> }> = 'bad';

/** What a listener gets for a name is the payload of that name and nothing wider. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function detailOf<K extends keyof SkylinkEventDetailMap>(
  add: (name: K, listener: (event: SkylinkEvent<SkylinkEventDetailMap[K]>) => void) => void,
): SkylinkEventDetailMap[K];
const joined = detailOf<'peerJoined'>(SkylinkEventManager.addEventListener);
export const isExact: Same<typeof joined, SkylinkEventDetailMap['peerJoined']> = true;
