/**
 * The state of the page as plain data, and the changes it can go through.
 * Nothing here knows the SDK or the document: each function takes the state and returns what changes.
 * Chat and the other parts of a room have modules of their own beside this one.
 */
import { noChat, receiverLeft } from './chat.js';
import { noDevices } from './devices.js';
import { noLiveStreams } from './live-streams.js';
import { noPictures } from './pictures.js';
import { noProblems } from './problems.js';
import { noRecording } from './recording.js';
import { defaultSettings } from './settings.js';
import { noTransfers } from './transfers.js';

/** @enum {string} */
export const Phase = {
  FORM: 'form',
  JOINING: 'joining',
  JOINED: 'joined',
  LOST: 'lost',
};

/** @enum {string} How the connection to one person stands. */
export const Connection = {
  CONNECTING: 'connecting',
  CONNECTED: 'connected',
  RECONNECTING: 'reconnecting',
  LOST: 'lost',
};

/** @enum {string} What a person sends of one kind of media. */
export const Sending = {
  ON: 'on',
  MUTED: 'muted',
  NONE: 'none',
};

const nothingOfARoom = {
  roomName: '',
  roomIsLocked: false,
  people: [],
  isRejoining: false,
  hasMediaServer: false,
  /** How the connection to the media server stands, over which everybody comes. */
  mediaServer: Connection.CONNECTING,
  ...noChat,
  ...noTransfers,
  ...noRecording,
  ...noLiveStreams,
  ...noPictures,
  ...noProblems,
};

export const initialState = {
  phase: Phase.FORM,
  failure: null,
  openPanel: null,
  notice: null,
  spoken: null,
  soundIsBlocked: false,
  appKey: '',
  settings: defaultSettings,
  cameraId: '',
  microphoneId: '',
  speakerId: '',
  ...noDevices,
  ...nothingOfARoom,
};

let lastSerial = 0;
const nextSerial = () => (lastSerial += 1);

export const joining = (roomName) => () => ({
  ...nothingOfARoom,
  phase: Phase.JOINING,
  failure: null,
  roomName,
});

/** Everybody stays in sight, without picture and sound, until the room tells who is there. */
export const joiningAgain =
  () =>
  ({ people }) => ({
    phase: Phase.JOINING,
    failure: null,
    isRejoining: true,
    hasMediaServer: false,
    mediaServer: Connection.CONNECTING,
    ...noRecording,
    ...noLiveStreams,
    ...noPictures,
    roomIsLocked: false,
    people: people.map((person) => ({
      ...person,
      streams: [],
      connection: person.isSelf ? person.connection : Connection.RECONNECTING,
    })),
  });

export const backAtTheForm =
  (failure = null) =>
  () => ({
    ...nothingOfARoom,
    phase: Phase.FORM,
    openPanel: null,
    soundIsBlocked: false,
    failure,
  });

export const connectionLost = (failure) => () => ({ phase: Phase.LOST, failure });

export const selfJoined = (self) => () => ({
  phase: Phase.JOINED,
  failure: null,
  isRejoining: false,
  people: [{ ...newPerson, ...self, isSelf: true, connection: Connection.CONNECTED }],
});

const newPerson = {
  id: '',
  name: '',
  isSelf: false,
  audio: Sending.NONE,
  video: Sending.NONE,
  connection: Connection.CONNECTING,
  streams: [],
  hasRaisedHand: false,
  customData: null,
  software: '',
};

/** Adds a person, or changes the one with the same id. */
export const personSeen = (person) => (state) => {
  const known = state.people.some(({ id }) => id === person.id);
  const people = known
    ? state.people.map((one) => (one.id === person.id ? { ...one, ...person } : one))
    : [...state.people, { ...newPerson, connection: state.mediaServer, ...person }];
  return { people };
};

/** The one connection that brings everybody stands otherwise. */
export const mediaServerConnected =
  (connection) =>
  ({ people }) => ({
    mediaServer: connection,
    people: people.map((person) => (person.isSelf ? person : { ...person, connection })),
  });

/** Changes a person who is there; does nothing about one who is not. */
export const personChanged = (id, changes) => (state) =>
  personById(state, id) ? personSeen({ ...changes, id })(state) : {};

export const personLeft = (id) => (state) => ({
  people: state.people.filter((person) => person.id !== id),
  ...receiverLeft(id)(state),
  fileReceivers: state.fileReceivers.filter((one) => one !== id),
});

/** @param stream `{ id, media, isVideo, isAudio, isScreen }` */
export const streamAdded = (id, stream) => (state) => {
  const person = personById(state, id);
  if (!person) return {};
  return personChanged(id, {
    streams: [...person.streams.filter((one) => one.id !== stream.id), stream],
  })(state);
};

export const streamRemoved = (id, streamId) => (state) => {
  const person = personById(state, id);
  if (!person) return {};
  return personChanged(id, { streams: person.streams.filter((one) => one.id !== streamId) })(state);
};

export const panelOpened = (panelId) => (state) => ({
  openPanel: panelId,
  // What it says is in the panel now, or would lie over it.
  notice: null,
  unreadCount: panelId === 'chat' ? 0 : state.unreadCount,
});

export const roomLockChanged = (roomIsLocked) => () => ({ roomIsLocked });

/** A short message that is shown for a few seconds, and read out. */
export const noticed = (text) => () => ({ notice: { text, serial: nextSerial() } });

/** A short message that is only read out: what it says is already in sight. */
export const spoken = (text) => () => ({ spoken: { text, serial: nextSerial() } });

export const personById = (state, id) => state.people.find((person) => person.id === id);
export const self = (state) => state.people.find((person) => person.isSelf);
export const otherPeople = (state) => state.people.filter((person) => !person.isSelf);

/** The screens that are shared, the oldest first. */
export const screensOf = ({ people }) =>
  people.flatMap((person) =>
    person.streams
      .filter(({ isScreen, isVideo }) => isScreen && isVideo)
      .map((stream) => ({ person, stream })),
  );
export const isSharing = (state) => screensOf(state).some(({ person }) => person.isSelf);

/** Somebody's own picture and voice: what a camera and a microphone give. */
export const pictureOf = (person) =>
  person?.streams.findLast(({ isScreen, isVideo }) => isVideo && !isScreen);
export const voiceOf = (person) =>
  person?.streams.find(({ isScreen, isAudio }) => isAudio && !isScreen);

/** In a room, also while its server is away or it is being joined again. */
export const isInRoom = ({ phase, isRejoining }) =>
  phase === Phase.JOINED || phase === Phase.LOST || isRejoining;
