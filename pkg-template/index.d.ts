/// <reference lib="esnext.disposable" />
/**
 * Types of skylink-wasm. Shapes and names are those of skylinkjs 2.7.2; where this package decides
 * otherwise, the comment says so.
 */

import type { ConnectionMethods } from './types/connections.js';
import type { SkylinkConstantGroups } from './types/constants.js';
import type { SkylinkEventNames } from './types/event-names.js';
import type { EventManager } from './types/events.js';
import type { FileMethods } from './types/files.js';
import type { InstanceMethods, OtherMethods } from './types/instance.js';
import type { Logger } from './types/logger.js';
import type { MediaMethods } from './types/media.js';
import type { MessageMethods, SecretMethods } from './types/messages.js';
import type { InitOptions } from './types/options.js';
import type { PeerMethods } from './types/peers.js';
import type { RecordingMethods } from './types/recording.js';
import type { RoomMethods } from './types/rooms.js';

export type * from './types/constants.js';
export type * from './types/errors.js';
export type * from './types/event-details.js';
export type * from './types/event-names.js';
export type * from './types/events.js';
export type * from './types/logger.js';
export type * from './types/options.js';
export type * from './types/payload-parts.js';
export type * from './types/statistics.js';
export type * from './types/values.js';
export type * from './types/window.js';

/**
 * The SDK. Rooms belong to the page: every instance sees every room, and events of all rooms reach
 * every listener. Options belong to the instance.
 *
 * Methods that return a promise may be called at once; they wait for the module. The others may be
 * called from the first call of the constructor on, and throw nothing of their own unless it is said.
 * Promises reject with a `SkylinkError`, whose `code` says why, or with the browser's own error.
 */
declare class Skylink {
  /**
   * Checks what can be checked at once, and starts to compile the module in the background.
   * @param options a text is the app key alone
   * @throws `NO_APP_KEY`, `NO_WEBRTC` or `NO_FETCH`
   * @fires `readyStateChange` 0 within the call, so only listeners that were added before hear it; -1
   *   before it throws
   * @example
   * const skylink = new Skylink({
   *   appKey: 'demo',
   *   defaultRoom: 'lobby',
   *   roomServer: '//rtc.example.net',
   * });
   */
  constructor(options: InitOptions | string);
}

interface Skylink
  extends
    RoomMethods,
    PeerMethods,
    MediaMethods,
    ConnectionMethods,
    MessageMethods,
    SecretMethods,
    FileMethods,
    RecordingMethods,
    InstanceMethods,
    OtherMethods {}

export default Skylink;

/** Every value that apps compare with, in groups. */
export declare const SkylinkConstants: SkylinkConstantGroups;
/** The names of all events; the same object as `SkylinkConstants.EVENTS`. */
export declare const SkylinkEvents: SkylinkEventNames;
/** Listeners for the events of all rooms of the page. */
export declare const SkylinkEventManager: EventManager;
/** How much the SDK writes to the console, and what it keeps. */
export declare const SkylinkLogger: Logger;
