import { element, setText } from './element.js';

/**
 * Buttons that are pressed or not: everybody, or any choice of people.
 *
 * @param {{ label: string, onEveryone: () => void, onToggle: (id: string) => void }} settings
 */
export function createReceiverChips({ label, onEveryone, onToggle }) {
  const chip = (attributes, text) =>
    element('button', { type: 'button', class: 'chip', ...attributes }, text);
  const everyone = chip({ data: { test: 'to-everyone' }, onclick: onEveryone }, 'Everyone');
  const group = element('div', { class: 'chips', role: 'group', 'aria-label': label }, everyone);
  const chips = new Map();

  return {
    element: group,

    show(people, chosen) {
      for (const [id, one] of chips) {
        if (people.some((person) => person.id === id)) continue;
        one.remove();
        chips.delete(id);
      }
      for (const { id, name } of people) {
        if (!chips.has(id)) {
          const made = chip({ data: { test: 'to-person', peer: id }, onclick: () => onToggle(id) });
          chips.set(id, made);
          group.append(made);
        }
        setText(chips.get(id), name);
        chips.get(id).setAttribute('aria-pressed', String(chosen.includes(id)));
      }
      everyone.setAttribute('aria-pressed', String(chosen.length === 0));
    },
  };
}
