/** The logger. */

import type { LogItem } from './payload-parts.js';

/** The levels, for `setLevel`. */
export interface LogLevels {
  /** Everything. */
  readonly TRACE: 0;
  /** For following the course of things. */
  readonly DEBUG: 1;
  /** Worth knowing. */
  readonly INFO: 2;
  /** Something was ignored or dropped. */
  readonly WARN: 3;
  /** Something failed. The level to begin with. */
  readonly ERROR: 4;
  /** Nothing. */
  readonly SILENT: 5;
}

/** A plain text, or [peer id, tag, detail or details, text]. */
export type LogMessage = string | readonly [unknown?, unknown?, unknown?, unknown?, ...unknown[]];
/** Writes a line at one level. */
export type LogFunction = (message: LogMessage, debugObject?: unknown) => void;

/**
 * What the SDK writes to the console, and keeps. The level is remembered in `localStorage` of the
 * page.
 */
export interface Logger {
  /** The levels. */
  readonly logLevels: LogLevels;
  /** The present level. */
  level: number;
  /** Whether lines are kept. */
  storeLogs: boolean;
  /** The lines that were kept; `getLogs` gives them. */
  storedLogs: LogItem[];
  /** Writes lines as the SDK does. */
  readonly log: {
    readonly TRACE: LogFunction;
    readonly DEBUG: LogFunction;
    readonly INFO: LogFunction;
    readonly WARN: LogFunction;
    readonly ERROR: LogFunction;
  };
  /** Anything but a number means ERROR. Storing changes only when it is mentioned. */
  setLevel(level?: number, storeLogs?: boolean): void;
  /** As `setLevel` with TRACE. */
  enableAll(): void;
  /** As `setLevel` with SILENT. */
  disableAll(): void;
  /** null while storing is off. */
  getLogs(): LogItem[] | null;
  /** Forgets the lines that were kept. */
  clearLogs(): void;
}
