import { Phase, noticed, self } from '../state/call-state.js';
import { element, setText } from '../view/element.js';
import { createLiveStreamControls } from '../view/live-stream-controls.js';
import { createRecordingControls } from '../view/recording-controls.js';
import { createSection } from '../view/section.js';
import { createSwitch } from '../view/switch.js';

export const roomPanel = {
  id: 'room',
  title: 'Room',
  about: 'Lock it, custom data',
  iconName: 'room',
  isSecondary: true,
  create: createRoom,
};

function createRoom({ store, session }) {
  const lock = createSwitch({
    name: 'lock',
    label: 'Lock the room',
    hint: 'Nobody else can come in while it is locked.',
    onChange: (isOn) => session.room.setLocked(isOn),
  });
  const data = createDataEditor({ store, session });
  const recording = createRecordingControls({ session });
  const liveStreams = createLiveStreamControls({ session });

  return {
    element: element(
      'div',
      { class: 'panel-scroll' },
      createSection('Access', lock.element),
      recording.element,
      liveStreams.element,
      createSection('Your custom data', data.element),
    ),

    show(state) {
      const isConnected = state.phase === Phase.JOINED;
      lock.show({ isOn: state.roomIsLocked, isAvailable: isConnected });
      recording.element.hidden = !state.hasMediaServer;
      recording.show(state);
      liveStreams.element.hidden = !state.hasMediaServer;
      liveStreams.show(state.liveStreams);
      data.show(self(state)?.customData, isConnected);
    },
  };
}

/** What the SDK calls user data: any JSON that everybody in the room is told. */
function createDataEditor({ store, session }) {
  const input = element('textarea', {
    id: 'custom-data',
    rows: '4',
    spellcheck: 'false',
    autocapitalize: 'none',
    'aria-describedby': 'custom-data-hint custom-data-fault',
    data: { test: 'custom-data' },
    oninput: () => showFault(''),
  });
  const fault = element('p', { id: 'custom-data-fault', class: 'fault' });
  const save = element(
    'button',
    { type: 'submit', class: 'button', data: { test: 'custom-data-save' } },
    'Tell everybody',
  );
  let shown = null;

  function showFault(words) {
    setText(fault, words);
    input.setAttribute('aria-invalid', String(words !== ''));
  }

  function submit(event) {
    event.preventDefault();
    if (store.state.phase !== Phase.JOINED) return;
    try {
      session.people.setCustomData(JSON.parse(input.value));
      showFault('');
      store.change(noticed('Everybody has your new custom data.'));
    } catch (error) {
      showFault(`This is not JSON: ${error.message}.`);
      input.focus();
    }
  }

  return {
    element: element(
      'form',
      { class: 'stack', onsubmit: submit },
      element(
        'p',
        { id: 'custom-data-hint', class: 'hint' },
        'Any JSON. Everybody in the room sees it, also apps that use the SDK.',
      ),
      element('label', { class: 'sr-only', for: 'custom-data' }, 'Custom data as JSON'),
      input,
      fault,
      save,
    ),
    show(data, isConnected) {
      save.setAttribute('aria-disabled', String(!isConnected));
      const text = JSON.stringify(data ?? null, null, 2);
      if (text === shown) return;
      shown = text;
      input.value = text;
      showFault('');
    },
  };
}
