import { Way, wayChosen, willBeKept } from '../state/chat.js';
import { element, setText } from './element.js';
import { createRadioGroup } from './radio-group.js';
import { createSecretsEditor } from './secrets-editor.js';
import { createSwitch } from './switch.js';

/** On which way messages go, with which secret, and whether the server keeps them. */
export function createChatOptions({ store, session }) {
  const summary = element('summary', { data: { test: 'chat-way' } });
  const way = createRadioGroup({
    name: 'way',
    label: 'Way',
    choices: [
      { value: Way.SERVER, label: 'Over the server' },
      { value: Way.PEERS, label: 'Peer to peer' },
    ],
    onChange: (value) => store.change(wayChosen(value)),
  });
  const aboutPeers = element(
    'p',
    { class: 'hint' },
    'From browser to browser, encrypted on the way. The server does not see these messages.',
  );
  const secrets = createSecretsEditor({ session });
  const keep = createSwitch({
    name: 'keep-messages',
    label: 'Keep for those who come later',
    onChange: (isOn) => session.history.setKept(isOn),
  });

  return {
    element: element(
      'details',
      { class: 'disclosure chat-options', data: { test: 'chat-options' } },
      summary,
      element(
        'div',
        { class: 'disclosure-content' },
        way.element,
        aboutPeers,
        secrets.element,
        keep.element,
      ),
    ),
    show(state) {
      const isDirect = state.way === Way.PEERS;
      setText(summary, inWords(state));
      way.show(state.way);
      aboutPeers.hidden = !isDirect;
      secrets.element.hidden = isDirect;
      secrets.show(state);
      keep.element.hidden = isDirect || !state.canKeepMessages;
      keep.show({ isOn: state.keepsMessages, hint: keepingInWords(state) });
    },
  };
}

function inWords(state) {
  if (state.way === Way.PEERS) return 'Peer to peer';
  const secret = state.selectedSecretId && `, encrypted with ${state.selectedSecretId}`;
  return `Over the server${secret}${willBeKept(state) ? ', kept' : ''}`;
}

function keepingInWords({ keepsMessages, selectedSecretId, receivers }) {
  if (!keepsMessages) return '';
  if (!selectedSecretId) return 'The server keeps encrypted messages only: choose a secret.';
  return receivers.length > 0 ? 'Private messages are not kept.' : '';
}
