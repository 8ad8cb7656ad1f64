import { frameRates, resolutions } from '../state/settings.js';
import { element } from './element.js';
import { createSelectField } from './select-field.js';
import { createSwitch } from './switch.js';

/**
 * The fields for the settings of a call, by topic. `prefix` keeps the ids of two such forms apart.
 *
 * @param {{ prefix: string, onChange: (changes: object) => void }} settings
 */
export function createSettingsFields({ prefix, onChange }) {
  const selectFor = (name, label, choices, hint) => {
    const field = createSelectField({
      name: `${prefix}${name}`,
      label,
      hint,
      onChange: (value) => onChange({ [name]: value }),
    });
    return { element: field.element, show: (settings) => field.show(choices, settings[name]) };
  };
  const switchFor = (name, label, hint) => {
    const field = createSwitch({
      name: `${prefix}${name}`,
      label,
      hint,
      onChange: (isOn) => onChange({ [name]: isOn }),
    });
    return { element: field.element, show: (settings) => field.show({ isOn: settings[name] }) };
  };
  const group = (...fields) => ({
    element: element('div', { class: 'stack' }, ...fields.map((field) => field.element)),
    show: (settings) => fields.forEach((field) => field.show(settings)),
  });

  return {
    picture: group(
      selectFor('resolution', 'Size of your picture', resolutions),
      selectFor('frameRate', 'Smoothness', frameRates),
    ),
    sound: group(switchFor('echoCancellation', 'Remove echo and noise')),
    connection: group(
      switchFor(
        'relayOnly',
        'Connect through a relay only',
        'Hides your address from the others. The server must offer a TURN server.',
      ),
    ),
  };
}
