const KEY = 'skylink-demo';

const defaults = {
  name: '',
  cameraIsWanted: true,
  microphoneIsWanted: true,
  cameraId: '',
  microphoneId: '',
  speakerId: '',
  settings: {},
};

/** What the person chose the last time. Browsers that keep nothing give the defaults. */
export function readPreferences() {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    return { ...defaults };
  }
}

export function keepPreferences(changes) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...changes }));
  } catch {
    // Private windows may refuse storage: the page works the same, it only forgets.
  }
}

/** Changes settings now and for the next time. */
export function changeSettings(store, changes) {
  const settings = { ...store.state.settings, ...changes };
  store.change({ settings });
  keepPreferences({ settings });
}
