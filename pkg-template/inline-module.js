/**
 * The module inside the entry file: packed, then base64. What unpacks it is a module as well, small
 * enough for browsers to compile it at once; its bytes are written in sixteen digits, which servers
 * compress better than base64.
 */
import { unpack } from './unpack.js';

function bytesOf(base64) {
  // Newer browsers decode natively, in a twentieth of the loop's time.
  return (
    Uint8Array.fromBase64?.(base64) ?? Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))
  );
}

/** @param {string} packed @param {string} unpacker @param {import('./unpack.js').Layout} layout */
export function inlineModule(packed, unpacker, layout) {
  const unpackerBytes = () => Uint8Array.from(unpacker.match(/../g), (byte) => parseInt(byte, 16));
  const unpackBy = (compiled) => unpack(compiled, bytesOf(packed), layout);
  return {
    compileNow: () => new WebAssembly.Module(unpackBy(new WebAssembly.Module(unpackerBytes()))),
    /** Unpacks in a later task, and compiles off the main thread. */
    compile: async () => WebAssembly.compile(unpackBy(await WebAssembly.compile(unpackerBytes()))),
  };
}
