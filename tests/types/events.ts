// Every event: what its payload has must compile, what it has not must not.
import Skylink, { SkylinkEventManager, SkylinkEvents as E } from 'skylinkjs';
import type {
  MediaInfo,
  MessageInfo,
  PeerInfo,
  RoomInfo,
  SkylinkEvent,
  SocketSession,
  Statistics,
  StoredMessage,
  TransferInfo,
} from 'skylinkjs';

const skylink = new Skylink('key');
const { on, once } = skylink;
const { addEventListener: add } = SkylinkEventManager;

/** Takes values of exactly these types; `any` would fit too, which `surface.ts` rules out. */
declare function is<T>(value: T): void;

add(E.ON_INCOMING_STREAM, ({ detail: d }) => {
  is<MediaStream>(d.stream);
  is<[string, string]>([d.streamId, d.peerId]);
  is<[boolean, boolean, boolean]>([d.isSelf, d.isAudio, d.isVideo]);
  is<RoomInfo>(d.room);
  is<PeerInfo>(d.peerInfo);
  // @ts-expect-error it has no such member
  void d.isScreensharing;
});
add(E.ON_INCOMING_SCREEN_STREAM, ({ detail: d }) => {
  is<MediaStream>(d.stream);
  // @ts-expect-error a peer's id is text
  is<number>(d.peerId);
});
add(E.STREAM_ENDED, ({ detail: d }) => {
  is<boolean | undefined>(d.isScreensharing);
  is<string | null>(d.peerId);
  // @ts-expect-error null for a prefetched stream
  is<PeerInfo>(d.peerInfo);
});
add(E.STREAM_MUTED, ({ detail: d }) => {
  is<-1 | 0 | 1 | undefined>(d.peerInfo.mediaStatus[d.streamId]?.audioMuted);
  // @ts-expect-error not told on the muting side
  void d.peerInfo.room;
});
add(E.PEER_UPDATED, ({ detail: d }) => {
  is<PeerInfo>(d.peerInfo);
  // @ts-expect-error null while the own id is not known
  is<string>(d.peerId);
});
add(E.PEER_JOINED, ({ detail: d }) => {
  is<string | undefined>(d.peerSessionId);
  is<string>(d.peerInfo.agent.name);
  // @ts-expect-error it has no such member
  void d.stream;
});
add(E.PEER_LEFT, ({ detail: d }) => {
  is<boolean | undefined>(d.room.inRoom);
  // @ts-expect-error only the own join has one
  void d.peerSessionId;
});
add(E.PEER_CONNECTION_STATE, ({ detail: d }) => {
  if (d.state === 'have-local-offer') is<string>(d.peerId);
  // @ts-expect-error no such state
  void (d.state === 'open');
});
add(E.SERVER_PEER_JOINED, ({ detail: d }) => {
  is<string>(d.serverPeerType);
  // @ts-expect-error media servers tell nothing about themselves
  void d.peerInfo;
});
add(E.SERVER_PEER_LEFT, ({ detail: d }) => {
  is<RoomInfo>(d.room);
  // @ts-expect-error no such type
  void (d.serverPeerType === 'browser');
});
add(E.GET_PEERS_STATE_CHANGE, ({ detail: d }) => {
  is<Record<string, string[]> | null>(d.peerList);
  // @ts-expect-error no such state
  void (d.state === 'done');
});
add(E.INTRODUCE_STATE_CHANGE, ({ detail: d }) => {
  is<[string, string, string]>([d.privilegedPeerId, d.sendingPeerId, d.receivingPeerId]);
  // @ts-expect-error the only state is an error
  void (d.state === 'introducing');
});
add(E.SESSION_DISCONNECT, ({ detail: d }) => {
  is<RoomInfo>(d.peerInfo.room);
  // @ts-expect-error the room is in `peerInfo`
  void d.room;
});
add(E.GET_CONNECTION_STATUS_STATE_CHANGE, ({ detail: d }) => {
  if (d.state === 1) is<Statistics | undefined>(d.stats);
  // @ts-expect-error no such state
  void (d.state === 2);
});
add(E.DATA_CHANNEL_STATE, ({ detail: d }) => {
  is<number>(d.bufferAmount.bufferedAmount);
  // @ts-expect-error no such state
  void (d.state === 'opened');
});
add(E.ON_INCOMING_MESSAGE, ({ detail: d }) => {
  is<MessageInfo>(d.message);
  // @ts-expect-error any JSON may come: look before you use it
  void d.message.content.length;
});
add(E.STORED_MESSAGES, ({ detail: d }) => {
  is<StoredMessage[]>(d.storedMessages);
  // @ts-expect-error it is the list itself
  void d.storedMessages.content;
});
add(E.ENCRYPT_SECRETS_UPDATED, ({ detail: d }) => {
  is<Record<string, string>>(d.encryptSecrets);
  is<string>(d.selectedSecretId);
  // @ts-expect-error always this client
  void d.isSelf;
});
add(E.PERSISTENT_MESSAGE_STATE, ({ detail: d }) => {
  is<boolean>(d.isPersistent);
  // @ts-expect-error a flag
  is<string>(d.isPersistent);
});
add(E.DATA_TRANSFER_STATE, ({ detail: d }) => {
  if (d.state === 'downloadCompleted') is<Blob | null | undefined>(d.transferInfo?.data);
  // @ts-expect-error null when it never began
  void d.transferInfo.name;
});
add(E.ON_INCOMING_DATA, ({ detail: d }) => {
  is<Blob>(d.data);
  is<TransferInfo>(d.transferInfo);
  // @ts-expect-error always a Blob
  is<string>(d.data);
});
add(E.ON_INCOMING_DATA_REQUEST, ({ detail: d }) => {
  is<string>(d.transferId);
  // @ts-expect-error the file is not there yet
  void d.data;
});
add(E.CANDIDATE_PROCESSING_STATE, ({ detail: d }) => {
  is<[string, string]>([d.candidateId, d.candidateType]);
  // @ts-expect-error a text when it is buffered
  void d.candidate.sdpMid;
});
add(E.CANDIDATE_GENERATION_STATE, ({ detail: d }) => {
  if (d.state === 'complete') is<RoomInfo>(d.room);
  // @ts-expect-error the browser's word is `complete`
  void (d.state === 'completed');
});
add(E.CANDIDATES_GATHERED, ({ detail: d }) => {
  is<number>(d.candidatesLength.expected);
  // @ts-expect-error it has no such member
  void d.candidatesLength.total;
});
add(E.ICE_CONNECTION_STATE, ({ detail: d }) => {
  if (d.state === 'failed') void skylink.refreshConnection('room', d.peerId, true);
  // @ts-expect-error it does not say which room
  void d.room;
});
add(E.HANDSHAKE_PROGRESS, ({ detail: d }) => {
  if (d.state === 'answerAck') is<RoomInfo>(d.room);
  // @ts-expect-error no such step
  void (d.state === 'hello');
});
add(E.READY_STATE_CHANGE, ({ detail: d }) => {
  if (d.readyState === -1) is<string | undefined>(d.error?.content.message);
  // @ts-expect-error no such state
  void (d.readyState === 3);
});
add(E.ROOM_LOCK, ({ detail: d }) => {
  is<[boolean, boolean]>([d.isLocked, d.isSelf]);
  // @ts-expect-error the lock is not text
  is<string>(d.isLocked);
});
add(E.CHANNEL_OPEN, ({ detail: d }) => {
  is<SocketSession>(d.socketSession);
  // @ts-expect-error `socketSession`, whatever the documentation of 2.7.2 says
  void d.session;
});
add(E.CHANNEL_CLOSE, ({ detail: d }) => {
  is<string>(d.reason);
  // @ts-expect-error closing is no error
  void d.error;
});
add(E.CHANNEL_ERROR, ({ detail: d }) => {
  is<unknown>(d.error);
  // @ts-expect-error look before you use it
  void d.error.message;
});
add(E.CHANNEL_MESSAGE, ({ detail: d }) => {
  is<string>(d.message);
  // @ts-expect-error JSON text
  void d.message.type;
});
add(E.SOCKET_ERROR, ({ detail: d }) => {
  is<SocketSession>(d.session);
  // @ts-expect-error `session` here, in 2.7.2 too
  void d.socketSession;
});
add(E.SYSTEM_ACTION, ({ detail: d }) => {
  is<[string, string]>([d.info, d.rid]);
  // @ts-expect-error `info`, whatever the documentation of 2.7.2 says
  void d.message;
});
add(E.MEDIA_ACCESS_FALLBACK, ({ detail: d }) => {
  is<true>(d.isAudioFallback);
  // @ts-expect-error it has no such member
  void d.streamId;
});
add(E.MEDIA_ACCESS_STOPPED, ({ detail: d }) => {
  is<[string, boolean]>([d.streamId, d.isScreensharing]);
  // @ts-expect-error it has no such member
  void d.isAudioFallback;
});
add(E.MEDIA_ACCESS_SUCCESS, ({ detail: d }) => {
  is<MediaStream>(d.stream);
  // @ts-expect-error the room is not known yet
  void d.room;
});
add(E.MEDIA_ACCESS_ERROR, ({ detail: d }) => {
  if (d.error instanceof DOMException) is<string>(d.error.name);
  // @ts-expect-error look before you use it
  void d.error.name;
});
add(E.RECORDING_STATE, ({ detail: d }) => {
  is<string>(d.recordingId);
  // @ts-expect-error no such state
  void (d.state === 5);
});
add(E.RTMP_STATE, ({ detail: d }) => {
  is<string | undefined>(d.error?.message);
  // @ts-expect-error null unless it failed
  void d.error.message;
});
add(E.LOCAL_MEDIA_MUTED, ({ detail: d }) => {
  is<-1 | 0 | 1>(d.mediaStatus.videoMuted);
  // @ts-expect-error a number
  is<boolean>(d.mediaStatus.videoMuted);
});
add(E.MEDIA_INFO_DELETED, ({ detail: d }) => {
  is<MediaInfo>(d.mediaInfo);
  // @ts-expect-error it has no such member
  void d.mediaId;
});
add('videoLayerChanged', ({ detail: d }) => {
  is<string>(d.streamId);
  is<number>(d.layers);
  // @ts-expect-error a number
  is<boolean>(d.layer);
});
add('fatal', ({ detail: d }) => {
  is<Promise<unknown[]>>(d.rejoin());
  // @ts-expect-error no such code
  void (d.error.code === 'TRAP');
});

// The same by text, and on an instance.
on('peerJoined', ({ detail }) => is<PeerInfo>(detail.peerInfo));
// @ts-expect-error it has no such member
on('peerJoined', ({ detail }) => detail.stream);
once(E.ROOM_LOCK, ({ detail }) => is<boolean>(detail.isLocked));
// @ts-expect-error the listener takes the payload of another event
once(E.ROOM_LOCK, (event: SkylinkEvent<MediaInfo>) => event.detail.mediaId);
