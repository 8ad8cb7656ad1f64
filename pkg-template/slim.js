/** Entry with the module in a file of its own. */
import './globals.js';

export { init } from './separate-module.js';
export { default } from './skylink.js';
export { logger as SkylinkLogger } from './logger.js';
export { eventManager as SkylinkEventManager } from './event-manager.js';
export { EVENTS as SkylinkEvents, SkylinkConstants } from './constants.js';
