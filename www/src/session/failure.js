import { SkylinkConstants } from 'skylink-wasm';

const { SYSTEM_ACTION_REASON: Reason, READY_STATE_CHANGE_ERROR: ApiError } = SkylinkConstants;

// Values of `code` in the errors with which `joinRoom` rejects.
const ENGINE_FAILED = 'ENGINE_FAILED';
const ENGINE_DIED = 'ENGINE_DIED';
const ROOM_LOCKED = 'ROOM_LOCKED';
const UNREACHABLE = [
  'API_UNREACHABLE',
  'API_TIMEOUT',
  'API_INVALID_RESPONSE',
  'SOCKET_FAILED',
  'SOCKET_CLOSED',
  'JOIN_TIMEOUT',
];

/** @enum {string} What a person can do about a failure; each is a button beside its words. */
export const Remedy = {
  RETRY: 'retry',
  WITHOUT_MEDIA: 'without-media',
  REJOIN: 'rejoin',
  LEAVE: 'leave',
};

const mediaFailures = {
  NotAllowedError: {
    kind: 'media-refused',
    title: 'The browser may not use your camera or microphone.',
    advice:
      'Allow them with the camera symbol in the address bar and try again, or join without them: you will see and hear the others.',
  },
  NotFoundError: {
    kind: 'media-missing',
    title: 'No camera or microphone was found.',
    advice: 'Plug one in and try again, or join without.',
  },
  NotReadableError: {
    kind: 'media-busy',
    title: 'Your camera or microphone cannot be started.',
    advice: 'Another program may be using it. Close that program and try again, or join without.',
  },
  OverconstrainedError: {
    kind: 'media-missing',
    title: 'The chosen camera or microphone is not there any more.',
    advice: 'Choose another one and try again, or join without.',
  },
};
mediaFailures.SecurityError = mediaFailures.NotAllowedError;
mediaFailures.DevicesNotFoundError = mediaFailures.NotFoundError;
mediaFailures.AbortError = mediaFailures.NotReadableError;

/** In one sentence: why a camera or microphone was not started during a call. */
export function describeMediaFailure(error, device) {
  switch (mediaFailures[error?.name]?.kind) {
    case 'media-refused':
      return `The browser may not use your ${device}.`;
    case 'media-missing':
      return `This ${device} is not there any more.`;
    case 'media-busy':
      return `Your ${device} cannot be started. Another program may be using it.`;
    default:
      return `Your ${device} cannot be started: ${textOf(error)}`;
  }
}

const refusals = {
  [Reason.ROOM_LOCKED]: {
    kind: 'room-locked',
    title: 'This room is locked.',
    advice: 'Ask somebody inside to unlock it, then try again. Or choose another room.',
  },
  [Reason.ROOM_CLOSED]: {
    kind: 'room-closed',
    title: 'The time of this room is over.',
    advice: 'Choose another room.',
  },
  [Reason.EXPIRED]: {
    kind: 'room-closed',
    title: 'The time of this room is over.',
    advice: 'Choose another room.',
  },
  [Reason.ROOM_NOT_STARTED]: {
    kind: 'room-not-started',
    title: 'This room is not open yet.',
    advice: 'Try again at the time you were given.',
  },
  [Reason.DUPLICATED_LOGIN]: {
    kind: 'refused',
    title: 'You are in this room already.',
    advice: 'Leave it in the other window, then try again.',
  },
};

const keyFailure = {
  kind: 'app-key',
  title: 'The server does not accept the app key of this page.',
  advice: 'Check “key” in the address, or leave it out to use the key “demo”.',
};

const serverFailure = {
  kind: 'server-unreachable',
  title: 'The server cannot be reached.',
  advice: 'Check your network connection and try again in a moment.',
};

// Numbers the API server gives in `error`.
const keyErrors = [
  ApiError.API_INVALID,
  ApiError.API_DOMAIN_NOT_MATCH,
  ApiError.API_CORS_DOMAIN_NOT_MATCH,
  ApiError.API_CREDENTIALS_INVALID,
  ApiError.API_CREDENTIALS_NOT_MATCH,
  ApiError.API_INVALID_PARENT_KEY,
  ApiError.API_WRONG_ACCESS_DOMAIN,
];

const retry = [Remedy.RETRY];

/** The words and remedies for a `joinRoom` that failed. */
export function describeJoinFailure(error) {
  const media = mediaFailures[error?.name];
  if (media) return { ...media, remedies: [Remedy.RETRY, Remedy.WITHOUT_MEDIA] };

  if (error?.code === ENGINE_FAILED) return describeStartFailure(error);
  if (error?.code === ENGINE_DIED) return { ...sdkStopped, remedies: retry };
  if (error?.code === ROOM_LOCKED) return describeRefusal({ reason: Reason.ROOM_LOCKED });
  if (keyErrors.includes(error?.error)) return { ...keyFailure, remedies: retry };
  if (UNREACHABLE.includes(error?.code)) return { ...serverFailure, remedies: retry };
  return describeRefusal({ info: textOf(error) });
}

/** The words and remedies for a system action with which the server keeps or puts somebody out. */
export function describeRefusal({ reason, info }) {
  const refusal = refusals[reason] ?? {
    kind: 'refused',
    title: 'The server did not let you into the room.',
    advice: 'Try again, or choose another room.',
    detail: textOf(info),
  };
  return { ...refusal, remedies: retry };
}

export const connectionLost = {
  kind: 'connection-lost',
  title: 'The connection to the server was lost.',
  advice:
    'The page looks for it again and again and comes back by itself. Until then people who are still shown may hear and see you.',
  remedies: [Remedy.REJOIN, Remedy.LEAVE],
};

export const serverStillAway = {
  ...connectionLost,
  title: 'The server cannot be reached yet.',
};

export const sdkStopped = {
  kind: 'sdk-stopped',
  title: 'The call broke down because of a defect of this page.',
  advice: 'Camera and microphone are off and nobody hears you. Rejoin to go on.',
  remedies: [Remedy.REJOIN, Remedy.LEAVE],
};

/** The words for an SDK that does not start at all. */
export function describeStartFailure(error) {
  return {
    kind: 'unsupported',
    title: 'This browser cannot make calls.',
    advice: 'Use a current Chrome, Edge, Firefox or Safari.',
    remedies: [],
    detail: textOf(error),
  };
}

function textOf(error) {
  if (typeof error === 'string') return error;
  return error?.info || error?.message || '';
}
