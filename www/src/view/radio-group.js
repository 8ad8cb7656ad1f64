import { element } from './element.js';

/**
 * One of a few, side by side.
 *
 * @param {{ name: string, label: string, choices: { value: string, label: string }[],
 *   onChange: (value: string) => void }} settings `name` is the name for tests, followed by a value
 */
export function createRadioGroup({ name, label, choices, onChange }) {
  const inputs = choices.map(({ value }) =>
    element('input', {
      type: 'radio',
      name,
      value,
      class: 'sr-only',
      data: { test: `${name}-${value}` },
      onchange: () => onChange(value),
    }),
  );
  return {
    element: element(
      'fieldset',
      { class: 'radio-group' },
      element('legend', {}, label),
      element(
        'div',
        { class: 'radio-row' },
        ...choices.map((choice, index) =>
          element('label', {}, inputs[index], element('span', {}, choice.label)),
        ),
      ),
    ),
    show(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}
