/**
 * Starts the WebAssembly part once for the page and hands out its one Session. When it traps, what
 * waits is told, `fatal` is fired, and the next call starts a fresh instance.
 *
 * The usual way is in the background, from the first `new Skylink()` on; calls that return a
 * promise wait for it, in order. A call that needs its result at once starts the module on the
 * spot instead.
 */
import { makeGlue } from 'skylink-glue';
import { detectBrowser } from './browser.js';
import { ENGINE_DIED, ENGINE_FAILED, createError } from './errors.js';
import { closeWhatIsLeft, guarded } from './guard.js';
import { host } from './host.js';
import { logger } from './logger.js';
import { takeAll, tracksOfApps } from './memberships.js';
import { SDK_VERSION } from './version.js';

/** @type {{ compile(): Promise<WebAssembly.Module>, compileNow(): WebAssembly.Module }} */
let source;
/** @type {object | undefined} */
let session;
/** @type {Promise<void> | undefined} */
let starting;
/** Calls made before there is a session. */
const waiting = [];
/** How to reject each promise that the session has not settled yet. */
const unsettled = new Set();
/** Why the last session died. */
let death;

export function useModule(given) {
  source = given;
}

function environment() {
  const { browser, version } = detectBrowser(globalThis);
  const os = globalThis.navigator?.platform ?? null;
  return { agent: { name: browser, version, os }, sdkVersion: SDK_VERSION };
}

/** Whichever way comes first wins: two sessions would not know of each other's rooms. */
function begin(glue, { exports }, module) {
  if (session) {
    return;
  }
  const onTrap = (cause) => die(failed(cause, ENGINE_DIED), exports);
  glue.finish({ exports: guarded(exports, onTrap) }, module);
  session = new glue.Session(host, environment());
  for (const { run, reject } of waiting.splice(0)) {
    if (session) {
      run();
    } else {
      reject(death);
    }
  }
}

function beginNow() {
  const glue = makeGlue();
  const module = source.compileNow();
  begin(glue, new WebAssembly.Instance(module, glue.imports()), module);
}

async function beginInBackground() {
  const glue = makeGlue();
  const module = await source.compile();
  if (!session) {
    begin(glue, await WebAssembly.instantiate(module, glue.imports()), module);
  }
}

function die(error, exports) {
  death = error;
  session = undefined;
  starting = undefined;
  logger.log.ERROR([null, 'SKYLINK ERROR', null, error.message], error.cause);
  closeWhatIsLeft(exports, tracksOfApps());
  for (const reject of unsettled) {
    reject(error);
  }
  host.dispatch('fatal', { error, rejoin: takeAll() });
  return error;
}

function failed(cause, number = ENGINE_FAILED) {
  const error = createError(number, `${cause?.message ?? cause}`);
  error.cause = cause;
  return error;
}

async function startUp() {
  try {
    await beginInBackground();
  } catch (cause) {
    const error = failed(cause);
    logger.log.ERROR([null, 'SKYLINK ERROR', null, error.message], cause);
    for (const { reject } of waiting.splice(0)) {
      reject(error);
    }
    starting = undefined;
  }
}

/** Begins loading; after a failure the next call tries again. */
export function start() {
  starting ??= startUp();
}

/** What a dead session would leave pending is rejected. */
function watched(result) {
  if (!(result instanceof Promise)) {
    return result;
  }
  return new Promise((resolve, reject) => {
    const settle = (how) => (value) => {
      unsettled.delete(reject);
      how(value);
    };
    unsettled.add(reject);
    result.then(settle(resolve), settle(reject));
  });
}

/** Makes the call as soon as there is a session. Without waiting, its result is passed on as it is. */
export function whenReady(call) {
  if (session) {
    return watched(call(session));
  }
  start();
  return new Promise((resolve, reject) => {
    const run = () => {
      try {
        resolve(watched(call(session)));
      } catch (error) {
        reject(error);
      }
    };
    waiting.push({ run, reject });
  });
}

/** The session, started on the spot if need be. */
export function sessionNow() {
  if (!session) {
    try {
      beginNow();
    } catch (cause) {
      throw failed(cause);
    }
  }
  return session;
}
