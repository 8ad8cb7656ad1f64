// Packs the module for the entry file: its bytes are sorted into streams by what they mean, then LZMA
// makes them small. The crate unpacker/ undoes both in the page.
import { execFile } from 'node:child_process';
import { unpack } from '../pkg-template/unpack.js';

const STREAMS = 17;

/** Their numbers, in the order of unpacker/src/weave.rs. */
const [
  REST,
  HEADS,
  OPERATIONS,
  LOCALS,
  GLOBALS,
  FUNCTIONS,
  LABELS,
  INTEGERS,
  LONG_INTEGERS,
  ALIGNMENTS,
  OFFSETS,
  BLOCK_TYPES,
  FLOATS,
  TABLE_SIZES,
  TABLE_LABELS,
  EXTENDED,
  OTHERS,
] = Array(STREAMS).keys();

const CODE_SECTION = 10;

/** How loads and stores are aligned unless told otherwise, from the operation 0x28 on. */
const NATURAL_ALIGNMENTS = [...'23230011001122232301012'].map(Number);

class Reader {
  constructor(bytes, place = 0) {
    this.bytes = bytes;
    this.place = place;
  }

  number() {
    let number = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.place];
      this.place += 1;
      number += (byte & 127) * factor;
      if (byte < 128) {
        return number;
      }
    }
  }
}

/** A number in five bytes, as the unpacker writes the sizes of functions. */
function padded(number) {
  return [0, 1, 2, 3, 4].map(
    (place) => (Math.floor(number / 128 ** place) & 127) | (place < 4 ? 128 : 0),
  );
}

function sectionsOf(wasm) {
  const sections = [];
  const reader = new Reader(wasm, 8);
  while (reader.place < wasm.length) {
    const begin = reader.place;
    const id = wasm[begin];
    reader.place += 1;
    const size = reader.number();
    sections.push({ id, begin, body: reader.place, end: reader.place + size });
    reader.place += size;
  }
  return sections;
}

class Streams {
  constructor(bytes) {
    this.reader = new Reader(bytes);
    this.bytes = Array.from({ length: STREAMS }, () => []);
  }

  take(stream, count) {
    const { bytes, place } = this.reader;
    this.bytes[stream].push(...bytes.subarray(place, place + count));
    this.reader.place += count;
  }

  number(stream) {
    const { place } = this.reader;
    const number = this.reader.number();
    this.bytes[stream].push(...this.reader.bytes.subarray(place, this.reader.place));
    return number;
  }

  operands(operation) {
    const number = (stream) => this.number(stream);
    if (operation >= 0x02 && operation <= 0x04) {
      number(BLOCK_TYPES);
    } else if (operation === 0x0c || operation === 0x0d) {
      number(LABELS);
    } else if (operation === 0x0e) {
      for (let left = number(TABLE_SIZES); left >= 0; left -= 1) {
        number(TABLE_LABELS);
      }
    } else if (operation === 0x10 || operation === 0xd2) {
      number(FUNCTIONS);
    } else if (operation === 0x11 || operation === 0x1c) {
      number(OTHERS);
      number(OTHERS);
    } else if (operation >= 0x20 && operation <= 0x22) {
      number(LOCALS);
    } else if (operation === 0x23 || operation === 0x24) {
      number(GLOBALS);
    } else if (operation >= 0x28 && operation <= 0x3e) {
      const alignment = this.reader.number();
      this.bytes[ALIGNMENTS].push(alignment ^ NATURAL_ALIGNMENTS[operation - 0x28]);
      number(OFFSETS);
    } else if ([0x25, 0x26, 0x3f, 0x40, 0xd0].includes(operation)) {
      number(OTHERS);
    } else if (operation === 0x41) {
      number(INTEGERS);
    } else if (operation === 0x42) {
      number(LONG_INTEGERS);
    } else if (operation === 0x43 || operation === 0x44) {
      this.take(FLOATS, operation === 0x43 ? 4 : 8);
    } else if (operation === 0xfc) {
      const extended = number(EXTENDED);
      const operands = extended < 8 ? 0 : [8, 10, 12, 14].includes(extended) ? 2 : 1;
      for (let left = operands; left > 0; left -= 1) {
        number(OTHERS);
      }
    }
  }

  /** @returns {number} bytes of it, without its size */
  function() {
    const size = this.reader.number();
    const end = this.reader.place + size;
    for (let groups = this.number(HEADS); groups > 0; groups -= 1) {
      this.number(HEADS);
      this.take(HEADS, 1);
    }
    while (this.reader.place < end) {
      const operation = this.reader.bytes[this.reader.place];
      this.take(OPERATIONS, 1);
      this.operands(operation);
    }
    return size;
  }
}

/**
 * @param {Buffer} wasm
 * @returns what the unpacker needs to know, and the bytes it works on
 */
function takeApart(wasm) {
  const code = sectionsOf(wasm).find(({ id }) => id === CODE_SECTION);
  const streams = new Streams(wasm);
  streams.reader.place = code.body;
  const functions = streams.reader.number();
  const count = wasm.subarray(code.body, streams.reader.place);
  let size = count.length;
  for (let left = functions; left > 0; left -= 1) {
    size += 5 + streams.function();
  }
  const head = Buffer.from([CODE_SECTION, ...padded(size), ...count]);
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
