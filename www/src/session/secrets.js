import { SkylinkEvents } from 'skylink-wasm';
import { Phase } from '../state/call-state.js';
import { messageUnreadable, secretsChanged, unreadableForgotten } from '../state/chat.js';
import { keepSecrets, keptSecrets } from '../state/kept-secrets.js';

/** With which the first words of the SDK's complaint about a message begin. */
const UNREADABLE = 'Failed decrypting message';

/**
 * Secrets with which messages are encrypted between the browsers, so that the server cannot read
 * them. Everybody who shall read a message needs the same secret under the same id.
 */
export function createSecrets({ store, sdk, onAdded }) {
  const roomName = () => store.state.roomName;

  const listeners = {
    [SkylinkEvents.PEER_JOINED]({ isSelf }) {
      if (isSelf) restore();
    },

    [SkylinkEvents.ENCRYPT_SECRETS_UPDATED]({ encryptSecrets, selectedSecretId }) {
      store.change(secretsChanged(Object.keys(encryptSecrets), selectedSecretId));
      keepSecrets(roomName(), { secrets: { ...encryptSecrets }, selectedSecretId });
    },
  };

  // The SDK reports a message that cannot be decrypted as an uncaught error of the page.
  window.addEventListener('error', (event) => {
    if (!event.message?.includes(UNREADABLE)) return;
    event.preventDefault();
    store.change(messageUnreadable());
  });

  /** A room that is entered anew knows no secrets: those of this tab are set again. */
  function restore() {
    const { secrets, selectedSecretId } = keptSecrets(roomName());
    for (const [id, secret] of Object.entries(secrets)) {
      sdk().setEncryptSecret(roomName(), secret, id);
    }
    if (selectedSecretId in secrets) select(selectedSecretId);
  }

  /** Throws an error with words for people when the secret cannot be added. */
  function add(id, secret) {
    if (store.state.phase !== Phase.JOINED) throw new Error('There is no connection.');
    if (store.state.secretIds.includes(id)) throw new Error('There is a secret of this name.');
    sdk().setEncryptSecret(roomName(), secret, id);
    select(id);
    store.change(unreadableForgotten());
    onAdded();
  }

  const select = (id) => sdk().setSelectedSecret(roomName(), id);
  const remove = (id) => sdk().deleteEncryptSecrets(roomName(), id);

  return { listeners, add, select, remove };
}
