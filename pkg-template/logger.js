/** `SkylinkLogger`: levels, console output, stored lines (public API, section 1.4). */

const METHODS = ['trace', 'debug', 'info', 'warn', 'error'];
const LEVELS = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4, SILENT: 5 };
const STORAGE_KEY = 'loglevel:skylinkjs';

function storedLevel() {
  if (typeof window === 'undefined') {
    return LEVELS.ERROR;
  }
  try {
    const text = window.localStorage.getItem(STORAGE_KEY);
    const level = Number(text);
    return text === null || Number.isNaN(level) ? LEVELS.ERROR : level;
  } catch {
    return LEVELS.ERROR;
  }
}

/** A message is text, or [peer or first fragment, tag, detail or details, text]. */
function lineOf(message) {
  if (!Array.isArray(message)) {
    return `SkylinkJS - ${message}`;
  }
  const [peer, tag, details, text] = message;
  const parts = ['SkylinkJS -', peer ? `[${peer}]` : '-'];
  if (tag || !peer) {
    parts.push(`<<${tag || 'Method'}>>`);
  }
  for (const detail of Array.isArray(details) ? details : details ? [details] : []) {
    parts.push(`(${detail})`);
  }
  parts.push(text);
  return parts.join(' ');
}

function write(logger, level, message, debugObject) {
  if (logger.level > level || logger.level === LEVELS.SILENT) {
    return;
  }
  const time = `[${new Date().toISOString()}]`;
  const line = lineOf(message);
  console[METHODS[level]](time, line, debugObject || '');
  if (logger.storeLogs) {
    const item = [time, METHODS[level].toUpperCase(), line];
    if (debugObject) {
      item.push(debugObject);
    }
    logger.storedLogs.push(item);
  }
}

class Logger {
  logLevels = { ...LEVELS };
  level = storedLevel();
  storeLogs = false;
  storedLogs = [];

  /** Anything but a number means ERROR; storing changes only when it is mentioned. */
  setLevel(level, storeLogs) {
    this.level = Number.isFinite(level)
      ? Math.min(Math.max(level, LEVELS.TRACE), LEVELS.SILENT)
      : LEVELS.ERROR;
    if (storeLogs !== undefined) {
      this.storeLogs = !!storeLogs;
    }
    try {
      window.localStorage.setItem(STORAGE_KEY, this.level);
    } catch {
      console.warn('SkylinkJS - window.localStorage is out of reach, the log level is not kept');
    }
  }

  enableAll() {
    this.setLevel(LEVELS.TRACE);
  }

  disableAll() {
    this.setLevel(LEVELS.SILENT);
  }

  getLogs() {
    if (this.storeLogs) {
      return this.storedLogs;
    }
    this.log.WARN('Logs are not stored. Switch storing on with setLevel(level, true)');
    return null;
  }

  clearLogs() {
    this.log.INFO('Stored logs are cleared');
    this.storedLogs = [];
  }
}

export const logger = new Logger();

Logger.prototype.log = Object.fromEntries(
  Object.keys(LEVELS)
    .slice(0, METHODS.length)
    .map((name, level) => [
      name,
      (message, debugObject) => write(logger, level, message, debugObject),
    ]),
);
