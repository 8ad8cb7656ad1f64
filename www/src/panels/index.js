import { chatPanel } from './chat.js';
import { filesPanel } from './files.js';
import { journalPanel } from './journal.js';
import { morePanel } from './more.js';
import { peoplePanel } from './people.js';
import { roomPanel } from './room.js';
import { settingsPanel } from './settings.js';
import { statisticsPanel } from './statistics.js';

/** The panels of the room, in the order of their buttons. A new one is added here. */
export const panels = [
  peoplePanel,
  chatPanel,
  filesPanel,
  statisticsPanel,
  roomPanel,
  settingsPanel,
  journalPanel,
  morePanel,
];
