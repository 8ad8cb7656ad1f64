/** Entry with the module inside. */
import './globals.js';
import { useModule } from './engine.js';
import * as inline from './inline-module.js';

useModule(inline);

export { default } from './skylink.js';
export { logger as SkylinkLogger } from './logger.js';
export { eventManager as SkylinkEventManager } from './event-manager.js';
export { EVENTS as SkylinkEvents, SkylinkConstants } from './constants.js';
