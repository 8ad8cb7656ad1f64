import { element, icon, setText } from './element.js';
import { createSelectField } from './select-field.js';

/** Choosing the secret for the next messages, adding and deleting secrets. */
export function createSecretsEditor({ session }) {
  const { secrets } = session;
  const choice = createSelectField({
    name: 'secret',
    label: 'Encrypt with',
    onChange: (id) => secrets.select(id),
  });
  const remove = element(
    'button',
    {
      type: 'button',
      class: 'button',
      data: { test: 'secret-delete' },
      onclick() {
        secrets.remove(choice.select.value);
        choice.select.focus();
      },
    },
    'Delete',
  );
  const form = createAddForm(secrets);
  const unreadable = element('p', { class: 'fault', role: 'status', data: { test: 'unreadable' } });

  return {
    element: element(
      'div',
      { class: 'stack secrets' },
      element('div', { class: 'field-line' }, choice.element, remove),
      unreadable,
      form,
    ),
    show({ secretIds, selectedSecretId, unreadableCount }) {
      const choices = secretIds.map((id) => ({ value: id, label: id }));
      choice.show([{ value: '', label: 'Nothing' }, ...choices], selectedSecretId);
      remove.hidden = selectedSecretId === '';
      remove.setAttribute('aria-label', `Delete the secret ${selectedSecretId}`);
      setText(unreadable, unreadableInWords(unreadableCount));
    },
  };
}

function createAddForm(secrets) {
  const input = (name, attributes) =>
    element('input', {
      id: name,
      autocomplete: 'off',
      maxlength: '100',
      required: true,
      'aria-describedby': 'secret-fault',
      data: { test: name },
      ...attributes,
    });
  const id = input('secret-name', { placeholder: 'Name', spellcheck: 'false' });
  const secret = input('secret-text', { placeholder: 'Secret', type: 'password' });
  const fault = element('p', { id: 'secret-fault', class: 'fault' });

  function submit(event) {
    event.preventDefault();
    try {
      secrets.add(id.value.trim(), secret.value);
      form.reset();
      setText(fault, '');
      id.focus();
    } catch (error) {
      setText(fault, error.message);
    }
  }

  const form = element(
    'form',
    { class: 'secret-form', onsubmit: submit },
    element('label', { class: 'sr-only', for: 'secret-name' }, 'Name of the new secret'),
    id,
    element('label', { class: 'sr-only', for: 'secret-text' }, 'New secret'),
    secret,
    element(
      'button',
      {
        type: 'submit',
        class: 'button icon-only',
        'aria-label': 'Add the secret',
        data: { test: 'secret-add' },
      },
      icon('plus'),
    ),
    fault,
  );
  return form;
}

function unreadableInWords(count) {
  if (count === 0) return '';
  const what = count === 1 ? 'A message' : `${count} messages`;
  return `${what} came that none of your secrets opens. Add the right one.`;
}
