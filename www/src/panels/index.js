import { chatPanel } from './chat.js';
import { peoplePanel } from './people.js';

/** The panels of the room, in the order of their buttons. A new one is added here. */
export const panels = [peoplePanel, chatPanel];
