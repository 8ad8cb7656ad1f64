/**
 * The module inside the entry file: packed, then base64 (the build provides what is imported here).
 * What unpacks it is a module as well, small enough for browsers to compile it at once; its bytes are
 * written in sixteen digits, which servers compress better than base64.
 */
import { LAYOUT, PACKED, UNPACKER } from 'skylink-module';
import { unpack } from './unpack.js';

function bytesOf(base64) {
  // Newer browsers decode natively, in a twentieth of the loop's time.
  return (
    Uint8Array.fromBase64?.(base64) ?? Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))
  );
}

const unpackerBytes = () => Uint8Array.from(UNPACKER.match(/../g), (byte) => parseInt(byte, 16));

const unpackBy = (unpacker) => unpack(unpacker, bytesOf(PACKED), LAYOUT);

export function compileNow() {
  return new WebAssembly.Module(unpackBy(new WebAssembly.Module(unpackerBytes())));
}

/** Unpacks in a later task, and compiles off the main thread. */
export async function compile() {
  return WebAssembly.compile(unpackBy(await WebAssembly.compile(unpackerBytes())));
}
