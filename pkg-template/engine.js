/**
 * Starts the WebAssembly part once for the page and hands out its one Session.
 *
 * The usual way is in the background, from the first `new Skylink()` on; calls that return a
 * promise wait for it, in order. A call that needs its result at once starts the module on the
 * spot instead.
 */
import { Session, imports, finish } from 'skylink-glue';
import { detectBrowser } from './browser.js';
import { ENGINE_FAILED, createError } from './errors.js';
import { host } from './host.js';
import { logger } from './logger.js';
import { SDK_VERSION } from './version.js';

/** @type {{ compile(): Promise<WebAssembly.Module>, compileNow(): WebAssembly.Module }} */
let source;
/** @type {Session | undefined} */
let session;
/** @type {Promise<void> | undefined} */
let starting;
/** Calls made before there is a session. */
const waiting = [];

export function useModule(given) {
  source = given;
}

function environment() {
  const { browser, version } = detectBrowser(globalThis);
  const os = globalThis.navigator?.platform ?? null;
  return { agent: { name: browser, version, os }, sdkVersion: SDK_VERSION };
}

/** Whichever way comes first wins: finishing twice would swap the memory under a live session. */
function begin(instance, module) {
  if (session) {
    return;
  }
  finish(instance, module);
  session = new Session(host, environment());
  for (const { run } of waiting.splice(0)) {
    run();
  }
}

function beginNow() {
  const module = source.compileNow();
  begin(new WebAssembly.Instance(module, imports()), module);
}

async function beginInBackground() {
  const module = await source.compile();
  if (!session) {
    begin(await WebAssembly.instantiate(module, imports()), module);
  }
}

function failed(cause) {
  const error = createError(ENGINE_FAILED, `${cause?.message ?? cause}`);
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

/** Makes the call as soon as there is a session. Without waiting, its result is passed on as it is. */
export function whenReady(call) {
  if (session) {
    return call(session);
  }
  start();
  return new Promise((resolve, reject) => {
    const run = () => {
      try {
        resolve(call(session));
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
