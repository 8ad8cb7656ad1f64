import Skylink from 'skylink-wasm';
import * as change from '../state/call-state.js';
import { describeJoinFailure, describeStartFailure } from './failure.js';
import { listenToSdk } from './sdk-events.js';

const { Phase, Sending } = change;

// Frames of the shape of a tile, small enough for several people on a laptop.
const videoFormat = { resolution: { width: 640, height: 360 }, frameRate: 24 };

/** Everything the page asks of the SDK. What comes back arrives in the store by `listenToSdk`. */
export class RoomSession {
  #store;
  #skylink = null;
  #choice = null;
  #stopListening = () => {};
  #leaving = null;
  #attempt = 0;

  constructor(store, appKey) {
    this.#store = store;
    try {
      this.#skylink = new Skylink({
        appKey,
        roomServer: `//${window.location.host}`,
        forceSSL: window.location.protocol === 'https:',
      });
    } catch (error) {
      store.change(change.backAtTheForm(describeStartFailure(error)));
    }
  }

  /**
   * @param {{ name: string, roomName: string,
   *   camera: false | { deviceId?: string }, microphone: false | { deviceId?: string } }} choice
   */
  async join(choice) {
    const { state } = this.#store;
    if (!this.#skylink || (state.phase !== Phase.FORM && state.phase !== Phase.LOST)) return;
    this.#choice = choice;
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#store.change(change.joining(choice.roomName));
    await this.#leaving;

    this.#ignoreEvents();
    this.#stopListening = listenToSdk(this.#store, {
      onPutOut: (failure) => this.#giveUp(failure),
    });
    try {
      await this.#skylink.joinRoom({
        roomName: choice.roomName,
        userData: { name: choice.name },
        audio: choice.microphone,
        video: choice.camera && { ...videoFormat, ...choice.camera },
      });
    } catch (error) {
      const isStillWanted = attempt === this.#attempt && this.#store.state.phase === Phase.JOINING;
      if (isStillWanted) this.#giveUp(describeJoinFailure(error));
    }
  }

  /** Joins as the last time, apart from the changes. */
  async joinAgain(changes = {}) {
    const choice = { ...this.#choice, ...changes };
    if (this.#store.state.phase === Phase.LOST) this.#leaveRoom();
    await this.join(choice);
  }

  leave() {
    if (!change.isInRoom(this.#store.state)) return;
    this.#giveUp(null);
  }

  // A room that was refused is not known to the SDK: then there is nothing to leave.
  #giveUp(failure) {
    if (change.isInRoom(this.#store.state)) this.#leaveRoom();
    else this.#ignoreEvents();
    this.#store.change(change.backAtTheForm(failure));
  }

  #leaveRoom() {
    this.#ignoreEvents();
    this.#leaving = this.#leaveQuietly(this.#store.state.roomName);
  }

  #ignoreEvents() {
    this.#stopListening();
    this.#stopListening = () => {};
  }

  async #leaveQuietly(roomName) {
    try {
      await this.#skylink.leaveRoom(roomName);
    } catch (error) {
      console.warn('Leaving the room failed', error);
    }
  }

  setMicrophoneMuted(isMuted) {
    this.#mute({ audioMuted: isMuted });
  }

  setCameraMuted(isMuted) {
    this.#mute({ videoMuted: isMuted });
  }

  #mute(changes) {
    const { state } = this.#store;
    const me = change.self(state);
    if (!me) return;
    this.#skylink.muteStreams(state.roomName, {
      audioMuted: me.audio === Sending.MUTED,
      videoMuted: me.video === Sending.MUTED,
      ...changes,
    });
  }

  setRoomLocked(isLocked) {
    const { state } = this.#store;
    if (state.phase !== Phase.JOINED) return;
    if (isLocked) this.#skylink.lockRoom(state.roomName);
    else this.#skylink.unlockRoom(state.roomName);
  }

  rename(name) {
    const { state } = this.#store;
    if (state.phase !== Phase.JOINED) return;
    this.#choice = { ...this.#choice, name };
    this.#skylink.setUserData(state.roomName, { name });
  }

  /** Tells whether the message could be handed over. */
  sendMessage(text, targetPeerId) {
    const { state } = this.#store;
    try {
      if (state.phase !== Phase.JOINED) throw new Error('not connected');
      this.#skylink.sendMessage(state.roomName, text, targetPeerId);
      return true;
    } catch {
      this.#store.change(change.noticed('The message was not sent: there is no connection.'));
      return false;
    }
  }
}
