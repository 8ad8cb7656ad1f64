import { element } from './element.js';

/**
 * A choice with its label.
 *
 * @param {{ name: string, label: string, hint?: string,
 *   onChange: (value: string | number) => void }} settings `name` is the id, and the name for tests
 */
export function createSelectField({ name, label, hint = '', onChange }) {
  let values = [];
  const select = element('select', {
    id: name,
    'aria-describedby': hint ? `${name}-hint` : false,
    data: { test: name },
    onchange: () => onChange(values[select.selectedIndex]),
  });

  return {
    element: element(
      'div',
      { class: 'field' },
      element('label', { for: name }, label),
      select,
      ...(hint ? [element('p', { id: `${name}-hint`, class: 'hint' }, hint)] : []),
    ),
    select,

    /** @param {{ value: string | number, label: string }[]} choices */
    show(choices, value) {
      const signature = JSON.stringify(choices);
      if (select.dataset.signature !== signature) {
        select.dataset.signature = signature;
        select.replaceChildren(...choices.map((choice) => element('option', {}, choice.label)));
        values = choices.map((choice) => choice.value);
      }
      select.selectedIndex = Math.max(0, values.indexOf(value));
    },
  };
}
