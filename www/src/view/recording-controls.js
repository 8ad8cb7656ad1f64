import { Phase } from '../state/call-state.js';
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

  return {
    element: createSection('Recording', record.element),
    show({ phase, recordingId }) {
      record.show({ isOn: recordingId !== null, isAvailable: phase === Phase.JOINED });
    },
  };
}
