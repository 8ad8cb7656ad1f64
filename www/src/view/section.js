import { element } from './element.js';

/** A part of a panel with a heading. */
export const createSection = (title, ...content) =>
  element('section', { class: 'section' }, element('h3', {}, title), ...content);
