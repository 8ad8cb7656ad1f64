/** Statistics of a connection. */

import type { PeerId, TransferId } from './options.js';
import type { CustomSettings } from './payload-parts.js';
import type { DataChannelType } from './values.js';

export interface CodecStats {
  name: string | null;
  implementation: string | null;
  clockRate: number | null;
  channels: number | null;
  payloadType: number | null;
  params: string | null;
}

export interface DirectionStats {
  codec?: CodecStats;
  ssrc?: number;
  bytes?: number;
  totalBytes?: number;
  packets?: number;
  totalPackets?: number;
  jitter?: number;
}

export interface AudioSendingStats extends DirectionStats {
  retransmittedBytesSent?: number;
  totalRetransmittedBytesSent?: number;
  retransmittedPacketsSent?: number;
  totalRetransmittedPacketsSent?: number;
  roundTripTime?: number;
  /** Text with five decimals, or "0". */
  audioLevel?: string;
  totalSamplesDuration?: number;
  echoReturnLoss?: number;
  echoReturnLossEnhancement?: number;
}

export interface AudioReceivingStats extends DirectionStats {
  packetsLost?: number;
  totalPacketsLost?: number;
  audioLevel?: string;
  totalSamplesReceived?: number;
  totalSamplesDuration?: number;
}

export interface FeedbackStats extends DirectionStats {
  firs?: number;
  totalFirs?: number;
  nacks?: number;
  totalNacks?: number;
  plis?: number;
  totalPlis?: number;
  qpSum?: number;
  frames?: number;
  frameWidth?: number;
  frameHeight?: number;
}

export interface VideoSendingStats extends FeedbackStats {
  roundTripTime?: number;
  framesEncoded?: number;
  framesPerSecond?: number;
  hugeFramesSent?: number;
}

export interface VideoReceivingStats extends FeedbackStats {
  packetsLost?: number;
  totalPacketsLost?: number;
  framesDropped?: number;
  framesDecoded?: number;
  decoderImplementation?: string;
}

export interface SelectedCandidate {
  ipAddress?: string;
  portNumber?: number;
  transport?: string;
  priority?: number;
  /** "relayed", "local", "serverreflexive", "peerreflexive" or the raw type. */
  candidateType?: string;
  /** Local side only. */
  networkType?: string;
}

export interface SelectedCandidatePair {
  id: string | null;
  local: SelectedCandidate;
  remote: SelectedCandidate;
  writable?: boolean;
  priority?: number;
  nominated?: boolean;
  roundTripTime?: number;
  totalRoundTripTime?: number;
  consentRequests: { sent?: number; totalSent?: number };
  requests: { sent?: number; totalSent?: number; received?: number; totalReceived?: number };
  responses: { sent?: number; totalSent?: number; received?: number; totalReceived?: number };
}

export interface CertificateSide {
  base64Certificate?: string;
  fingerprintAlgorithm?: string;
}

export interface CandidatesByType {
  host: RTCIceCandidate[];
  srflx: RTCIceCandidate[];
  relay: RTCIceCandidate[];
  [type: string]: RTCIceCandidate[];
}

export interface ConnectionStats {
  iceConnectionState?: RTCIceConnectionState;
  iceGatheringState?: RTCIceGatheringState;
  signalingState?: RTCSignalingState;
  localDescription?: { type: string; sdp: string };
  remoteDescription?: { type: string; sdp: string };
  constraints?: RTCConfiguration | null;
  sdpConstraints?: RTCOfferOptions | null;
  candidates?: { sending: CandidatesByType; receiving: CandidatesByType };
  peerDataChannels?: Record<
    string,
    {
      label: string;
      readyState: RTCDataChannelState;
      channelType: DataChannelType;
      currentTransferId: TransferId | null;
      currentStreamId: string | null;
    }
  >;
}

export interface Statistics {
  peerId: PeerId;
  /** Every entry of the browser's report, by its id. */
  raw: Record<string, Record<string, unknown>>;
  connection: ConnectionStats;
  audio: { sending: AudioSendingStats; receiving: AudioReceivingStats };
  video: { sending: VideoSendingStats; receiving: VideoReceivingStats };
  selectedCandidatePair: SelectedCandidatePair;
  certificate: {
    srtpCipher?: string;
    dtlsCipher?: string;
    tlsVersion?: string;
    local?: CertificateSide;
    remote?: CertificateSide;
  };
}

/** A data channel, as the browser says at the time of the call. */
export interface DataChannelInfo {
  channelName: string;
  /** "main" for the one that carries messages, else the channel's name. */
  channelProp: string;
  channelType: DataChannelType;
  currentTransferId: TransferId | null;
  currentStreamId: string | null;
  readyState: RTCDataChannelState;
  bufferedAmount: number;
  /** The same: the name that 2.7.2 has in its code. */
  bufferedAmountLow: number;
  bufferedAmountLowThreshold: number;
}

export interface RefreshConnectionResult {
  /** As asked for. */
  listOfPeers: PeerId[];
  /** One object with a single key for each peer that failed. */
  refreshErrors: Array<Record<PeerId, string[]>>;
  /** One object with a single key for each peer asked for. */
  refreshSettings: Array<
    Record<PeerId, { iceRestart?: boolean; customSettings: Partial<CustomSettings> }>
  >;
}
