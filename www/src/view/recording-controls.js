import { Phase } from '../state/call-state.js';
import { element, icon, setText } from './element.js';
import { clockTime } from './quantities.js';
import { createSection } from './section.js';
import { createSwitch } from './switch.js';

/** Shown in rooms with a media server only. */
export function createRecordingControls({ session }) {
  const { recording } = session;
  const record = createSwitch({
    name: 'record',
    label: 'Record this room',
    hint: 'Everybody is told. A recording lasts four seconds at least.',
    onChange: (isOn) => (isOn ? recording.start() : recording.stop()),
  });
  const clock = createClock();
  const files = element('ul', { class: 'recorded-files', role: 'list' });
  let shownFiles = null;

  return {
    element: createSection('Recording', record.element, clock.element, files),
    show({ phase, recordingId, recordingSince, recordedFiles }) {
      clock.show(recordingId !== null ? recordingSince : null);
      if (recordedFiles !== shownFiles) {
        shownFiles = recordedFiles;
        files.replaceChildren(...recordedFiles.map(recordedFile));
      }
      record.show({ isOn: recordingId !== null, isAvailable: phase === Phase.JOINED });
    },
  };
}

/** How long the recording goes on, counted once a second while it does. */
function createClock() {
  const words = element('p', { class: 'hint', hidden: true, data: { test: 'recording-time' } });
  let since = null;
  let timer = 0;
  const tick = () => setText(words, `Recording: ${clockTime((Date.now() - since) / 1000)}`);

  return {
    element: words,
    show(began) {
      if (began === since) return;
      since = began;
      clearInterval(timer);
      words.hidden = since === null;
      if (since === null) return;
      tick();
      timer = setInterval(tick, 1000);
    },
  };
}

const recordedFile = ({ address }, place) =>
  element(
    'li',
    { class: 'recorded-file', data: { test: 'recorded-file' } },
    element('video', {
      src: address,
      controls: true,
      preload: 'metadata',
      playsinline: true,
      'aria-label': `Recording ${place + 1}`,
    }),
    element(
      'a',
      {
        class: 'button small primary',
        href: `${address}?download`,
        'aria-label': `Save recording ${place + 1}`,
        data: { test: 'recorded-file-save' },
      },
      icon('download'),
      'Save',
    ),
  );
