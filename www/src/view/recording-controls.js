import { Phase } from '../state/call-state.js';
import { element } from './element.js';
import { createSection } from './section.js';
import { createSwitch } from './switch.js';

/** Recording and live streaming: shown in rooms with a media server only. */
export function createRecordingControls({ session }) {
  const { recording } = session;
  const record = createSwitch({
    name: 'record',
    label: 'Record this room',
    hint: 'Everybody is told. A recording lasts four seconds at least.',
    onChange: (isOn) => (isOn ? recording.start() : recording.stop()),
  });
  const endpoint = element('input', {
    id: 'live-endpoint',
    type: 'url',
    required: true,
    pattern: 'rtmps?://.+',
    placeholder: 'rtmp://live.example/app/key',
    autocomplete: 'off',
    spellcheck: 'false',
    data: { test: 'live-endpoint' },
  });
  const list = element('ul', { class: 'live-streams', role: 'list' });
  const form = element(
    'form',
    {
      class: 'stack',
      onsubmit(event) {
        event.preventDefault();
        recording.startLive(endpoint.value.trim());
      },
    },
    element('label', { for: 'live-endpoint' }, 'Address of the RTMP server'),
    endpoint,
    element(
      'button',
      { type: 'submit', class: 'button', data: { test: 'live-start' } },
      'Stream your picture live',
    ),
    list,
  );
  let shown = null;

  return {
    element: element(
      'div',
      {},
      createSection('Recording', record.element),
      createSection('Live stream', form),
    ),
    show({ phase, recordingId, liveStreams }) {
      record.show({ isOn: recordingId !== null, isAvailable: phase === Phase.JOINED });
      if (liveStreams === shown) return;
      shown = liveStreams;
      list.replaceChildren(...liveStreams.map((stream) => liveStream(stream, recording)));
    },
  };
}

const liveStream = ({ id, endpoint }, recording) =>
  element(
    'li',
    { class: 'live-stream', data: { test: 'live-stream' } },
    element('span', {}, `Live on ${endpoint}`),
    element(
      'button',
      {
        type: 'button',
        class: 'button small',
        data: { test: 'live-stop' },
        onclick: () => recording.stopLive(id),
      },
      'Stop',
    ),
  );
