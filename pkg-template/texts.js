/**
 * Texts of errors and log lines, by the numbers that the WebAssembly part uses
 * (`ErrorCode` and `LogCode` in `core/src/error.rs`). Numbers from 100 on belong to the JavaScript
 * part alone. `%s` is filled with the detail; without it, a detail is appended after a hyphen.
 *
 * Families become subclasses of SkylinkError (see errors.js): A argument, C connection, R room,
 * M media, E engine.
 */

/** @type {Record<number, [code: string, family: string, text: string]>} */
export const ERRORS = {
  1: ['NO_ROOM_NAME', 'A', 'No room name specified'],
  2: ['INVALID_PREFETCHED_STREAMS', 'A', 'Invalid prefetched streams provided'],
  3: ['INVALID_MEDIA_OPTIONS', 'A', 'Invalid user media options %s'],
  4: ['NOT_IN_ROOM', 'R', 'Dropping message - User is not in room'],
  5: ['API_REFUSED', 'C', 'XMLHttpRequest status not OK\nStatus was: %s'],
  6: ['API_UNREACHABLE', 'C', 'Network error occurred'],
  7: ['API_INVALID_RESPONSE', 'C', 'The answer of the API server was not understood'],
  8: ['SOCKET_FAILED', 'C', 'The signalling server could not be reached'],
  9: ['SOCKET_CLOSED', 'C', 'The connection to the signalling server was lost'],
  10: ['JOIN_TIMEOUT', 'C', 'The server did not answer the request to join in time'],
  11: ['ROOM_REFUSED', 'R', 'The server refused the room'],
  12: ['ROOM_LOCKED', 'R', 'The room is locked'],
  13: ['LEFT_DURING_JOIN', 'R', 'The room was left before it was entered'],
  15: ['MEDIA_SERVER_ERROR', 'M', '%s'],
  16: ['SECRETS_NOT_PROVIDED', 'R', 'Failed decrypting message - Secrets not provided'],
  17: ['API_TIMEOUT', 'C', 'The API server did not answer in time'],
  18: ['NO_CONNECTION', 'M', 'No Peer Connection detected'],
  20: ['SDP_ERROR', 'M', 'Sdp error'],
  21: [
    'CANDIDATE_FILTERED',
    'M',
    'Dropping received ICE candidate as it matches ICE candidate filtering flag ->',
  ],
  22: ['SOCKET_ERROR', 'C', 'The signalling connection reported an error'],
  30: ['USER_NOT_IN_ROOM', 'R', 'User is not in room'],
  31: ['INVALID_MEDIA_STREAM_ARRAY', 'A', 'Array is not of type MediaStream'],
  32: ['INACTIVE_MEDIA_STREAM', 'A', 'One or more media streams is inactive'],
  33: ['NO_STREAM', 'A', 'No stream to process'],
  70: ['START_RECORDING_NO_MCU', 'R', 'Failed to start recording - MCU is not connected'],
  71: [
    'RECORDING_IN_PROGRESS',
    'R',
    'Failed to start recording - There is an existing recording in-progress',
  ],
  72: [
    'RECORDER_UNAVAILABLE',
    'R',
    'Failed to start recording - Recording server is unavailable to start a recording - retry later',
  ],
  73: ['STOP_RECORDING_NO_MCU', 'R', 'Failed to stop recording - MCU is not connected'],
  74: [
    'NO_RECORDING_IN_PROGRESS',
    'R',
    'Failed to stop recording - There is no existing recording in-progress',
  ],
  75: [
    'RECORDING_TOO_SHORT',
    'R',
    'Failed to stop recording - 4 seconds has not been recorded yet',
  ],
  76: ['START_RTMP_NO_MCU', 'R', 'Unable to start RTMP session as MCU is not connected'],
  77: ['RTMP_NO_STREAM_ID', 'A', 'Unable to start RTMP Session stream id is missing'],
  78: ['RTMP_NO_ENDPOINT', 'A', 'Unable to start RTMP Session as Endpoint is missing'],
  79: ['STOP_RTMP_NO_MCU', 'R', 'Unable to stop RTMP as MCU is not connected'],
  80: [
    'CHANNEL_NOT_OPEN',
    'C',
    'Failed sending message - Data Channel connection is not open - Current readyState is %s',
  ],

  55: ['NO_SECRET', 'A', 'Failed setting secret - Secret and / or secret id not provided'],
  56: [
    'INVALID_SECRET',
    'A',
    'Failed setting %s - Secret and secret id must be of type string and not empty',
  ],
  57: ['SECRET_ID_NOT_UNIQUE', 'A', 'Failed setting secret - Secret id provided is not unique'],
  58: ['SECRET_ID_NOT_FOUND', 'A', 'Failed %s - Secret id not found'],
  59: [
    'PERSISTENCE_FLAG_INVALID',
    'A',
    'Failed setting persistent message flag - Persistent message flag must be of type boolean',
  ],
  60: [
    'PERSISTENCE_NOT_ENABLED',
    'R',
    "Persistent Message feature is not enabled. Enable this feature on the key under 'Advanced Settings' in the Temasys Console",
  ],
  61: ['PRIVATE_NOT_PERSISTENT', 'A', 'Dropping message - Cannot persist private messages'],
  62: ['SECRET_NOT_SELECTED', 'R', 'Dropping message - Secret id not selected'],
  63: [
    'NO_SECRET_TO_SELECT',
    'R',
    'Dropping message - Secrets not provided, Secret id not provided',
  ],
  64: ['DECRYPTION_FAILED', 'R', 'Failed decrypting message - Incorrect secret provided'],
  65: ['CIPHER_UNAVAILABLE', 'R', 'AES-GCM needs a secure page (https or localhost)'],
  66: ['NOT_PRIVILEGED', 'R', 'Please upgrade your key to privileged to use this function'],
  67: ['PEERS_NOT_LISTED', 'C', 'The server did not list the peers'],

  100: ['NO_APP_KEY', 'A', 'Please provide an App Key - Get one at console.temasys.io!'],
  101: [
    'NO_FETCH',
    'E',
    'Fetch API is not supported in your browser. Please make sure you are using a modern browser: https://caniuse.com/#search=fetch',
  ],
  102: ['NO_WEBRTC', 'E', 'WebRTC not supported. Please upgrade your browser'],
  103: ['ENGINE_FAILED', 'E', 'The WebAssembly part of the SDK could not be started'],
  104: ['ENGINE_DIED', 'E', 'The WebAssembly part of the SDK stopped for good'],
  105: ['NO_CODECS', 'E', 'No audio/video codecs available to start connection'],
};

/** @type {Record<number, [tag: string, text: string]>} */
export const LOGS = {
  1: ['ROOM', 'No such room is joined'],
  2: ['PEER INFORMATION', 'No such peer is in the room'],
  3: ['SIG SERVER', 'Dropped a frame that is no packet'],
  4: ['SIG SERVER', 'Dropped a message that lacks what it needs'],
  5: ['SIG SERVER', 'Dropped a message that does not fit the present state'],
  6: ['SIG SERVER', 'Dropped a message of an unknown type'],
  7: ['RTCSessionDescription', 'A description could not be applied'],
  8: ['MEDIA STREAM', 'The options of muteStreams must be an object'],
  9: ['MEDIA STREAM', 'No such own stream'],
  10: ['NEGOTIATION', 'No answer came, the offer was sent again'],
  11: ['NEGOTIATION', 'The handshake was given up'],
  30: ['MEDIA STREAM', 'The options of shareScreen must ask for video, so the default is taken'],
  31: ['MEDIA STREAM', 'The screen was not shared'],
  32: ['MEDIA STREAM', 'This option is deprecated and has no effect'],
  70: ['MEDIA STREAM', 'The media server did not say whose the stream is'],
  71: ['RECORDING', 'News of a session that was never begun'],
  80: ['RTCDataChannel', 'A message cannot be sent before the room is entered'],
  81: ['RTCDataChannel', 'A message cannot be sent while data channels are switched off'],
  82: ['RTCDataChannel', 'Dropped a message to a peer without a data channel'],
  83: ['RTCDataChannel', 'There is nobody to send the message to'],
  55: ['ENCRYPTED MESSAGING', 'A message was not sent: the room was left before its key was made'],
  56: ['ASYNC MESSAGING', 'The app key does not store messages'],
};
