import { changeSettings } from '../state/preferences.js';
import { createDeviceFields } from '../view/device-fields.js';
import { element } from '../view/element.js';
import { createSection } from '../view/section.js';
import { createSettingsFields } from '../view/settings-fields.js';

export const settingsPanel = {
  id: 'settings',
  title: 'Settings',
  about: 'Camera, microphone, speaker, quality',
  iconName: 'settings',
  isSecondary: true,
  create: createSettingsPanel,
};

function createSettingsPanel({ store, session }) {
  const devices = createDeviceFields({ store, session });
  const fields = createSettingsFields({
    prefix: 'call-',
    onChange(changes) {
      changeSettings(store, changes);
      session.settingsChanged(changes);
    },
  });

  return {
    element: element(
      'div',
      { class: 'panel-scroll' },
      createSection('Devices', devices.element),
      createSection('Picture', fields.picture.element),
      createSection('Sound', fields.sound.element),
      createSection('Connection', fields.connection.element),
    ),
    opened: () => session.devices.list(),
    closed: () => devices.hide(),
    show(state) {
      devices.show(state);
      Object.values(fields).forEach((part) => part.show(state.settings));
    },
  };
}
