/** What apps pass in. */

import type { AudioCodec, TurnTransport, VideoCodec } from './values.js';

/** Id handed out by the signaling server for one room session of one client ("sid"/"mid"). */
export type PeerId = string;
/** Human room name. Look-ups compare it without regard to letter case. */
export type RoomName = string;
/** `MediaStream.id` of a one-kind stream made by the SDK. */
export type StreamId = string;
/** Data transfer id. */
export type TransferId = string;

export type JsonValue =
  string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue | undefined };

/** -1 absent, 0 present and muted, 1 present and live. */
export type MediaStatusValue = -1 | 0 | 1;

export interface Credentials {
  /** ISO 8601 start of the session. Goes into the request path as it is. */
  startDateTime: string;
  /** Hours. */
  duration: number;
  /** Already percent-encoded signature. Goes into the query as it is. */
  credentials: string;
}

export interface SocketServerOptions {
  url: string;
  ports?: number[];
  /** With the colon, for example "https:". */
  protocol?: string;
}

export interface CandidateFilter {
  host: boolean;
  srflx: boolean;
  relay: boolean;
}

export interface CodecParams {
  audio?: {
    opus?: {
      stereo?: boolean | null;
      'sprop-stereo'?: boolean | null;
      usedtx?: boolean | null;
      useinbandfec?: boolean | null;
      maxplaybackrate?: number | null;
      minptime?: number | null;
    };
  };
  video?: {
    h264?: {
      profileLevelId?: string | null;
      levelAsymmetryAllowed?: boolean | null;
      packetizationMode?: number | null;
    };
    vp8?: { maxFs?: number | null; maxFr?: number | null };
    vp9?: { maxFs?: number | null; maxFr?: number | null };
  };
}

/** Options of the constructor. Each instance keeps a copy; the object itself stays as it is. */
export interface InitOptions {
  appKey: string;
  defaultRoom?: string | null;
  /** Host part that starts with two slashes. */
  roomServer?: string;
  enableDataChannel?: boolean;
  enableStatsGathering?: boolean;
  audioFallback?: boolean;
  forceSSL?: boolean;
  forceTURN?: boolean;
  forceTURNSSL?: boolean;
  TURNServerTransport?: TurnTransport;
  credentials?: Credentials | null;
  /** Milliseconds. */
  socketTimeout?: number;
  socketServer?: string | SocketServerOptions | null;
  socketServerPath?: string | null;
  /** Seconds. */
  statsInterval?: number;
  beSilentOnStatsLogs?: boolean;
  beSilentOnParseLogs?: boolean;
  filterCandidatesType?: CandidateFilter;
  mcuUseRenegoRestart?: boolean;
  /**
   * How messages are encrypted when a secret is selected. `auto` (the default): with AES-256-GCM
   * where everybody who gets the message announced that they read it, else, and for messages that
   * are stored, in the format of skylinkjs 2.7.2. Messages in either format are always read. Not
   * known to 2.7.2.
   */
  messageCipher?: 'auto' | 'aes-gcm' | 'cryptojs';
  /** Accepted and read only for a browser that no longer exists. */
  useEdgeWebRTC?: boolean;
  /** Accepted, without effect. */
  enableSimultaneousTransfers?: boolean;
  /** Accepted, without effect. */
  audioCodec?: AudioCodec;
  /** Accepted, without effect. */
  videoCodec?: VideoCodec;
  /** Accepted, without effect. */
  codecParams?: CodecParams;
  /** Unknown keys are kept and win over fields of the auth server's answer. */
  [other: string]: unknown;
}

/** Kilobits per second. Only numbers are taken over. */
export interface Bandwidth {
  audio?: number;
  video?: number;
  data?: number;
}

export interface AudioOptions {
  stereo?: boolean;
  echoCancellation?: boolean;
  deviceId?: string;
  mute?: boolean;
}

export interface ResolutionOptions {
  width?: number | string | ConstrainULongRange;
  height?: number | string | ConstrainULongRange;
}

export interface VideoOptions {
  resolution?: ResolutionOptions;
  frameRate?: number | string | ConstrainDoubleRange;
  deviceId?: string;
  mute?: boolean;
  facingMode?: string | ConstrainDOMStringParameters;
}

/** Options of an in-room `getUserMedia` and of `joinRoom`. */
export interface GetUserMediaOptions {
  audio?: boolean | AudioOptions;
  video?: boolean | VideoOptions;
  useExactConstraints?: boolean;
  bandwidth?: Bandwidth;
  voiceActivityDetection?: boolean;
  /** Only logs a deprecation warning. */
  autoBandwidthAdjustment?: unknown;
}

/** Options of `shareScreen`. Exact values become upper bounds, since browsers refuse them here. */
export interface GetDisplayMediaOptions {
  video?: boolean | VideoOptions;
  /** The sound of the screen, where the browser offers it. The others get it as an audio stream. */
  audio?: boolean | AudioOptions;
  useExactConstraints?: boolean;
}

export interface JoinRoomOptions extends GetUserMediaOptions {
  roomName?: RoomName | null;
  userData?: JsonValue;
}

export interface MuteOptions {
  /** true or 0 mutes, false or 1 unmutes, any other number or no value mutes. */
  audioMuted?: boolean | number;
  videoMuted?: boolean | number;
}

/** Beyond skylinkjs. */
export interface TransferOptions {
  /** Cancels what is under way; the promise rejects with the signal's reason. */
  signal?: AbortSignal | null;
}

/** Beyond skylinkjs. */
export interface ReceiveOptions extends TransferOptions {
  /** Takes the file as it comes, instead of a Blob; closed when all is right, else aborted. */
  writable?: WritableStream<Uint8Array> | null;
}

export interface RefreshConnectionOptions {
  /** Replaces all limits that were set before. */
  bandwidth?: Bandwidth;
}
