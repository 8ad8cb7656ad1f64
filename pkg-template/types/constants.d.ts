/** Values that apps compare with. */

import type { SkylinkEventNames } from './event-names.js';

export interface SkylinkConstantGroups {
  readonly DATA_CHANNEL_STATE: {
    readonly CONNECTING: 'connecting';
    readonly OPEN: 'open';
    readonly CLOSING: 'closing';
    readonly CLOSED: 'closed';
    readonly ERROR: 'error';
    readonly CREATE_ERROR: 'createError';
    readonly BUFFERED_AMOUNT_LOW: 'bufferedAmountLow';
    readonly SEND_MESSAGE_ERROR: 'sendMessageError';
  };
  readonly DATA_CHANNEL_TYPE: {
    readonly MESSAGING: 'messaging';
    readonly DATA: 'data';
  };
  readonly DATA_CHANNEL_MESSAGE_TYPE: {
    readonly PROTOCOL: 'protocol';
    readonly CHUNK: 'chunk';
  };
  readonly DATA_CHANNEL_MESSAGE_ERROR: {
    readonly MESSAGE: 'message';
    readonly TRANSFER: 'transfer';
  };
  readonly DATA_TRANSFER_DATA_TYPE: {
    readonly BINARY_STRING: 'binaryString';
    readonly ARRAY_BUFFER: 'arrayBuffer';
    readonly BLOB: 'blob';
    readonly STRING: 'string';
  };
  readonly DT_PROTOCOL_VERSION: '0.1.3';
  readonly DATA_TRANSFER_DIRECTION: {
    readonly UPLOAD: 'upload';
    readonly DOWNLOAD: 'download';
  };
  readonly DATA_TRANSFER_SESSION_TYPE: {
    readonly BLOB: 'blob';
    readonly DATA: 'data';
  };
  readonly SESSION_CHUNK_TYPE: {
    readonly STRING: 'string';
    readonly BINARY: 'binary';
  };
  readonly DATA_TRANSFER_STATE: {
    readonly UPLOAD_REQUEST: 'request';
    readonly UPLOAD_STARTED: 'uploadStarted';
    readonly DOWNLOAD_STARTED: 'downloadStarted';
    readonly REJECTED: 'rejected';
    readonly CANCEL: 'cancel';
    readonly ERROR: 'error';
    readonly UPLOADING: 'uploading';
    readonly DOWNLOADING: 'downloading';
    readonly UPLOAD_COMPLETED: 'uploadCompleted';
    readonly DOWNLOAD_COMPLETED: 'downloadCompleted';
    readonly USER_REJECTED: 'userRejected';
    readonly USER_UPLOAD_REQUEST: 'userRequest';
  };
  readonly ACK_PROTOCOL_NUMBER: {
    readonly REJECT: -1;
    readonly ACCEPT: 0;
    readonly CANCEL: 0;
  };
  readonly AUTH_STATE: {
    readonly REQUEST: 'request';
    readonly SUCCESS: 'success';
    readonly ERROR: 'error';
  };
  readonly DATA_STREAM_STATE: {
    readonly SENDING_STARTED: 'sendStart';
    readonly SENDING_STOPPED: 'sendStop';
    readonly RECEIVING_STARTED: 'receiveStart';
    readonly RECEIVING_STOPPED: 'receiveStop';
    readonly RECEIVED: 'received';
    readonly SENT: 'sent';
    readonly ERROR: 'error';
    readonly START_ERROR: 'startError';
  };
  readonly CANDIDATE_GENERATION_STATE: {
    readonly NEW: 'new';
    readonly GATHERING: 'gathering';
    readonly COMPLETED: 'complete';
  };
  readonly CANDIDATE_PROCESSING_STATE: {
    readonly RECEIVED: 'received';
    readonly DROPPED: 'dropped';
    readonly BUFFERED: 'buffered';
    readonly PROCESSING: 'processing';
    readonly PROCESS_SUCCESS: 'processSuccess';
    readonly PROCESS_ERROR: 'processError';
  };
  readonly ICE_CONNECTION_STATE: {
    readonly STARTING: 'starting';
    readonly CHECKING: 'checking';
    readonly CONNECTED: 'connected';
    readonly COMPLETED: 'completed';
    readonly CLOSED: 'closed';
    readonly FAILED: 'failed';
    readonly DISCONNECTED: 'disconnected';
  };
  readonly TURN_TRANSPORT: {
    readonly UDP: 'udp';
    readonly TCP: 'tcp';
    readonly ANY: 'any';
    readonly NONE: 'none';
    readonly ALL: 'all';
  };
  readonly PEER_CONNECTION_STATE: {
    readonly STABLE: 'stable';
    readonly HAVE_LOCAL_OFFER: 'have-local-offer';
    readonly HAVE_REMOTE_OFFER: 'have-remote-offer';
    readonly CLOSED: 'closed';
    readonly CONNECTING: 'connecting';
    readonly FAILED: 'failed';
    readonly DISCONNECTED: 'disconnected';
    readonly CONNECTED: 'connected';
  };
  readonly GET_CONNECTION_STATUS_STATE: {
    readonly RETRIEVING: 0;
    readonly RETRIEVE_SUCCESS: 1;
    readonly RETRIEVE_ERROR: -1;
  };
  readonly BUNDLE_POLICY: {
    readonly MAX_COMPAT: 'max-compat';
    readonly BALANCED: 'balanced';
    readonly MAX_BUNDLE: 'max-bundle';
    readonly NONE: 'none';
  };
  readonly RTCP_MUX_POLICY: {
    readonly REQUIRE: 'require';
    readonly NEGOTIATE: 'negotiate';
  };
  readonly PEER_CERTIFICATE: {
    readonly RSA: 'RSA';
    readonly ECDSA: 'ECDSA';
    readonly AUTO: 'AUTO';
  };
  readonly HANDSHAKE_PROGRESS: {
    readonly ENTER: 'enter';
    readonly WELCOME: 'welcome';
    readonly OFFER: 'offer';
    readonly ANSWER: 'answer';
    readonly ANSWER_ACK: 'answerAck';
    readonly ERROR: 'error';
  };
  readonly GET_PEERS_STATE: {
    readonly ENQUIRED: 'enquired';
    readonly DISPATCHED: 'dispatched';
    readonly RECEIVED: 'received';
  };
  readonly INTRODUCE_STATE: {
    readonly INTRODUCING: 'introducing';
    readonly ERROR: 'error';
  };
  readonly SYSTEM_ACTION: {
    readonly WARNING: 'warning';
    readonly REJECT: 'reject';
    readonly LOCKED: 'locked';
  };
  readonly SYSTEM_ACTION_REASON: {
    readonly CREDENTIALS_EXPIRED: 'oldTimeStamp';
    readonly CREDENTIALS_ERROR: 'credentialError';
    readonly DUPLICATED_LOGIN: 'duplicatedLogin';
    readonly ROOM_NOT_STARTED: 'notStart';
    readonly EXPIRED: 'expired';
    readonly ROOM_LOCKED: 'locked';
    readonly FAST_MESSAGE: 'fastmsg';
    readonly ROOM_CLOSING: 'toclose';
    readonly ROOM_CLOSED: 'roomclose';
    readonly SERVER_ERROR: 'serverError';
    readonly KEY_ERROR: 'keyFailed';
  };
  readonly READY_STATE_CHANGE: {
    readonly INIT: 0;
    readonly LOADING: 1;
    readonly COMPLETED: 2;
    readonly ERROR: -1;
  };
  readonly READY_STATE_CHANGE_ERROR: {
    readonly API_INVALID: 4001;
    readonly API_DOMAIN_NOT_MATCH: 4002;
    readonly API_CORS_DOMAIN_NOT_MATCH: 4003;
    readonly API_CREDENTIALS_INVALID: 4004;
    readonly API_CREDENTIALS_NOT_MATCH: 4005;
    readonly API_INVALID_PARENT_KEY: 4006;
    readonly API_NO_MEETING_RECORD_FOUND: 4010;
    readonly API_OVER_SEAT_LIMIT: 4020;
    readonly API_RETRIEVAL_FAILED: 4021;
    readonly API_WRONG_ACCESS_DOMAIN: 5005;
    readonly XML_HTTP_REQUEST_ERROR: -1;
    readonly XML_HTTP_NO_REPONSE_ERROR: -2;
    readonly NO_SOCKET_IO: 1;
    readonly NO_XMLHTTPREQUEST_SUPPORT: 2;
    readonly NO_WEBRTC_SUPPORT: 3;
    readonly NO_PATH: 4;
    readonly ADAPTER_NO_LOADED: 7;
    readonly PARSE_CODECS: 8;
  };
  readonly REGIONAL_SERVER: {
    readonly APAC1: '';
    readonly US1: '';
  };
  readonly LOG_LEVEL: {
    readonly DEBUG: 4;
    readonly LOG: 3;
    readonly INFO: 2;
    readonly WARN: 1;
    readonly ERROR: 0;
    readonly NONE: -1;
  };
  readonly SOCKET_ERROR: {
    readonly CONNECTION_FAILED: 0;
    readonly RECONNECTION_FAILED: -1;
    readonly CONNECTION_ABORTED: -2;
    readonly RECONNECTION_ABORTED: -3;
    readonly RECONNECTION_ATTEMPT: -4;
  };
  readonly SOCKET_FALLBACK: {
    readonly NON_FALLBACK: 'nonfallback';
    readonly FALLBACK_PORT: 'fallbackPortNonSSL';
    readonly FALLBACK_SSL_PORT: 'fallbackPortSSL';
    readonly LONG_POLLING: 'fallbackLongPollingNonSSL';
    readonly LONG_POLLING_SSL: 'fallbackLongPollingSSL';
  };
  readonly SM_PROTOCOL_VERSION: '2.1.0';
  readonly VIDEO_CODEC: {
    readonly AUTO: 'auto';
    readonly VP8: 'VP8';
    readonly H264: 'H264';
    readonly VP9: 'VP9';
  };
  readonly AUDIO_CODEC: {
    readonly AUTO: 'auto';
    readonly ISAC: 'ISAC';
    readonly OPUS: 'opus';
    readonly ILBC: 'ILBC';
    readonly G722: 'G722';
    readonly PCMU: 'PCMU';
    readonly PCMA: 'PCMA';
  };
  readonly MEDIA_SOURCE: {
    readonly SCREEN: 'screen';
    readonly WINDOW: 'window';
    readonly TAB: 'tab';
    readonly TAB_AUDIO: 'audio';
    readonly APPLICATION: 'application';
    readonly BROWSER: 'browser';
    readonly CAMERA: 'camera';
  };
  readonly VIDEO_RESOLUTION: {
    readonly QQVGA: { readonly width: 160; readonly height: 120 };
    readonly HQVGA: { readonly width: 240; readonly height: 160 };
    readonly QVGA: { readonly width: 320; readonly height: 240 };
    readonly WQVGA: { readonly width: 384; readonly height: 240 };
    readonly HVGA: { readonly width: 480; readonly height: 320 };
    readonly VGA: { readonly width: 640; readonly height: 480 };
    readonly WVGA: { readonly width: 768; readonly height: 480 };
    readonly FWVGA: { readonly width: 854; readonly height: 480 };
    readonly SVGA: { readonly width: 800; readonly height: 600 };
    readonly DVGA: { readonly width: 960; readonly height: 640 };
    readonly WSVGA: { readonly width: 1024; readonly height: 576 };
    readonly HD: { readonly width: 1280; readonly height: 720 };
    readonly HDPLUS: { readonly width: 1600; readonly height: 900 };
    readonly FHD: { readonly width: 1920; readonly height: 1080 };
    readonly QHD: { readonly width: 2560; readonly height: 1440 };
    readonly WQXGAPLUS: { readonly width: 3200; readonly height: 1800 };
    readonly UHD: { readonly width: 3840; readonly height: 2160 };
    readonly UHDPLUS: { readonly width: 5120; readonly height: 2880 };
    readonly FUHD: { readonly width: 7680; readonly height: 4320 };
    readonly QUHD: { readonly width: 15360; readonly height: 8640 };
  };
  readonly MEDIA_ACCESS_FALLBACK_STATE: {
    readonly FALLBACKING: 0;
    readonly FALLBACKED: 1;
    readonly ERROR: -1;
  };
  readonly RECORDING_STATE: {
    readonly START: 0;
    readonly STOP: 1;
    readonly LINK: 2;
    readonly ERROR: -1;
  };
  readonly CHUNK_FILE_SIZE: 49152;
  readonly MOZ_CHUNK_FILE_SIZE: 12288;
  readonly BINARY_FILE_SIZE: 65456;
  readonly MOZ_BINARY_FILE_SIZE: 16384;
  readonly CHUNK_DATAURL_SIZE: 1212;
  readonly DC_PROTOCOL_TYPE: {
    readonly WRQ: 'WRQ';
    readonly ACK: 'ACK';
    readonly ERROR: 'ERROR';
    readonly CANCEL: 'CANCEL';
    readonly MESSAGE: 'MESSAGE';
  };
  readonly SIG_MESSAGE_TYPE: {
    readonly JOIN_ROOM: 'joinRoom';
    readonly IN_ROOM: 'inRoom';
    readonly ENTER: 'enter';
    readonly WELCOME: 'welcome';
    readonly OFFER: 'offer';
    readonly ANSWER: 'answer';
    readonly ANSWER_ACK: 'answerAck';
    readonly CANDIDATE: 'candidate';
    readonly BYE: 'bye';
    readonly REDIRECT: 'redirect';
    readonly UPDATE_USER: 'updateUserEvent';
    readonly ROOM_LOCK: 'roomLockEvent';
    readonly PUBLIC_MESSAGE: 'public';
    readonly PRIVATE_MESSAGE: 'private';
    readonly STREAM: 'stream';
    readonly GROUP: 'group';
    readonly GET_PEERS: 'getPeers';
    readonly PEER_LIST: 'peerList';
    readonly INTRODUCE: 'introduce';
    readonly INTRODUCE_ERROR: 'introduceError';
    readonly APPROACH: 'approach';
    readonly START_RECORDING: 'startRecordingRoom';
    readonly STOP_RECORDING: 'stopRecordingRoom';
    readonly RECORDING: 'recordingEvent';
    readonly END_OF_CANDIDATES: 'endOfCandidates';
    readonly START_SCREENSHARE: 'startScreenshare';
    readonly START_RTMP: 'startRTMP';
    readonly STOP_RTMP: 'stopRTMP';
    readonly RTMP: 'rtmpEvent';
    readonly MEDIA_INFO_EVENT: 'mediaInfoEvent';
    readonly MESSAGE: 'message';
    readonly GET_STORED_MESSAGES: 'getStoredMessages';
    readonly STORED_MESSAGES: 'storedMessages';
    readonly RESTART: 'restart';
  };
  readonly STREAM_STATUS: {
    readonly ENDED: 'ended';
  };
  readonly GROUP_MESSAGE_LIST: readonly ['stream', 'updateUserEvent', 'public'];
  readonly VIDEO_QUALITY: {
    readonly HD: { readonly video: 3200; readonly audio: 150 };
    readonly HQ: { readonly video: 1200; readonly audio: 80 };
    readonly SQ: { readonly video: 800; readonly audio: 30 };
    readonly LQ: { readonly video: 400; readonly audio: 20 };
  };
  readonly SDP_SEMANTICS: {
    readonly PLAN_B: 'plan-b';
    readonly UNIFIED: 'unified-plan';
  };
  readonly RTMP_STATE: {
    readonly START: 0;
    readonly STOP: 1;
    readonly ERROR: -1;
  };
  readonly MEDIA_STATUS: {
    readonly MUTED: 0;
    readonly ACTIVE: 1;
    readonly UNAVAILABLE: -1;
  };
  readonly TAGS: {
    readonly SKYLINK_EVENT: 'SKYLINK EVENT';
    readonly SKYLINK_ERROR: 'SKYLINK ERROR';
    readonly STATS_MODULE: 'RTCStatsReport';
    readonly SESSION_DESCRIPTION: 'RTCSessionDescription';
    readonly PEER_CONNECTION: 'RTCPeerConnection';
    readonly CANDIDATE_HANDLER: 'RTCIceCandidate';
    readonly DATA_CHANNEL: 'RTCDataChannel';
    readonly SIG_SERVER: 'SIG SERVER';
    readonly PEER_MEDIA: 'PEER MEDIA';
    readonly PEER_INFORMATION: 'PEER INFORMATION';
    readonly ROOM: 'ROOM';
    readonly RECORDING: 'RECORDING';
    readonly MEDIA_STREAM: 'MEDIA STREAM';
    readonly MESSAGING: 'MESSAGING';
    readonly ASYNC_MESSAGING: 'ASYNC MESSAGING';
    readonly ENCRYPTED_MESSAGING: 'ENCRYPTED MESSAGING';
    readonly STATS: 'STATS';
    readonly NEGOTIATION: 'NEGOTIATION';
  };
  readonly MEDIA_TYPE: {
    readonly AUDIO_MIC: 'audioMic';
    readonly VIDEO_CAMERA: 'videoCamera';
    readonly VIDEO_SCREEN: 'videoScreen';
    readonly VIDEO_OTHER: 'videoOther';
    readonly AUDIO: 'audio';
    readonly VIDEO: 'video';
  };
  readonly TRACK_READY_STATE: {
    readonly LIVE: 'live';
    readonly ENDED: 'ended';
  };
  readonly TRACK_KIND: {
    readonly AUDIO: 'audio';
    readonly VIDEO: 'video';
  };
  readonly MEDIA_STATE: {
    readonly MUTED: 'muted';
    readonly ACTIVE: 'active';
    readonly STOPPED: 'stopped';
    readonly UNAVAILABLE: 'unavailable';
  };
  readonly MEDIA_INFO: {
    readonly PUBLISHER_ID: 'publisherId';
    readonly MEDIA_ID: 'mediaId';
    readonly MEDIA_TYPE: 'mediaType';
    readonly MEDIA_STATE: 'mediaState';
    readonly TRANSCEIVER_MID: 'transceiverMid';
    readonly MEDIA_META_DATA: 'mediaMetaData';
    readonly SIMULCAST: 'simulcast';
    readonly STREAM_ID: 'streamId';
  };
  readonly SDK_VERSION: string;
  readonly SDK_NAME: {
    readonly WEB: 'Web SDK';
    readonly ANDROID: 'Android SDK';
    readonly IOS: 'iOS SDK';
    readonly CPP: 'C++ SDK';
  };
  readonly API_VERSION: '9.0.0';
  readonly SIGNALING_VERSION: 'sig-v2';
  readonly BROWSER_AGENT: {
    readonly CHROME: 'chrome';
    readonly FIREFOX: 'firefox';
    readonly SAFARI: 'safari';
    readonly REACT_NATIVE: 'react-native';
  };
  readonly PEER_TYPE: {
    readonly MCU: 'MCU';
    readonly REC_SRV: 'REC_SRV';
  };
  readonly SOCKET_EVENTS: {
    readonly CONNECT: 'connect';
    readonly DISCONNECT: 'disconnect';
    readonly RECONNECT_ATTEMPT: 'reconnect_attempt';
    readonly RECONNECT_SUCCESS: 'reconnect_success';
    readonly RECONNECT_FAILED: 'reconnect_failed';
    readonly RECONNECT_ERROR: 'reconnect_error';
    readonly MESSAGE: 'message';
    readonly ERROR: 'error';
  };
  readonly SOCKET_TYPE: {
    readonly POLLING: 'Polling';
    readonly WEBSOCKET: 'WebSocket';
    readonly XHR_POLLING: 'xhr-polling';
    readonly JSONP_POLLING: 'jsonp-polling';
  };
  readonly STATES: { readonly SIGNALING: SkylinkConstantGroups['SOCKET_EVENTS'] };
  readonly CONFIG_NAME: {
    readonly PEER_CONNECTION: 'PEER_CONNECTION';
    readonly SOCKET: 'SOCKET';
  };
  readonly NEGOTIATION_STATES: {
    readonly ENTERING: 'entering';
    readonly WELCOMING: 'welcoming';
    readonly LOCAL_OFFER_SENT: 'localOfferSent';
    readonly LOCAL_OFFER_SET: ' localOfferSet';
    readonly REMOTE_OFFER_RECEIVED: 'remoteOfferReceived';
    readonly REMOTE_ANSWER_RECEIVED: 'remoteAnswerReceived';
    readonly REMOTE_OFFER_SET: 'remoteOfferSet';
    readonly LOCAL_ANSWER_SET: 'localAnswerSet';
    readonly REMOTE_ANSWER_SET: 'remoteAnswerSet';
    readonly NEGOTIATED: 'negotiated';
  };
  readonly EVENTS: SkylinkEventNames;
}
