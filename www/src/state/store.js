/**
 * Holds the one state object of the page. Views read it and are told when it has changed;
 * changes made in the same turn are told once.
 */
export function createStore(initialState) {
  let state = Object.freeze({ ...initialState });
  let tellingIsDue = false;
  const listeners = new Set();

  const tell = () => {
    tellingIsDue = false;
    for (const listener of [...listeners]) listener(state);
  };

  return {
    get state() {
      return state;
    },

    /** Takes the properties that change, or a function that makes them from the present state. */
    change(changes) {
      const next = typeof changes === 'function' ? changes(state) : changes;
      state = Object.freeze({ ...state, ...next });
      if (tellingIsDue) return;
      tellingIsDue = true;
      queueMicrotask(tell);
    },

    /** Calls the listener at once and after every change, until the returned function is called. */
    subscribe(listener) {
      listeners.add(listener);
      listener(state);
      return () => listeners.delete(listener);
    },
  };
}
