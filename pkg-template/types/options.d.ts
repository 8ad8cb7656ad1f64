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

/** What can be sent as data. */
export type JsonValue =
  string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue | undefined };

/** -1 absent, 0 present and muted, 1 present and live. */
export type MediaStatusValue = -1 | 0 | 1;

/**
 * A signature of the app's own server, which lets it open rooms for a limited time without telling
 * the key's secret to browsers.
 */
export interface Credentials {
  /** ISO 8601 start of the session. Goes into the request path as it is. */
  startDateTime: string;
  /** Hours, possibly with a fraction. Goes into the request path as it is. */
  duration: number;
  /** Already percent-encoded signature. Goes into the query as it is. */
  credentials: string;
}

/** Another signalling server than the one that the API names. */
export interface SocketServerOptions {
  /** Its host. */
  url: string;
  /** The first of them is used. */
  ports?: number[];
  /** With the colon, for example "https:". */
  protocol?: string;
}

/** Kinds of candidates that are neither told nor taken: `true` drops them. */
export interface CandidateFilter {
  /** Addresses of the machine itself. */
  host: boolean;
  /** Addresses that a STUN server saw. */
  srflx: boolean;
  /** Addresses of a TURN server. */
  relay: boolean;
}

/** Settings of codecs. */
export interface CodecParams {
  /** Of Opus. */
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
  /** Of the video codecs. */
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
  /** Which app this is, as the server knows it. */
  appKey: string;
  /** The room of `joinRoom` without `roomName`; none without it. */
  defaultRoom?: string | null;
  /** The API server: host, and port if needed, after two slashes. `//api.temasys.io` without it. */
  roomServer?: string;
  /**
   * Whether data channels are opened; messages between peers and files need them on both sides.
   * `true` without it.
   */
  enableDataChannel?: boolean;
  /**
   * Whether reports go to the statistics server and `getConnectionStatus` tells anything; otherwise
   * each of its entries is null. As the server says for the app key without it.
   */
  enableStatsGathering?: boolean;
  /**
   * Whether audio alone is tried when the browser refuses audio and video together. `true` without
   * it, as in the code of 2.7.2; its documentation says `false`.
   */
  audioFallback?: boolean;
  /**
   * Whether API and socket are reached over https whatever the page came over; otherwise over the
   * protocol of the page. `true` without it.
   */
  forceSSL?: boolean;
  /** Whether all media go through a TURN server. `false` without it. */
  forceTURN?: boolean;
  /** Whether they do over TLS (`turns:`); implies `forceTURN`. `false` without it. */
  forceTURNSSL?: boolean;
  /**
   * How TURN servers are reached, one of TURN_TRANSPORT. `any` without it; `udp` and `none` leave
   * `turns:` servers out.
   */
  TURNServerTransport?: TurnTransport;
  /** A signature of the app's own server; none without it. */
  credentials?: Credentials | null;
  /** Milliseconds to wait for the socket, at least 5000. 7000 without it, and for less. */
  socketTimeout?: number;
  /** Another signalling server; a text is its whole address. As the API says without it. */
  socketServer?: string | SocketServerOptions | null;
  /** Another path on it. */
  socketServerPath?: string | null;
  /** Seconds between two reports on streams and bandwidth. 20 without it, and for less than one. */
  statsInterval?: number;
  /** Whether the app is told nothing of statistics that are read for reports. `false` without it. */
  beSilentOnStatsLogs?: boolean;
  /** Accepted, without effect. */
  beSilentOnParseLogs?: boolean;
  /** Kinds of candidates that are dropped; none without it. */
  filterCandidatesType?: CandidateFilter;
  /** Accepted, without effect: a connection to a media server is refreshed like any other. */
  mcuUseRenegoRestart?: boolean;
  /**
   * How messages are encrypted when a secret is selected. `auto` (the default): with AES-256-GCM
   * where everybody who gets the message announced that they read it, else, and for messages that
   * are stored, in the format of skylinkjs 2.7.2. Messages in either format are always read. Not
   * known to 2.7.2.
   */
  messageCipher?: 'auto' | 'aes-gcm' | 'cryptojs';
  /**
   * Whether cameras are sent in several sizes (simulcast) in rooms whose media server takes them: two from
   * 480×270 pixels on, three from 960×540. Each receiver gets the one that it has room and bandwidth for;
   * all together stay within the limit of bandwidth. `true` without it. Not known to 2.7.2.
   */
  simulcast?: boolean;
  /**
   * Whether the SDK calls `setVideoView` by itself. It looks for `<video>` elements in the document (not in
   * shadow trees) whose `srcObject` has the track of a remote video: the video comes at their height in
   * pixels of the screen, and pauses while all of them are out of sight. While the page is hidden, all remote
   * videos pause, but for one that is shown picture-in-picture. A video that no element shows comes as by
   * default. Not for apps that draw a hidden element elsewhere. `false` without it. Not known to 2.7.2.
   */
  adaptiveVideo?: boolean;
  /** Accepted and read only for a browser that no longer exists. */
  useEdgeWebRTC?: boolean;
  /** Accepted, without effect. */
  enableSimultaneousTransfers?: boolean;
  /** Preferred where both sides have it. */
  audioCodec?: AudioCodec;
  /** Preferred where both sides have it. */
  videoCodec?: VideoCodec;
  /** Put into the descriptions. Those of H.264 choose the variant that `videoCodec` prefers. */
  codecParams?: CodecParams;
  /** Unknown keys are kept and win over fields of the auth server's answer. */
  [other: string]: unknown;
}

/**
 * Kilobits per second that each stream of a kind may take. Only numbers are taken over; 0 is no limit.
 * In rooms with a media server each camera is limited to 500 unless `video` is set.
 */
export interface Bandwidth {
  /** Of the sound that this client sends. */
  audio?: number;
  /** Of the picture that this client sends. */
  video?: number;
  /** Of data channels. */
  data?: number;
}

/** How to capture sound. */
export interface AudioOptions {
  /**
   * Whether two channels are captured and sent; told to the others in `settings`. `false` without it.
   * Browsers cancel echoes in one channel only.
   */
  stereo?: boolean;
  /** Whether the browser removes the sound of its own speakers. `true` without it. */
  echoCancellation?: boolean;
  /** Which microphone, from `getStreamSources`; a wish, or a must with `useExactConstraints`. */
  deviceId?: string;
  /** Whether it is muted from the start. `false` without it. */
  mute?: boolean;
}

/** A size in pixels; see VIDEO_RESOLUTION for the usual ones. */
export interface ResolutionOptions {
  /**
   * At most so many, or exactly with `useExactConstraints`; an object goes to the browser as it is.
   * 640 without it.
   */
  width?: number | string | ConstrainULongRange;
  /** The same. 480 without it. */
  height?: number | string | ConstrainULongRange;
}

/** How to capture a picture. */
export interface VideoOptions {
  /** Its size. For a screen the real size without it. */
  resolution?: ResolutionOptions;
  /**
   * Frames a second, at most, or exactly with `useExactConstraints`; an object goes to the browser
   * as it is. 30 without it.
   */
  frameRate?: number | string | ConstrainDoubleRange;
  /** Which camera, from `getStreamSources`; a wish, or a must with `useExactConstraints`. */
  deviceId?: string;
  /** Whether it is muted from the start. `false` without it. */
  mute?: boolean;
  /** `user` or `environment`, to choose between the cameras of a phone. */
  facingMode?: string | ConstrainDOMStringParameters;
}

/**
 * What to capture: options of `joinRoom`, of `sendStream`, and of `getUserMedia` in a room. Wrong
 * types count as not given.
 */
export interface GetUserMediaOptions {
  /** Sound: `true` for the usual, or how. Not captured without it. */
  audio?: boolean | AudioOptions;
  /**
   * Picture: `true` for at most 640 by 480 at 30 frames a second, or how. Not captured without it.
   */
  video?: boolean | VideoOptions;
  /**
   * Whether a size, rate or device that the machine does not have is a failure, in place of the
   * nearest one; for kinds given as an object. `false` without it.
   */
  useExactConstraints?: boolean;
  /** Limits of what is sent. */
  bandwidth?: Bandwidth;
  /** Handed to the browser when it makes an offer or answer. `true` without it. */
  voiceActivityDetection?: boolean;
  /** Only logs a deprecation warning. */
  autoBandwidthAdjustment?: unknown;
}

/** Options of `shareScreen`. Exact values become upper bounds, since browsers refuse them here. */
export interface GetDisplayMediaOptions {
  /** The picture. At most 30 frames a second without more. */
  video?: boolean | VideoOptions;
  /** The sound of the screen, where the browser offers it. The others get it as an audio stream. */
  audio?: boolean | AudioOptions;
  /** Only reported in `settings`. */
  useExactConstraints?: boolean;
}

/** Options of `joinRoom`. */
export interface JoinRoomOptions extends GetUserMediaOptions {
  /** Which room; `defaultRoom` of the constructor without it. */
  roomName?: RoomName | null;
  /** Own custom data from the start, see `setUserData`. */
  userData?: JsonValue;
}

/** What to mute. */
export interface MuteOptions {
  /** Sound: true or 0 mutes, false or 1 unmutes; any other number, or nothing, mutes. */
  audioMuted?: boolean | number;
  /** Picture: the same. */
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

/** How a remote video is shown; what is left out stays as it was. Beyond skylinkjs. */
export interface VideoView {
  /** Whether it is not shown and need not come. `false` before the first call. */
  isPaused?: boolean;
  /**
   * Its height on the screen, in pixels of the screen, up to 65 535: it does not come much larger. 0, as
   * before the first call, if that is not known: as large as there is bandwidth for.
   */
  height?: number;
}

/** Options of `refreshConnection`. */
export interface RefreshConnectionOptions {
  /** Replaces all limits that were set before. */
  bandwidth?: Bandwidth;
}
