// Packs the module for the entry file: its bytes are sorted into streams by what they mean, then LZMA
// makes them small. The crate unpacker/ undoes both in the page.
import { execFile } from 'node:child_process';
import { unpack } from '../pkg-template/unpack.js';
import { KIND, Reader, SECTION, naturalAlignment, readFunction, sectionsOf } from './wasm-code.mjs';

/** Numbers of the streams, in the order of unpacker/src/weave.rs. */
const REST = 0;
const HEADS = 1;
/** With the operands that have no stream of their own. */
const OPERATIONS = 2;
const LOADS = 7;
const STORES = 8;
const ALIGNMENTS = 13;
/** From here on, one for every four operations that may come next. */
const INTEGERS = 14;
const STREAMS = INTEGERS + 64;

const STREAM_OF = new Map([
  [KIND.local, 3],
  [KIND.global, 4],
  [KIND.label, 5],
  [KIND.longInteger, 6],
  [KIND.blockType, 9],
  [KIND.float, 10],
  [KIND.tableSize, 11],
  [KIND.tableLabel, 12],
]);

const FIRST_STORE = 0x36;

/** A number in five bytes, as the unpacker writes the sizes of functions. */
function padded(number) {
  return [0, 1, 2, 3, 4].map(
    (place) => (Math.floor(number / 128 ** place) & 127) | (place < 4 ? 128 : 0),
  );
}

function streamOf(kind, operation, next) {
  switch (kind) {
    case KIND.integer:
      return INTEGERS + (next >> 2);
    case KIND.offset:
      return operation < FIRST_STORE ? LOADS : STORES;
    default:
      return STREAM_OF.get(kind) ?? OPERATIONS;
  }
}

class Streams {
  constructor(bytes) {
    this.reader = new Reader(bytes);
    this.bytes = Array.from({ length: STREAMS }, () => []);
  }

  /** @returns {number} bytes of it, without its size */
  function() {
    const { locals, instructions } = readFunction(this.reader);
    let size = locals.length + instructions.length;
    this.bytes[HEADS].push(...locals);
    instructions.forEach(({ operation, operands }, place) => {
      this.bytes[OPERATIONS].push(operation);
      const next = instructions[place + 1]?.operation;
      for (const { kind, bytes, value } of operands) {
        size += bytes.length;
        if (kind === KIND.alignment) {
          this.bytes[ALIGNMENTS].push(value ^ naturalAlignment(operation));
        } else {
          this.bytes[streamOf(kind, operation, next)].push(...bytes);
        }
      }
    });
    return size;
  }
}

/**
 * @param {Buffer} wasm
 * @returns what the unpacker needs to know, and the bytes it works on
 */
function takeApart(wasm) {
  const code = sectionsOf(wasm).find(({ id }) => id === SECTION.code);
  const streams = new Streams(wasm);
  streams.reader.place = code.body;
  const functions = streams.reader.number();
  const count = wasm.subarray(code.body, streams.reader.place);
  let size = count.length;
  for (let left = functions; left > 0; left -= 1) {
    size += 5 + streams.function();
  }
  const head = Buffer.from([SECTION.code, ...padded(size), ...count]);
  const before = code.begin + head.length;
  streams.bytes[REST] = Buffer.concat([
    wasm.subarray(0, code.begin),
    head,
    wasm.subarray(code.end),
  ]);

  const lengths = Buffer.alloc(streams.bytes.length * 4);
  streams.bytes.forEach((bytes, stream) => lengths.writeUInt32LE(bytes.length, stream * 4));
  const sorted = Buffer.concat([lengths, ...streams.bytes.map((bytes) => Buffer.from(bytes))]);
  return {
    sorted,
    before,
    functions,
    size: streams.bytes[REST].length + size - count.length,
  };
}

/** Raw LZMA; `lc`, `lp` and `pb` are those of unpacker/src/lzma.rs. */
function lzma(bytes, preset) {
  return new Promise((resolve, reject) => {
    const settings = `--lzma1=preset=${preset},lc=1,lp=0,pb=0`;
    const child = execFile(
      'xz',
      ['--format=raw', settings, '--stdout'],
      { encoding: 'buffer', maxBuffer: 2 ** 26 },
      (error, stdout) => (error ? reject(error) : resolve(stdout)),
    );
    child.stdin.end(bytes);
  });
}

/** @typedef {{ packed: Buffer, layout: import('../pkg-template/unpack.js').Layout }} Packed */

/**
 * @param {Buffer} wasm
 * @param {Buffer} unpacker
 * @param {{ isQuick?: boolean }} [options]
 * @returns {Promise<Packed>}
 * @throws {Error} when the unpacker makes something else of it
 */
export async function pack(wasm, unpacker, { isQuick = false } = {}) {
  const { sorted, ...counts } = takeApart(wasm);
  const packed = await lzma(sorted, isQuick ? '0' : '9e,nice=273');
  const layout = { sorted: sorted.length, ...counts };
  const unpacked = Buffer.from(unpack(new WebAssembly.Module(unpacker), packed, layout));
  // Only the sizes of functions may be written differently, and they are in no stream.
  if (!WebAssembly.validate(unpacked) || !takeApart(unpacked).sorted.equals(sorted)) {
    throw new Error('the unpacked module is another one: see tools/pack.mjs and unpacker/');
  }
  return { packed, layout };
}
