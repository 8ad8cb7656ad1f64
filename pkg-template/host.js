/** What the WebAssembly part may call. */
import { EVENTS } from './constants.js';
import { copyOf, OWN } from './copies.js';
import { createError } from './errors.js';
import { eventManager } from './event-manager.js';
import { logger } from './logger.js';
import { LOGS } from './texts.js';

const LEVEL_NAMES = Object.keys(logger.logLevels);

const accessors = new WeakMap();

/**
 * Copies what is told of a peer when it is looked at. Made once for each object that the module keeps: objects with
 * functions of their own are slow to make, and outlive the small collections of garbage.
 */
function peerInfoOf(about) {
  if (!accessors.has(about)) {
    accessors.set(about, {
      configurable: true,
      enumerable: true,
      get() {
        const value = copyOf(about.peerInfo);
        this.peerInfo = value;
        return value;
      },
      set(value) {
        Reflect.defineProperty(this, 'peerInfo', { ...OWN, value });
      },
    });
  }
  return accessors.get(about);
}

/**
 * Listeners may change what they get, or freeze it, so they get copies; of what is large and seldom looked at, when
 * it is.
 */
function payloadOf(about, message) {
  const payload = { peerId: about.peerId };
  Object.defineProperty(payload, 'peerInfo', peerInfoOf(about));
  payload.isSelf = about.isSelf;
  payload.room = { ...about.room };
  payload.message = message;
  return payload;
}

export const host = {
  dispatch(name, detail) {
    eventManager.dispatchEvent({ name, detail: { detail } });
  },

  hears: (name) => eventManager.hears(name),

  /** With a time (in milliseconds since 1970) a message went through the server. */
  message(about, targetPeerId, content, isPrivate, time, senderPeerId = about.peerId, listOfPeers) {
    const name = EVENTS.ON_INCOMING_MESSAGE;
    if (eventManager.hears(name)) {
      const message = { targetPeerId, content, senderPeerId, isDataChannel: !time, isPrivate };
      if (time) message.timeStamp = new Date(time).toISOString();
      if (listOfPeers) message.listOfPeers = listOfPeers;
      host.dispatch(name, payloadOf(about, message));
    }
  },

  /** Details that are objects go to the console as they are, the others into the line. */
  log(level, code, details) {
    const [tag, text] = LOGS[code] ?? ['SKYLINK ERROR', `Log code ${code}`];
    const isObject = (value) => typeof value === 'object' && value !== null;
    logger.log[LEVEL_NAMES[level]](
      [null, tag, details.filter((value) => !isObject(value)), text],
      details.find(isObject),
    );
  },

  error: createError,
};
