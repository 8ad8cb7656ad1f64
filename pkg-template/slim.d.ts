export * from './index.js';
export { default } from './index.js';

/**
 * Fetches and compiles the module. Every method may be called once it has resolved; promise methods
 * called earlier wait. Without an argument, `skylink_bg.wasm` is taken from beside this file.
 */
export function init(
  module?: string | URL | Response | Promise<Response> | BufferSource | WebAssembly.Module,
): Promise<void>;
