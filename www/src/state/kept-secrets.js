const KEY = 'skylink-demo-secrets';
const nothing = { secrets: {}, selectedSecretId: '' };

/** The secrets of a room as they were last, until the tab is closed. */
export function keptSecrets(roomName) {
  try {
    return JSON.parse(sessionStorage.getItem(KEY))?.[roomName] ?? nothing;
  } catch {
    return nothing;
  }
}

export function keepSecrets(roomName, kept) {
  try {
    const all = JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    sessionStorage.setItem(KEY, JSON.stringify({ ...all, [roomName]: kept }));
  } catch {
    // Private windows may refuse storage: then a secret has to be typed again after a reload.
  }
}
