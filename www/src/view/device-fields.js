import { Sending, self, voiceOf } from '../state/call-state.js';
import { Kind } from '../state/devices.js';
import { failed } from '../state/problems.js';
import { playTestSound } from '../media/test-sound.js';
import { element } from './element.js';
import { createLevel } from './level.js';
import { createSelectField } from './select-field.js';

/** Which camera, microphone and speaker, during a call. */
export function createDeviceFields({ store, session }) {
  const { devices } = session;
  const camera = createSelectField({
    name: 'call-camera',
    label: 'Camera',
    onChange: (id) => devices.choose(Kind.CAMERA, id),
  });
  const microphone = createSelectField({
    name: 'call-microphone',
    label: 'Microphone',
    onChange: (id) => devices.choose(Kind.MICROPHONE, id),
  });
  const speaker = createSelectField({
    name: 'call-speaker',
    label: 'Speaker',
    onChange: (id) => devices.chooseSpeaker(id),
  });
  const meter = element(
    'div',
    {
      class: 'level',
      role: 'meter',
      'aria-label': 'Loudness of your microphone',
      'aria-valuemin': '0',
      'aria-valuemax': '100',
      'aria-valuenow': '0',
      data: { test: 'call-level' },
    },
    element('div', { class: 'level-bar' }),
  );
  const showLevel = createLevel(meter);
  const test = element(
    'button',
    {
      type: 'button',
      class: 'button',
      data: { test: 'test-sound' },
      async onclick() {
        try {
          await playTestSound(store.state.speakerId);
        } catch {
          store.change(failed('The speaker cannot be used.'));
        }
      },
    },
    'Test',
  );
  test.setAttribute('aria-label', 'Test the speaker');
  const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype;

  return {
    element: element(
      'div',
      { class: 'stack' },
      camera.element,
      microphone.element,
      meter,
      ...(canChooseSpeaker ? [element('div', { class: 'field-line' }, speaker.element, test)] : []),
    ),

    show(state) {
      const { cameras, microphones, speakers, cameraId, microphoneId, speakerId } = state;
      camera.show(withDefault(cameras, 'camera'), cameraId);
      microphone.show(withDefault(microphones, 'microphone'), microphoneId);
      speaker.show(withDefault(speakers, 'speaker'), speakerId);
      const me = self(state);
      showLevel(me?.audio === Sending.ON ? (voiceOf(me)?.media ?? null) : null);
    },

    hide: () => showLevel(null),
  };
}

const withDefault = (devices, kind) => [{ value: '', label: `Default ${kind}` }, ...devices];
