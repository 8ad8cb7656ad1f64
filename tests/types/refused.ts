// What must not compile.
import Skylink, { SkylinkConstants, SkylinkEventManager, SkylinkEvents } from 'skylinkjs';
import type { SkylinkError, SkylinkEvent } from 'skylinkjs';
// @ts-expect-error the original has exactly five exports
import { Skylink as Named } from 'skylinkjs';

// @ts-expect-error the app key is missing
new Skylink({ defaultRoom: 'room' });
// @ts-expect-error options are needed
new Skylink();
// @ts-expect-error no such transport
new Skylink({ appKey: 'key', TURNServerTransport: 'pigeon' });

const skylink = new Skylink('key');

// @ts-expect-error the room is needed
skylink.lockRoom();
// @ts-expect-error a room name is text
skylink.joinRoom({ roomName: 1 });
// @ts-expect-error functions are no user data
skylink.setUserData('room', () => {});
// @ts-expect-error a list of peers is a list of texts
skylink.sendMessage('room', 'text', [1]);
// @ts-expect-error null for an unknown room
skylink.getPeersInRoom('room').peer;
// @ts-expect-error unknown outside a room: a DOM constraint is no resolution
skylink.getUserMedia('room', { video: { width: 640 } });
// @ts-expect-error options, a stream or streams are needed
skylink.sendStream('room');
// @ts-expect-error null for an unknown room
skylink.stopStreams('room').then();
// @ts-expect-error no such method
skylink.init();

// @ts-expect-error constants cannot be written
SkylinkConstants.API_VERSION = '1';
// @ts-expect-error no such event
SkylinkEvents.INCOMING_STREAM;
// @ts-expect-error no such member in this payload
SkylinkEventManager.addEventListener(SkylinkEvents.PEER_LEFT, ({ detail }) => detail.streamId);
SkylinkEventManager.addEventListener(
  // @ts-expect-error the listener takes the payload of another event
  SkylinkEvents.ROOM_LOCK,
  (event: SkylinkEvent<{ streamId: string }>) => event.detail.streamId,
);
// @ts-expect-error no such member in this payload
skylink.on(SkylinkEvents.PEER_LEFT, ({ detail }) => detail.streamId);
// @ts-expect-error no such member in this payload
skylink.once('roomLock', ({ detail }) => detail.message);
// @ts-expect-error a listener is needed
skylink.on('roomLock');
// @ts-expect-error listeners are functions
SkylinkEventManager.addEventListener('roomLock', { handleEvent() {} });

export const compare = (error: SkylinkError): boolean =>
  // @ts-expect-error no such code
  error.code === 'ROOM_FULL';

export { Named };
