import Skylink from 'skylink-wasm';
import * as change from '../state/call-state.js';
import { createConnections } from './connections.js';
import {
  connectionLost,
  describeJoinFailure,
  describeStartFailure,
  sdkStopped,
  serverStillAway,
} from './failure.js';
import { createDevices } from './devices.js';
import { createFiles } from './files.js';
import { createHistory } from './history.js';
import { createJournal } from './journal.js';
import { listen } from './listening.js';
import { createLiveStreams } from './live-streams.js';
import { createMessages } from './messages.js';
import { createPeople } from './people.js';
import { createPictures } from './pictures.js';
import { createRecording } from './recording.js';
import { createRejoining } from './rejoining.js';
import { createRoom } from './room.js';
import { initOptions, joinOptions } from './options.js';
import { createScreen } from './screen.js';
import { createSecrets } from './secrets.js';
import { createStatistics } from './statistics.js';
import { createStreams } from './streams.js';

const { Phase } = change;

/**
 * Enters and leaves the room. What else the page asks of the SDK stands in one module for each
 * topic; what comes back arrives in the store by the topics' listeners.
 */
export class RoomSession {
  #store;
  #skylink = null;
  #preparedWith = null;
  #choice = null;
  #topics;
  #stopListening = () => {};
  #leaving = null;
  #attempt = 0;
  #rejoining;
  /** From the event `fatal`: joins anew after the SDK itself has stopped. */
  #revive = null;

  constructor(store) {
    this.#store = store;
    const shared = {
      store,
      sdk: () => this.#skylink,
      choice: { change: (changes) => (this.#choice = { ...this.#choice, ...changes }) },
    };
    this.files = createFiles(shared);
    this.journal = createJournal();
    this.connections = createConnections(shared);
    this.messages = createMessages(shared);
    this.history = createHistory(shared);
    this.secrets = createSecrets({ ...shared, onAdded: () => this.history.load() });
    this.people = createPeople(shared);
    this.devices = createDevices(shared);
    this.liveStreams = createLiveStreams(shared);
    this.recording = createRecording(shared);
    this.screen = createScreen(shared);
    this.statistics = createStatistics(shared);
    this.pictures = createPictures({ ...shared, statistics: this.statistics });
    this.streams = createStreams(shared);
    this.room = createRoom({
      ...shared,
      onPutOut: (failure) => this.#giveUp(failure),
      onLost: () => this.#loseConnection(),
      onFatal: (revive) => this.#loseSdk(revive),
    });
    // In this order they hear of an event: a room that is entered knows its secrets before its history.
    this.#topics = [
      this.room,
      this.people,
      this.streams,
      this.pictures,
      this.screen,
      this.recording,
      this.liveStreams,
      this.connections,
      this.messages,
      this.secrets,
      this.history,
      this.files,
    ];
    this.#rejoining = createRejoining({
      rejoin: () => this.#joinAgain(),
      onStillAway: () => store.change(change.connectionLost(serverStillAway)),
    });
    // Here already, since the first instance begins to load the SDK.
    this.#prepare();
  }

  /** Options of the constructor hold for an instance: other options need another one. */
  #prepare() {
    const options = initOptions(this.#store.state);
    const signature = JSON.stringify(options);
    if (this.#preparedWith === signature) return;
    try {
      this.#skylink = new Skylink(options);
      this.#preparedWith = signature;
    } catch (error) {
      this.#store.change(change.backAtTheForm(describeStartFailure(error)));
    }
  }

  /**
   * @param {{ name: string, roomName: string,
   *   camera: false | { deviceId?: string }, microphone: false | { deviceId?: string } }} choice
   */
  async join({ name, ...choice }) {
    if (this.#store.state.phase !== Phase.FORM) return;
    this.#prepare();
    if (!this.#skylink) return;
    this.#choice = { ...choice, userData: { name } };
    this.#store.change(change.joining(choice.roomName));
    await this.#enter(() => this.#skylink.joinRoom(this.#joinOptions()));
  }

  /** Comes back into the room that was lost, as soon as that is possible. */
  rejoin() {
    if (this.#store.state.phase !== Phase.LOST) return;
    if (this.#revive) this.#joinAgain();
    else this.#rejoining.lookNow();
  }

  /** What was changed in the settings during a call. */
  settingsChanged(changes) {
    if (this.#store.state.phase !== Phase.JOINED) return;
    if ('relayOnly' in changes) this.#joinAgain();
    else this.devices.settingsChanged(changes);
  }

  async #joinAgain() {
    const revive = this.#revive;
    this.#revive = null;
    if (!revive) this.#leaveRoom();
    this.files.interrupt();
    this.#prepare();
    this.#store.change(change.joiningAgain());
    await this.#enter(revive ?? (() => this.#skylink.joinRoom(this.#joinOptions())));
  }

  #joinOptions() {
    return joinOptions({ ...this.#choice, settings: this.#store.state.settings });
  }

  async #enter(joinRoom) {
    this.#attempt += 1;
    const attempt = this.#attempt;
    await this.#leaving;
    if (attempt !== this.#attempt) return;
    this.#stopListening();
    this.#stopListening = listen(...this.#topics.map(({ listeners }) => listeners));
    try {
      await joinRoom();
    } catch (error) {
      const isStillWanted = attempt === this.#attempt && this.#store.state.phase === Phase.JOINING;
      if (isStillWanted) this.#failToEnter(describeJoinFailure(error));
    }
  }

  #failToEnter(failure) {
    const isWorthWaiting = failure.kind === 'server-unreachable' && this.#store.state.isRejoining;
    if (isWorthWaiting) this.#loseConnection();
    else this.#giveUp(failure);
  }

  #loseConnection() {
    this.#store.change(change.connectionLost(connectionLost));
    this.#rejoining.begin();
  }

  #loseSdk(revive) {
    if (!change.isInRoom(this.#store.state)) return;
    this.#rejoining.stop();
    this.#revive = revive;
    this.#store.change(change.connectionLost(sdkStopped));
  }

  leave() {
    if (change.isInRoom(this.#store.state)) this.#giveUp(null);
  }

  // A room that was refused is not known to the SDK: then there is nothing to leave.
  #giveUp(failure) {
    this.#attempt += 1;
    this.#rejoining.stop();
    this.#revive = null;
    if (change.isInRoom(this.#store.state)) this.#leaveRoom();
    else this.#stopListening();
    this.files.forget();
    this.#store.change(change.backAtTheForm(failure));
  }

  #leaveRoom() {
    this.#stopListening();
    this.#leaving = this.#leaveQuietly(this.#store.state.roomName);
  }

  async #leaveQuietly(roomName) {
    try {
      await this.#skylink.leaveRoom(roomName);
    } catch (error) {
      console.warn('Leaving the room failed', error);
    }
  }
}
