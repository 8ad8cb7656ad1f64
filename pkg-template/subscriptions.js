/** Listeners that belong to one instance of the class, so that all of them can be taken off at once. */
import { eventManager } from './event-manager.js';

export class Subscriptions {
  /** @type {Set<{ name: string, listener: Function, deliver: Function }>} */
  entries = new Set();

  /** @returns {() => void} takes this one listener off again */
  add(name, listener, isOnce) {
    // A function of its own, so that removing it leaves alone what the app added elsewhere.
    const entry = { name, listener };
    entry.deliver = (event) => {
      if (isOnce) {
        this.drop(entry);
      }
      listener(event);
    };
    this.entries.add(entry);
    eventManager.addEventListener(name, entry.deliver);
    return () => this.drop(entry);
  }

  /** Without a listener all of that name, without a name all. */
  remove(name, listener) {
    for (const entry of this.entries) {
      if ((name ?? entry.name) === entry.name && (listener ?? entry.listener) === entry.listener) {
        this.drop(entry);
      }
    }
  }

  drop(entry) {
    if (this.entries.delete(entry)) {
      eventManager.removeEventListener(entry.name, entry.deliver);
    }
  }
}
