/**
 * Makes an element. Children are elements or text: text never becomes markup, whoever wrote it.
 * `attributes` whose value is a function are listeners (`onclick`), `data` becomes `data-*`.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'data') Object.assign(made.dataset, value);
    else if (typeof value === 'function') made[name] = value;
    else if (value !== false && value !== undefined) {
      made.setAttribute(name, value === true ? '' : value);
    }
  }
  made.append(...children);
  return made;
}

export function icon(name) {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(namespace, 'use');
  svg.append(use);
  showIcon(svg, name);
  return svg;
}

export function showIcon(svg, name) {
  const use = svg.querySelector('use');
  const href = `#icon-${name}`;
  if (use.getAttribute('href') !== href) use.setAttribute('href', href);
}

/** Screen readers repeat a live region when its text is set, so it is only set when it differs. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export const byId = (id) => document.getElementById(id);

/** The full words are the name of a button and its tool tip: narrow screens show only its icon. */
export function setLabel(button, label) {
  button.setAttribute('aria-label', label);
  button.title = label;
}
