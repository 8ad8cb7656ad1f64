/** Statistics of a connection. */

import type { PeerId, TransferId } from './options.js';
import type { CustomSettings } from './payload-parts.js';
import type { DataChannelType } from './values.js';

/** The codec in use. */
export interface CodecStats {
  /** Such as `opus` or `VP8`. */
  name: string | null;
  /** Always null. */
  implementation: string | null;
  /** Hertz. */
  clockRate: number | null;
  /** How many, for sound. */
  channels: number | null;
  /** Its number in RTP. */
  payloadType: number | null;
  /** Its parameters in the session description. */
  params: string | null;
}

/**
 * What sound and picture have in common, in both directions. Added up over streams; absent is what
 * the browser does not tell.
 */
export interface DirectionStats {
  /** The codec in use. */
  codec?: CodecStats;
  /** The stream in RTP; of the last one. */
  ssrc?: number;
  /** A second, since the last read. */
  bytes?: number;
  /** Since the connection began. */
  totalBytes?: number;
  /** A second, since the last read. */
  packets?: number;
  /** Since the connection began. */
  totalPackets?: number;
  /** Seconds; for what is sent as the other side sees it. */
  jitter?: number;
}

/** Sound that is sent. */
export interface AudioSendingStats extends DirectionStats {
  /** A second, since the last read. */
  retransmittedBytesSent?: number;
  /** Since the connection began. */
  totalRetransmittedBytesSent?: number;
  /** A second, since the last read. */
  retransmittedPacketsSent?: number;
  /** Since the connection began. */
  totalRetransmittedPacketsSent?: number;
  /** Seconds, as the other side sees it. */
  roundTripTime?: number;
  /** Text with five decimals, or "0". */
  audioLevel?: string;
  /** Seconds of sound that were captured. */
  totalSamplesDuration?: number;
  /** Decibels. */
  echoReturnLoss?: number;
  /** Decibels. */
  echoReturnLossEnhancement?: number;
}

/** Sound that comes. */
export interface AudioReceivingStats extends DirectionStats {
  /** A second, since the last read. */
  packetsLost?: number;
  /** Since the connection began. */
  totalPacketsLost?: number;
  /** Text with five decimals, or "0". */
  audioLevel?: string;
  /** Samples since the connection began. */
  totalSamplesReceived?: number;
  /** Seconds of sound that came. */
  totalSamplesDuration?: number;
}

/** What pictures have in both directions. */
export interface FeedbackStats extends DirectionStats {
  /** Requests for a whole picture (FIR) a second, since the last read. */
  firs?: number;
  /** Since the connection began. */
  totalFirs?: number;
  /** Requests for lost packets (NACK) a second, since the last read. */
  nacks?: number;
  /** Since the connection began. */
  totalNacks?: number;
  /** Reports of lost pictures (PLI) a second, since the last read. */
  plis?: number;
  /** Since the connection began. */
  totalPlis?: number;
  /** Sum of the quantisers of all frames: the greater for each frame, the coarser. */
  qpSum?: number;
  /** Frames since the connection began. */
  frames?: number;
  /** Pixels of the last frame. */
  frameWidth?: number;
  /** Pixels of the last frame. */
  frameHeight?: number;
}

/** Pictures that are sent. */
export interface VideoSendingStats extends FeedbackStats {
  /** Seconds, as the other side sees it. */
  roundTripTime?: number;
  /** Since the connection began. */
  framesEncoded?: number;
  /** Of the camera or screen. */
  framesPerSecond?: number;
  /** Frames much larger than usual. */
  hugeFramesSent?: number;
}

/** Pictures that come. */
export interface VideoReceivingStats extends FeedbackStats {
  /** A second, since the last read. */
  packetsLost?: number;
  /** Since the connection began. */
  totalPacketsLost?: number;
  /** Since the connection began. */
  framesDropped?: number;
  /** Since the connection began. */
  framesDecoded?: number;
  /** As the browser names it. */
  decoderImplementation?: string;
}

/** One end of the path in use. */
export interface SelectedCandidate {
  /** As far as the browser tells. */
  ipAddress?: string;
  /** As far as the browser tells. */
  portNumber?: number;
  /** `udp` or `tcp`. */
  transport?: string;
  /** In the sense of ICE. */
  priority?: number;
  /** "relayed", "local", "serverreflexive", "peerreflexive" or the raw type. */
  candidateType?: string;
  /** Local side only. */
  networkType?: string;
}

/** The path in use. */
export interface SelectedCandidatePair {
  /** The browser's id of it; null while there is none. */
  id: string | null;
  /** This end. */
  local: SelectedCandidate;
  /** The other end. */
  remote: SelectedCandidate;
  /** Whether it can be sent over, where the browser tells. */
  writable?: boolean;
  /** In the sense of ICE, where the browser tells. */
  priority?: number;
  /** Whether it was chosen, where the browser tells. */
  nominated?: boolean;
  /** Seconds, of the last check. */
  roundTripTime?: number;
  /** Seconds, of all checks together; over `responses.totalReceived` the mean. */
  totalRoundTripTime?: number;
  /** Checks that the other side still wants to hear: a second, and in total. */
  consentRequests: { sent?: number; totalSent?: number };
  /** Checks: a second, and in total. */
  requests: { sent?: number; totalSent?: number; received?: number; totalReceived?: number };
  /** Their answers: a second, and in total. */
  responses: { sent?: number; totalSent?: number; received?: number; totalReceived?: number };
}

/** A certificate. */
export interface CertificateSide {
  /** The certificate itself, DER in base64. */
  base64Certificate?: string;
  /** Such as `sha-256`. */
  fingerprintAlgorithm?: string;
  /** Of the certificate. */
  fingerprint?: string;
  /** The same as `base64Certificate`, by the name that the documentation of 2.7.2 has for it. */
  derBase64?: string;
}

/** Candidates in a session description, by their type. */
export interface CandidatesByType {
  /** Addresses of the machine itself. */
  host: RTCIceCandidate[];
  /** Addresses that a STUN server saw. */
  srflx: RTCIceCandidate[];
  /** Addresses of a TURN server. */
  relay: RTCIceCandidate[];
  [type: string]: RTCIceCandidate[];
}

/** The connection itself. */
export interface ConnectionStats {
  /** As the browser says. */
  iceConnectionState?: RTCIceConnectionState;
  /** As the browser says. */
  iceGatheringState?: RTCIceGatheringState;
  /** As the browser says. */
  signalingState?: RTCSignalingState;
  /** Type and SDP; empty texts while there is none. */
  localDescription?: { type: string; sdp: string };
  /** Type and SDP; empty texts while there is none. */
  remoteDescription?: { type: string; sdp: string };
  /** The configuration, without the passwords of TURN servers. */
  constraints?: RTCConfiguration | null;
  /** What offers are made with. */
  sdpConstraints?: RTCOfferOptions | null;
  /** In the two descriptions. */
  candidates?: { sending: CandidatesByType; receiving: CandidatesByType };
  /** By name. */
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

/** The statistics of the connection to one peer, at one time. */
export interface Statistics {
  /** The other side; `MCU` for a media server. */
  peerId: PeerId;
  /** Every entry of the browser's report, by its id. */
  raw: Record<string, Record<string, unknown>>;
  /** The connection itself. */
  connection: ConnectionStats;
  /** Sound. */
  audio: { sending: AudioSendingStats; receiving: AudioReceivingStats };
  /** Pictures. */
  video: { sending: VideoSendingStats; receiving: VideoReceivingStats };
  /** The path in use. */
  selectedCandidatePair: SelectedCandidatePair;
  /** How it is encrypted. */
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
  /** Its label. */
  channelName: string;
  /** "main" for the one that carries messages, else the channel's name. */
  channelProp: string;
  /** `messaging`, or `data` for one that carries a file. */
  channelType: DataChannelType;
  /** The transfer that it carries, if any. */
  currentTransferId: TransferId | null;
  /** Always null. */
  currentStreamId: string | null;
  /** As the browser says. */
  readyState: RTCDataChannelState;
  /** Bytes that wait to be sent. */
  bufferedAmount: number;
  /** The same: the name that 2.7.2 has in its code. */
  bufferedAmountLow: number;
  /** At or below so many the channel counts as drained. */
  bufferedAmountLowThreshold: number;
}

/** What became of `refreshConnection`. */
export interface RefreshConnectionResult {
  /** As asked for. */
  listOfPeers: PeerId[];
  /** One object with a single key for each peer that failed. */
  refreshErrors: Array<Record<PeerId, string[]>>;
  /** One object with a single key for each peer asked for. */
  refreshSettings: Array<Record<PeerId, RefreshSetting>>;
}

/** With what the connection to one peer is refreshed. */
export interface RefreshSetting {
  /** Whether ICE restarts; absent for a peer that is unknown. */
  iceRestart?: boolean;
  /** What the peer sends; empty for a peer that is unknown. */
  customSettings: Partial<CustomSettings>;
}

/** Members of the rejection of `refreshConnection` when there is nobody to connect to. */
export interface RefreshConnectionNoPeers {
  /** Empty. */
  listOfPeers: PeerId[];
  /** Why. */
  refreshErrors: {
    /** In words. */
    self: string;
  };
}
