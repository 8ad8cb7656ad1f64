/**
 * What tools/pack.mjs has packed.
 * @typedef {object} Layout
 * @property {number} sorted bytes of the streams between LZMA and the module
 * @property {number} before bytes in front of the first function
 * @property {number} functions how many there are
 * @property {number} size bytes of the module
 */

const PAGE = 65_536;

/** @param {WebAssembly.Module} unpacker made from unpacker/, used once @param {Uint8Array} packed @param {Layout} layout */
export function unpack(unpacker, packed, { sorted, before, functions, size }) {
  const { exports } = new WebAssembly.Instance(unpacker);
  const room = packed.length + sorted + size;
  const place = exports.memory.grow(Math.ceil(room / PAGE)) * PAGE;
  const memory = new Uint8Array(exports.memory.buffer, place, room);
  memory.set(packed);
  exports.unpack(place, packed.length, sorted, before, functions, size);
  return memory.subarray(packed.length + sorted);
}
