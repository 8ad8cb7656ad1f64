/** The module inside the entry file: deflated, then base64 (the build provides both constants). */
import { BASE64, SIZE } from 'skylink-module';
import inflate from './inflate.js';

function deflated() {
  // Newer browsers decode natively, in a twentieth of the loop's time.
  if (Uint8Array.fromBase64) {
    return Uint8Array.fromBase64(BASE64);
  }
  const text = atob(BASE64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) {
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}

export function compileNow() {
  return new WebAssembly.Module(inflate(deflated(), SIZE));
}

async function compileInBackground() {
  const inflater = new DecompressionStream('deflate-raw');
  const stream = new Blob([deflated()]).stream().pipeThrough(inflater);
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}

/** Off the main thread where the browser can; old ones lack the stream. */
export async function compile() {
  return compileInBackground().catch(compileNow);
}
