/**
 * `SkylinkEventManager` (public API, section 1.3), one for all rooms and instances. It keeps more than an
 * EventTarget promises, as apps rely on it: a function added twice is called twice, removing removes all of
 * them, and a change made by a listener counts from the next event on.
 *
 * Events are plain objects, as in 2.7.2: what a DOM event holds outlives every small collection of garbage, which
 * cost a message between peers a fifth of its time.
 */
import { EVENTS } from './constants.js';
import { logger } from './logger.js';

const TAG = 'SKYLINK EVENT';

class EventManager {
  /** Listeners of the app by event value. */
  events = Object.create(null);
  /** Listeners of the SDK, called after the app's. */
  privateEvents = Object.create(null);

  addEventListener(name, callback) {
    this.addListener(name, callback, false);
  }

  addPrivateEventListener(name, callback) {
    this.addListener(name, callback, true);
  }

  addListener(name, callback, isPrivate) {
    if (typeof callback !== 'function') {
      logger.log.DEBUG([null, TAG, name, 'The listener is no function']);
      return;
    }
    const registry = registryOf(isPrivate);
    const entry = (registry[name] ??= { callbacks: [] });
    entry.callbacks = [...entry.callbacks, callback];
  }

  removeEventListener(name, callback) {
    this.removeListener(name, callback, false);
  }

  removePrivateEventListener(name, callback) {
    this.removeListener(name, callback, true);
  }

  removeListener(name, callback, isPrivate) {
    const entry = registryOf(isPrivate)[name];
    if (!entry) {
      logger.log.WARN([null, TAG, name, 'There is no listener to remove']);
      return;
    }
    entry.callbacks = entry.callbacks.filter((other) => other !== callback);
  }

  /** Whether anybody listens to events of that name. */
  hears(name) {
    const { events, privateEvents } = eventManager;
    return [events, privateEvents].some((registry) => registry[name]?.callbacks.length > 0);
  }

  /** @param {{ name: string, detail: { detail: unknown } }} event */
  dispatchEvent({ name, detail }) {
    if (name !== EVENTS.LOGGED_ON_CONSOLE) {
      deliver({ type: `${name}`, detail: detail?.detail });
    }
  }
}

export const eventManager = new EventManager();

const registryOf = (isPrivate) => (isPrivate ? eventManager.privateEvents : eventManager.events);

const NOBODY = [];

/** The app's, and behind them the SDK's. A change that one of them makes counts from the next event on. */
function deliver(event) {
  const { type } = event;
  const { events, privateEvents } = eventManager;
  const ofApp = events[type]?.callbacks ?? NOBODY;
  const ofSdk = privateEvents[type]?.callbacks ?? NOBODY;
  callAll(ofApp, event);
  callAll(ofSdk, event);
}

function callAll(callbacks, event) {
  for (const callback of callbacks) {
    try {
      callback(event);
    } catch (error) {
      logger.log.ERROR([null, TAG, event.type, 'A listener threw an error'], error);
    }
  }
}
