/** The logger. */

import type { LogItem } from './payload-parts.js';

export interface LogLevels {
  readonly TRACE: 0;
  readonly DEBUG: 1;
  readonly INFO: 2;
  readonly WARN: 3;
  readonly ERROR: 4;
  readonly SILENT: 5;
}

/** A plain text, or [peer id, tag, detail or details, text]. */
export type LogMessage = string | readonly [unknown?, unknown?, unknown?, unknown?, ...unknown[]];
export type LogFunction = (message: LogMessage, debugObject?: unknown) => void;

export interface Logger {
  readonly logLevels: LogLevels;
  level: number;
  storeLogs: boolean;
  storedLogs: LogItem[];
  readonly log: {
    readonly TRACE: LogFunction;
    readonly DEBUG: LogFunction;
    readonly INFO: LogFunction;
    readonly WARN: LogFunction;
    readonly ERROR: LogFunction;
  };
  /** Anything but a number means ERROR. Storing changes only when it is mentioned. */
  setLevel(level?: number, storeLogs?: boolean): void;
  enableAll(): void;
  disableAll(): void;
  /** null while storing is off. */
  getLogs(): LogItem[] | null;
  clearLogs(): void;
}
