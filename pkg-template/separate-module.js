/** The module beside the entry file, fetched and compiled while it streams in. */
import { start, useModule, whenReady } from './engine.js';

/** Where calls made before `init()` wait. */
let provided;
let provide;
let module;
let initialised;

function expectModule() {
  provided = new Promise((resolve) => {
    provide = resolve;
  });
}

async function compile(given) {
  if (given instanceof WebAssembly.Module) {
    return given;
  }
  const isAddress = typeof given === 'string' || given instanceof URL;
  const body = isAddress ? await fetch(given) : await given;
  if (!(body instanceof Response)) {
    return WebAssembly.compile(body);
  }
  if (!body.ok) {
    throw new Error(`${body.url} was answered with status ${body.status}`);
  }
  // The streaming form insists on the right type, which many servers do not send.
  return body.headers.get('Content-Type') === 'application/wasm'
    ? WebAssembly.compileStreaming(body)
    : WebAssembly.compile(await body.arrayBuffer());
}

async function initialise(given) {
  try {
    provide(compile(given));
    start();
    module = await provided;
    await whenReady(() => undefined);
  } catch (error) {
    initialised = undefined;
    expectModule();
    throw error;
  }
}

/**
 * Resolves when every method may be called.
 * @param {string | URL | Response | Promise<Response> | BufferSource | WebAssembly.Module} [given]
 */
export function init(given = new URL('./skylink_bg.wasm', import.meta.url)) {
  initialised ??= initialise(given);
  return initialised;
}

expectModule();
useModule({
  compile: () => provided,
  compileNow() {
    if (!module) {
      throw new Error('call init() and wait for it first');
    }
    return module;
  },
});
