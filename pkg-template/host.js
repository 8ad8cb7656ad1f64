/** What the WebAssembly part may call. */
import { createError } from './errors.js';
import { eventManager } from './event-manager.js';
import { logger } from './logger.js';
import { LOGS } from './texts.js';

const LEVEL_NAMES = Object.keys(logger.logLevels);

export const host = {
  dispatch(name, detail) {
    eventManager.dispatchEvent({ name, detail: { detail } });
  },

  /** Details that are objects go to the console as they are, the others into the line. */
  log(level, code, details) {
    const [tag, text] = LOGS[code] ?? ['SKYLINK ERROR', `Log code ${code}`];
    const isObject = (value) => typeof value === 'object' && value !== null;
    logger.log[LEVEL_NAMES[level]](
      [null, tag, details.filter((value) => !isObject(value)), text],
      details.find(isObject),
    );
  },

  error: createError,
};
