// Every method: calls that must compile with what they give, and calls that must not.
import Skylink, { SkylinkConstants } from 'skylinkjs';
import type {
  CustomSettings,
  DataChannelInfo,
  DataTransferResult,
  JsonValue,
  MediaStreams,
  PeerInfo,
  PeerInfoInRoom,
  RecordingSession,
  RefreshSetting,
  SkylinkError,
  Statistics,
  StreamSources,
  StreamsList,
} from 'skylinkjs';

const skylink = new Skylink({ appKey: 'key', defaultRoom: 'room', roomServer: '//example.org' });
/** Takes values of exactly these types; `any` would fit too, which `surface.ts` rules out. */
declare function is<T>(value: T): void;
declare const stream: MediaStream;
declare const blob: Blob;
declare const signal: AbortSignal;
declare const writable: WritableStream<Uint8Array>;

// rooms
is<Promise<MediaStreams | null>>(skylink.joinRoom());
is<Promise<null>>(skylink.joinRoom([stream, null]));
// @ts-expect-error user data is JSON
skylink.joinRoom({ userData: new Map() });
is<Promise<string> | null>(skylink.leaveRoom('room', false));
// @ts-expect-error a flag
skylink.leaveRoom('room', 'stop');
is<Promise<string[]>>(skylink.leaveAllRooms());
// @ts-expect-error all of them: no name
skylink.leaveAllRooms('room');
is<undefined | null>(skylink.lockRoom('room'));
// @ts-expect-error it gives no flag
is<boolean>(skylink.lockRoom('room'));
is<undefined | null>(skylink.unlockRoom('room'));
// @ts-expect-error the room is needed
skylink.unlockRoom();

// peers
is<Record<string, PeerInfoInRoom> | null>(skylink.getPeersInRoom('room'));
// @ts-expect-error null for an unknown room
is<Record<string, PeerInfoInRoom>>(skylink.getPeersInRoom('room'));
is<PeerInfo | null | undefined>(skylink.getPeerInfo('room', 'peer'));
// @ts-expect-error the room is needed
skylink.getPeerInfo();
is<JsonValue | undefined>(skylink.getUserData('room'));
// @ts-expect-error it may be anything: look before you use it
skylink.getUserData('room').name;
is<undefined>(skylink.setVideoView('room', 's', { isPaused: true, height: 180 }));
// @ts-expect-error a number
skylink.setVideoView('room', 's', { height: '180' });
is<undefined | null>(skylink.setUserData('room', { name: 'Ada', tags: [1, null] }));
// @ts-expect-error the data is needed
skylink.setUserData('room');
is<Promise<Record<string, string[]>> | null>(skylink.getPeers('room', true));
// @ts-expect-error null for an unknown room
skylink.getPeers('room').then();
is<Record<string, CustomSettings> | null>(skylink.getPeersCustomSettings('room'));
// @ts-expect-error of all peers: no id
skylink.getPeersCustomSettings('room', 'peer');

// media
is<Promise<MediaStreams> | undefined>(skylink.getUserMedia('room', { audio: { mute: true } }));
is<Promise<MediaStreams>>(skylink.getUserMedia());
// @ts-expect-error undefined for an unknown room
skylink.getUserMedia('room').then();
is<Promise<MediaStreams>>(
  skylink.sendStream('room', { video: { resolution: SkylinkConstants.VIDEO_RESOLUTION.HD } }),
);
is<Promise<MediaStreams[]>>(skylink.sendStream('room', [stream, null]));
// @ts-expect-error a pair for each stream of a list
is<Promise<MediaStreams>>(skylink.sendStream('room', [stream]));
is<Promise<undefined> | null>(skylink.stopStreams('room', stream.id));
// @ts-expect-error the id, not the stream
skylink.stopStreams('room', stream);
is<Promise<MediaStream | null> | null>(skylink.shareScreen('room', { audio: true }));
// @ts-expect-error null when the user says no
skylink.shareScreen('room')?.then((screen) => screen.getTracks());
is<null>(skylink.stopScreen('room'));
// @ts-expect-error it gives no promise
skylink.stopScreen('room').then();
is<Promise<StreamSources>>(skylink.getStreamSources());
// @ts-expect-error speakers are no video
skylink.getStreamSources().then(({ video }) => video.output);
is<null>(skylink.stopPrefetchedStream(stream));
// @ts-expect-error one stream
skylink.stopPrefetchedStream([stream]);
is<StreamsList | null>(skylink.getStreams('room', false));
// @ts-expect-error null for a kind that is not sent
skylink.getStreams('room')?.['peer'].streams.video['id'];
is<undefined | null>(skylink.muteStreams('room', { audioMuted: true, videoMuted: 1 }, 'id'));
// @ts-expect-error no such kind
skylink.muteStreams('room', { screenMuted: true });

// connections
is<Promise<Array<Statistics | null>>>(skylink.getConnectionStatus('room', ['peer']));
// @ts-expect-error null while there is no connection
skylink.getConnectionStatus('room').then(([first]) => first.audio);
is<Record<string, Record<string, DataChannelInfo>> | null>(skylink.getPeersDataChannels('room'));
// @ts-expect-error the room is needed
skylink.getPeersDataChannels();
void skylink.refreshConnection('room', ['peer'], true, { bandwidth: { video: 300 } });
void skylink.refreshConnection('room', { bandwidth: {} });
void skylink.refreshConnection('room').then(({ refreshErrors, refreshSettings }) => {
  is<string[] | undefined>(refreshErrors[0]?.['peer']);
  is<RefreshSetting | undefined>(refreshSettings[0]?.['peer']);
});
// @ts-expect-error limits are numbers
skylink.refreshConnection('room', { bandwidth: { video: 'low' } });
is<undefined | null>(skylink.refreshDatachannel('room', 'peer'));
// @ts-expect-error one peer
skylink.refreshDatachannel('room');

// messages and secrets
is<void>(skylink.sendMessage('room', { any: ['json'] }, ['peer'], 'session'));
// @ts-expect-error functions are no message
skylink.sendMessage('room', () => {});
is<void>(skylink.sendP2PMessage('to all rooms'));
is<void>(skylink.sendP2PMessage('room', { x: 1 }, 'peer'));
// @ts-expect-error a message is needed
skylink.sendP2PMessage();
is<void>(skylink.setMessagePersistence('room', true));
// @ts-expect-error a flag
skylink.setMessagePersistence('room', 'yes');
is<boolean>(skylink.getMessagePersistence('room'));
// @ts-expect-error the room is needed
skylink.getMessagePersistence();
is<void>(skylink.getStoredMessages('room', 'session'));
// @ts-expect-error the event brings them
skylink.getStoredMessages('room').length;
is<void>(skylink.setEncryptSecret('room', 'secret', 'id'));
// @ts-expect-error its id is needed
skylink.setEncryptSecret('room', 'secret');
is<Record<string, string>>(skylink.getEncryptSecrets('room'));
// @ts-expect-error secrets are text
is<Record<string, number>>(skylink.getEncryptSecrets('room'));
is<void>(skylink.deleteEncryptSecrets('room', 'id'));
// @ts-expect-error one or all
skylink.deleteEncryptSecrets('room', ['id']);
is<void>(skylink.setSelectedSecret('room'));
// @ts-expect-error ids are text
skylink.setSelectedSecret('room', 1);
is<string>(skylink.getSelectedSecret('room'));
// @ts-expect-error the room is needed
skylink.getSelectedSecret();

// files
void skylink.sendBlobData('room', blob, ['peer'], 60, { signal }).then(([first]) => {
  is<DataTransferResult | SkylinkError | undefined>(first);
  if (first && !(first instanceof Error) && 'error' in first['peer']) {
    is<Error | string>(first['peer'].error);
  }
});
void skylink.sendBlobData('room', blob, 60);
// @ts-expect-error a Blob is needed
skylink.sendBlobData('room', 'text');
is<Promise<DataTransferResult>>(
  skylink.respondBlobRequest('room', 'peer', 'transfer', true, { writable, signal }),
);
// @ts-expect-error yes or no is needed
skylink.respondBlobRequest('room', 'peer', 'transfer');
is<Promise<{ peerId: string; transferId: string }>>(
  skylink.cancelBlobTransfer('room', 'peer', 'transfer'),
);
// @ts-expect-error the transfer is needed
skylink.cancelBlobTransfer('room', 'peer');

// recording and live streams
is<Promise<string> | null>(skylink.startRecording('room'));
// @ts-expect-error null for an unknown room
skylink.startRecording('room').then();
is<Promise<string> | null>(skylink.stopRecording('room'));
// @ts-expect-error the one that runs: no id
skylink.stopRecording('room', 'id');
is<Record<string, RecordingSession> | null>(skylink.getRecordings('room'));
// @ts-expect-error null for an unknown room
skylink.getRecordings('room')['id'];
is<Promise<string> | null>(skylink.startRTMPSession('room', 'stream', 'rtmp://example.org/a'));
// @ts-expect-error the address is needed
skylink.startRTMPSession('room', 'stream');
is<Promise<string> | null>(skylink.stopRTMPSession('room', 'id'));
// @ts-expect-error the id is needed
skylink.stopRTMPSession('room');

// others
is<string>(skylink.generateUUID());
// @ts-expect-error text
is<number>(skylink.generateUUID());
is<string>(skylink.getSdkVersion());
// @ts-expect-error it takes nothing
skylink.getSdkVersion('long');
