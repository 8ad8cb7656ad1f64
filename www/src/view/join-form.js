import { DEFAULT_ROOM, roomNameFault, showRoomInAddress, tidyRoomName } from '../state/address.js';
import { Phase } from '../state/call-state.js';
import { changeSettings, keepPreferences, readPreferences } from '../state/preferences.js';
import { roomKindsWith } from '../state/room-kinds.js';
import { Remedy } from '../session/failure.js';
import { createDeviceChooser } from './device-chooser.js';
import { byId, setText } from './element.js';
import { createFailureBanner } from './failure-banner.js';
import { createSelectField } from './select-field.js';
import { createSettingsFields } from './settings-fields.js';

/** The page before a call: who, where, and with which devices. */
export function createJoinForm({ store, session, preview, roomName }) {
  const form = byId('join-form');
  const name = byId('name');
  const room = byId('room');
  const join = byId('join');

  name.value = readPreferences().name;
  room.value = roomName || DEFAULT_ROOM;
  createDeviceChooser(preview);
  const settings = createSettings(store);

  const showFailure = createFailureBanner(byId('join-failure'), (remedy) => {
    submit(remedy === Remedy.WITHOUT_MEDIA ? { camera: false, microphone: false } : {});
  });

  const fields = [
    {
      input: name,
      fault: byId('name-fault'),
      check: () => (name.value.trim() ? '' : 'Tell the others who you are.'),
    },
    {
      input: room,
      fault: byId('room-fault'),
      check: () => roomNameFault(tidyRoomName(room.value)),
    },
  ];

  function showFault({ input, fault, check }) {
    const words = check();
    setText(fault, words);
    input.setAttribute('aria-invalid', String(words !== ''));
    return words === '';
  }

  for (const field of fields) {
    field.input.addEventListener('input', () => {
      if (field.input.getAttribute('aria-invalid') === 'true') showFault(field);
    });
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit({});
  });

  function submit(changes) {
    if (store.state.phase !== Phase.FORM) return;
    const faulty = fields.filter((field) => !showFault(field));
    if (faulty.length > 0) {
      faulty[0].input.focus();
      return;
    }
    const choice = {
      name: name.value.trim(),
      roomName: tidyRoomName(room.value),
      ...chosenDevices(preview.store.state),
      ...changes,
    };
    keepPreferences({ name: choice.name });
    showRoomInAddress(choice.roomName, store.state.appKey);
    preview.stop();
    session.join(choice);
  }

  const unsubscribe = [
    preview.store.subscribe((state) =>
      setText(byId('join-with'), wordsAboutDevices(chosenDevices(state))),
    ),
    store.subscribe(settings.show),
    store.subscribe(({ phase, failure }) => {
      const isJoining = phase === Phase.JOINING;
      setText(join, isJoining ? 'Joining…' : 'Join');
      join.setAttribute('aria-disabled', String(isJoining));
      form.setAttribute('aria-busy', String(isJoining));
      if (phase === Phase.FORM || isJoining) showFailure(failure);
    }),
  ];

  return () => unsubscribe.forEach((stop) => stop());
}

/** Behind a heading that opens: most people never need them. */
function createSettings(store) {
  const fields = createSettingsFields({
    prefix: 'join-',
    onChange: (changes) => changeSettings(store, changes),
  });
  const kind = createSelectField({
    name: 'room-kind',
    label: 'Kind of room',
    hint: 'Rooms of different kinds are different rooms, even with the same name. The link says which kind it is.',
    onChange: (appKey) => store.change({ appKey }),
  });
  const parts = Object.values(fields);
  byId('join-settings').replaceChildren(kind.element, ...parts.map((part) => part.element));
  return {
    show({ appKey, settings }) {
      const choices = roomKindsWith(appKey);
      kind.show(
        choices.map((one) => ({ value: one.appKey, label: one.label })),
        appKey,
      );
      parts.forEach((part) => part.show(settings));
    },
  };
}

function chosenDevices({ camera, microphone }) {
  const constraintsOf = ({ isWanted, problem, deviceId }) =>
    isWanted && !problem && (deviceId ? { deviceId } : {});
  return { camera: constraintsOf(camera), microphone: constraintsOf(microphone) };
}

function wordsAboutDevices({ camera, microphone }) {
  if (camera && microphone) return 'You join with camera and microphone.';
  if (camera) return 'You join with your camera, without a microphone.';
  if (microphone) return 'You join with your microphone, without a camera.';
  return 'You join without camera and microphone: you see, hear and write to the others.';
}
