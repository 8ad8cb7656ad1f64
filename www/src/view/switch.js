import { element, setText } from './element.js';

/**
 * A switch with its words. It shows what `show` says, not what was pressed: the change may be
 * refused, or come from elsewhere.
 *
 * @param {{ name: string, label: string, hint?: string, onChange: (isOn: boolean) => void }} settings
 *   `name` is the id, and the name for tests
 */
export function createSwitch({ name, label, hint = '', onChange }) {
  const hintId = `${name}-hint`;
  const words = element('span', {}, label);
  const button = element(
    'button',
    {
      type: 'button',
      class: 'switch',
      role: 'switch',
      id: name,
      'aria-describedby': hint ? hintId : false,
      data: { test: name },
      onclick() {
        if (button.getAttribute('aria-disabled') === 'true') return;
        onChange(button.getAttribute('aria-checked') !== 'true');
      },
    },
    words,
    element('span', { class: 'switch-knob', 'aria-hidden': 'true' }),
  );
  const note = element('p', { id: hintId, class: 'hint' }, hint);

  return {
    element: element('div', { class: 'switch-field' }, button, ...(hint ? [note] : [])),
    show({ isOn, isAvailable = true, hint: newHint = hint }) {
      button.setAttribute('aria-checked', String(isOn));
      button.setAttribute('aria-disabled', String(!isAvailable));
      setText(note, newHint);
    },
  };
}
