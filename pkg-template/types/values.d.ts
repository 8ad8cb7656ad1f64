/** Types of the values in the groups of constants. */

import type { SkylinkConstantGroups } from './constants.js';

type Values<T> = T[keyof T];
export type TurnTransport = Values<SkylinkConstantGroups['TURN_TRANSPORT']>;
export type AudioCodec = Values<SkylinkConstantGroups['AUDIO_CODEC']>;
export type VideoCodec = Values<SkylinkConstantGroups['VIDEO_CODEC']>;
export type DataChannelType = Values<SkylinkConstantGroups['DATA_CHANNEL_TYPE']>;
export type DataChannelState = Values<SkylinkConstantGroups['DATA_CHANNEL_STATE']>;
export type RecordingState = Values<SkylinkConstantGroups['RECORDING_STATE']>;
export type RtmpState = Values<SkylinkConstantGroups['RTMP_STATE']>;
export type DataTransferDataType = Values<SkylinkConstantGroups['DATA_TRANSFER_DATA_TYPE']>;
export type DataTransferSessionType = Values<SkylinkConstantGroups['DATA_TRANSFER_SESSION_TYPE']>;
export type DataTransferDirection = Values<SkylinkConstantGroups['DATA_TRANSFER_DIRECTION']>;
export type DataTransferState = Values<SkylinkConstantGroups['DATA_TRANSFER_STATE']>;
export type SocketFallback = Values<SkylinkConstantGroups['SOCKET_FALLBACK']>;
export type MediaType = Values<SkylinkConstantGroups['MEDIA_TYPE']>;
export type MediaState = Values<SkylinkConstantGroups['MEDIA_STATE']>;
export type PeerType = Values<SkylinkConstantGroups['PEER_TYPE']>;
export type GetPeersState = Values<SkylinkConstantGroups['GET_PEERS_STATE']>;
export type GetConnectionStatusState = Values<SkylinkConstantGroups['GET_CONNECTION_STATUS_STATE']>;
export type MediaAccessFallbackState = Values<SkylinkConstantGroups['MEDIA_ACCESS_FALLBACK_STATE']>;
export type CandidateProcessingState = Values<SkylinkConstantGroups['CANDIDATE_PROCESSING_STATE']>;
export type CandidateGenerationState = Values<SkylinkConstantGroups['CANDIDATE_GENERATION_STATE']>;
export type PeerConnectionState = Values<SkylinkConstantGroups['PEER_CONNECTION_STATE']>;
export type IceConnectionState = Values<SkylinkConstantGroups['ICE_CONNECTION_STATE']>;
export type HandshakeProgress = Values<SkylinkConstantGroups['HANDSHAKE_PROGRESS']>;
export type ReadyState = Values<SkylinkConstantGroups['READY_STATE_CHANGE']>;
export type SystemAction = Values<SkylinkConstantGroups['SYSTEM_ACTION']>;
export type SystemActionReason = Values<SkylinkConstantGroups['SYSTEM_ACTION_REASON']>;
