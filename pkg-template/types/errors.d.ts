/** Errors. */

import type { SystemActionReason } from './values.js';

/** Never changes its meaning, unlike a message text. */
export type SkylinkErrorCode =
  | 'NO_ROOM_NAME'
  | 'INVALID_PREFETCHED_STREAMS'
  | 'INVALID_MEDIA_OPTIONS'
  | 'NOT_IN_ROOM'
  | 'API_REFUSED'
  | 'API_UNREACHABLE'
  | 'API_INVALID_RESPONSE'
  | 'SOCKET_FAILED'
  | 'SOCKET_CLOSED'
  | 'JOIN_TIMEOUT'
  | 'ROOM_REFUSED'
  | 'ROOM_LOCKED'
  | 'LEFT_DURING_JOIN'
  | 'MEDIA_SERVER_ERROR'
  | 'SECRETS_NOT_PROVIDED'
  | 'API_TIMEOUT'
  | 'NO_CONNECTION'
  | 'SDP_ERROR'
  | 'CANDIDATE_FILTERED'
  | 'SOCKET_ERROR'
  | 'USER_NOT_IN_ROOM'
  | 'INVALID_MEDIA_STREAM_ARRAY'
  | 'INACTIVE_MEDIA_STREAM'
  | 'NO_STREAM'
  | 'INVALID_VIDEO_VIEW'
  | 'MEDIA_SERVER_FILES'
  | 'NO_BLOB'
  | 'EMPTY_BLOB'
  | 'DATA_CHANNELS_DISABLED'
  | 'NO_PEERS_IN_ROOM'
  | 'INVALID_PEER_IDS'
  | 'INVALID_TIMEOUT'
  | 'NO_TRANSFER_ID'
  | 'NO_PEER_ID'
  | 'NO_DATA_CHANNEL'
  | 'UNKNOWN_TRANSFER'
  | 'TRANSFER_IN_PROGRESS'
  | 'TRANSFER_REJECTED'
  | 'TRANSFER_TIMEOUT'
  | 'TRANSFER_FAILED'
  | 'NO_SECRET'
  | 'INVALID_SECRET'
  | 'SECRET_ID_NOT_UNIQUE'
  | 'SECRET_ID_NOT_FOUND'
  | 'PERSISTENCE_FLAG_INVALID'
  | 'PERSISTENCE_NOT_ENABLED'
  | 'PRIVATE_NOT_PERSISTENT'
  | 'SECRET_NOT_SELECTED'
  | 'NO_SECRET_TO_SELECT'
  | 'DECRYPTION_FAILED'
  | 'CIPHER_UNAVAILABLE'
  | 'NOT_PRIVILEGED'
  | 'PEERS_NOT_LISTED'
  | 'START_RECORDING_NO_MCU'
  | 'RECORDING_IN_PROGRESS'
  | 'RECORDER_UNAVAILABLE'
  | 'STOP_RECORDING_NO_MCU'
  | 'NO_RECORDING_IN_PROGRESS'
  | 'RECORDING_TOO_SHORT'
  | 'START_RTMP_NO_MCU'
  | 'RTMP_NO_STREAM_ID'
  | 'RTMP_NO_ENDPOINT'
  | 'STOP_RTMP_NO_MCU'
  | 'CHANNEL_NOT_OPEN'
  | 'NO_CONNECTION_YET'
  | 'PEER_NOT_FOUND'
  | 'REFRESH_FAILED'
  | 'NO_APP_KEY'
  | 'NO_FETCH'
  | 'NO_WEBRTC'
  | 'ENGINE_FAILED'
  | 'ENGINE_DIED'
  | 'NO_CODECS';

/** What promises reject with, and methods throw, unless it is an error of the browser itself. */
export interface SkylinkError extends Error {
  /** What went wrong, for programs. */
  readonly code: SkylinkErrorCode;
  /** Which kind of error it is. */
  readonly name:
    | 'SkylinkError'
    | 'SkylinkArgumentError'
    | 'SkylinkConnectionError'
    | 'SkylinkRoomError'
    | 'SkylinkMediaError'
    | 'SkylinkTransferError'
    | 'SkylinkEngineError';
  /** ROOM_REFUSED and ROOM_LOCKED: why, one of SYSTEM_ACTION_REASON. */
  readonly reason?: SystemActionReason | string;
  /** API_REFUSED: members of the server's answer, such as `info` and the number `error`. */
  readonly [other: string]: unknown;
}
