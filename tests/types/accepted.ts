// What apps write, and must go on compiling.
import Skylink, {
  SkylinkConstants,
  SkylinkEventManager,
  SkylinkEvents,
  SkylinkLogger,
} from 'skylinkjs';
import type {
  InitOptions,
  MediaStreams,
  PeerInfo,
  SkylinkError,
  SkylinkEvent,
  SkylinkEventDetailMap,
} from 'skylinkjs';
import SlimSkylink, { init, SkylinkEvents as SlimEvents } from 'skylinkjs/slim';

const options: InitOptions = {
  simulcast: false,
  adaptiveVideo: true,
  appKey: 'key',
  defaultRoom: 'room',
  socketServer: { url: 'example.org', ports: [443], protocol: 'https:' },
  enableIceTrickle: true,
};
const skylink = new Skylink(options);
new Skylink('key');

SkylinkEventManager.addEventListener('fatal', ({ detail }) => {
  if (detail.error.code === 'ENGINE_DIED') void detail.rejoin();
});

export async function meet(): Promise<void> {
  const streams: MediaStreams | null = await skylink.joinRoom({
    roomName: 'room',
    audio: { stereo: true, echoCancellation: false },
    video: { resolution: SkylinkConstants.VIDEO_RESOLUTION.HD, frameRate: 30 },
    bandwidth: { video: 500 },
    userData: { name: 'Ada', tags: ['x'] },
  });
  const [audio, video] = streams ?? [null, null];
  audio?.getAudioTracks();
  video?.getVideoTracks();

  const prefetched = await skylink.getUserMedia({ audio: true, video: { width: 640 } });
  await skylink.joinRoom({ roomName: 'room' }, prefetched);
  await skylink.joinRoom(prefetched);
  skylink.stopPrefetchedStream(prefetched[0]);
  const inRoom: MediaStreams | undefined = await skylink.getUserMedia('room', { audio: true });
  window.attachMediaStream(document.createElement('video'), inRoom?.[1] ?? null).play();

  const [[sentAudio]] = await skylink.sendStream('room', prefetched);
  const [, sentVideo]: MediaStreams = await skylink.sendStream('room', { video: { frameRate: 5 } });
  await skylink.stopStreams('room', sentVideo?.id ?? sentAudio?.id);
  const screen = await skylink.shareScreen('room', { video: true, audio: true });
  screen?.getVideoTracks();
  skylink.stopScreen('room');
  const { audio: microphones } = await skylink.getStreamSources();
  await skylink.getUserMedia('room', { audio: { deviceId: microphones.input[0].deviceId } });

  skylink.lockRoom('room');
  skylink.unlockRoom('room');
  skylink.muteStreams('room', { audioMuted: 0, videoMuted: true });
  skylink.sendMessage('room', 'hello');
  skylink.sendMessage('room', { any: ['json', 1, null] }, ['peer'], 'session');
  skylink.setEncryptSecret('room', 'secret', 'id');
  skylink.setSelectedSecret('room', 'id');
  const secrets: Record<string, string> = skylink.getEncryptSecrets('room');
  skylink.deleteEncryptSecrets(
    'room',
    skylink.getSelectedSecret('room') || Object.keys(secrets)[0],
  );
  skylink.deleteEncryptSecrets('room');
  skylink.setSelectedSecret('room');
  skylink.setMessagePersistence('room', !skylink.getMessagePersistence('room'));
  skylink.getStoredMessages('room');
  skylink.getStoredMessages('room', 'session');
  const lobby: string[] | undefined = (await skylink.getPeers('room', true))?.['lobby'];
  SkylinkLogger.log.INFO(['', 'APP', null, `${lobby?.length}`]);
  void skylink.getPeersCustomSettings('room')?.['peer'].audio;
  skylink.setUserData('room', 'text');
  const data = skylink.getUserData('room', 'peer');
  const info: PeerInfo | null | undefined = skylink.getPeerInfo('room');
  const level: -1 | 0 | 1 | undefined = info?.mediaStatus['stream'].audioMuted;
  for (const [id, peer] of Object.entries(skylink.getPeersInRoom('room') ?? {})) {
    SkylinkLogger.log.INFO([id, 'APP', [peer.agent.name, String(peer.isSelf)], 'here'], {
      data,
      level,
    });
  }
  const mine = Object.values(skylink.getStreams('room', true) ?? {}).find((peer) => peer.isSelf);
  Object.values(mine?.streams.audio ?? {}).forEach((stream) => stream.getTracks());

  const recordingId: string | null = await skylink.startRecording('room');
  await skylink.stopRecording('room');
  const ended: string | null =
    skylink.getRecordings('room')?.[recordingId ?? '']?.endedDateTime ?? null;
  const rtmpId = await skylink.startRTMPSession('room', 'stream', 'rtmp://live.example/app/key');
  await skylink.stopRTMPSession(ended ?? 'room', rtmpId ?? '');

  const left: string | null = await skylink.leaveRoom('room', false);
  const all: string[] = await skylink.leaveAllRooms();
  const text: string = skylink.generateUUID() + skylink.getSdkVersion() + left + all.join();
  SkylinkLogger.setLevel(SkylinkLogger.logLevels.DEBUG, text.length > 0);
}

SkylinkEventManager.addEventListener(SkylinkEvents.PEER_JOINED, ({ detail }) => {
  const name: string = detail.room.roomName + detail.peerId + (detail.peerSessionId ?? '');
  if (detail.isSelf) skylink.setUserData(name, detail.peerInfo.userData);
});
SkylinkEventManager.addEventListener(SkylinkConstants.EVENTS.ON_INCOMING_MESSAGE, (event) => {
  const sender: string = event.detail.message.senderPeerId;
  SkylinkLogger.log.DEBUG(`${event.type} ${sender}`);
});
const onLock = (event: SkylinkEvent<SkylinkEventDetailMap['roomLock']>) => event.detail.isLocked;
SkylinkEventManager.addEventListener('roomLock', onLock);
SkylinkEventManager.removeEventListener('roomLock', onLock);
SkylinkEventManager.addEventListener('anything', (event) => event.detail.whatever);
SkylinkEventManager.addEventListener(undefined, () => {});
for (const name of Object.values(SkylinkEvents)) {
  SkylinkEventManager.addEventListener(name as string, ({ detail }) => console.log(name, detail));
}

// Payloads follow from the name, be it a text or a constant.
SkylinkEventManager.addEventListener('peerJoined', (e) => e.detail.peerInfo.agent.name.length);
const stop: () => void = skylink.on(SkylinkConstants.EVENTS.PEER_JOINED, (e) => {
  const id: string = e.detail.peerId;
  const user = e.detail.peerInfo.userData;
  if (user) skylink.off('peerJoined');
  SkylinkLogger.log.INFO(id);
});
stop();
skylink.once(SkylinkEvents.STREAM_MUTED, ({ detail }) => detail.streamId.length);
skylink.on('roomLock', onLock);
skylink.off('roomLock', onLock);
skylink.on('anything', (event) => event.detail.whatever);
skylink.off();
skylink[Symbol.dispose]();
skylink.setVideoView('room', 's', {});
void skylink.destroy().then(() => skylink[Symbol.asyncDispose]());

export function explain(error: SkylinkError): string {
  switch (error.code) {
    case 'ROOM_LOCKED':
      return 'locked';
    case 'API_REFUSED':
      return String(error.info);
    default:
      return error.message;
  }
}

const eager: 'peerJoined' = SlimEvents.PEER_JOINED;
export const slim: Promise<SlimSkylink> = init('/skylink_bg.wasm').then(
  () => new SlimSkylink(eager),
);
