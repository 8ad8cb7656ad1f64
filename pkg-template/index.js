/** Entry with the module inside. */
import './globals.js';
import { useModule } from './engine.js';
import { inlineModule } from './inline-module.js';

export { default } from './skylink.js';
export { logger as SkylinkLogger } from './logger.js';
export { eventManager as SkylinkEventManager } from './event-manager.js';
export { EVENTS as SkylinkEvents, SkylinkConstants } from './constants.js';

// The build provides it. Behind all else in the bundle: gzip finds repetitions over 32 KiB only.
import { LAYOUT, PACKED, UNPACKER } from 'skylink-module';

useModule(inlineModule(PACKED, UNPACKER, LAYOUT));
