// Reads the parts of a WebAssembly module that arrange.mjs and pack.mjs work on (core specification, chapter 5).

export const SECTION = {
  imports: 2,
  functions: 3,
  exports: 7,
  start: 8,
  elements: 9,
  code: 10,
};

/** What an operand says. */
export const KIND = {
  local: 'local',
  global: 'global',
  function: 'function',
  label: 'label',
  integer: 'integer',
  longInteger: 'longInteger',
  alignment: 'alignment',
  offset: 'offset',
  blockType: 'blockType',
  float: 'float',
  tableSize: 'tableSize',
  tableLabel: 'tableLabel',
  other: 'other',
};

/** How loads and stores are aligned unless told otherwise, from the operation 0x28 on. */
const NATURAL_ALIGNMENTS = [...'23230011001122232301012'].map(Number);

export const naturalAlignment = (operation) => NATURAL_ALIGNMENTS[operation - 0x28];

export class Reader {
  constructor(bytes, place = 0) {
    this.bytes = bytes;
    this.place = place;
  }

  number() {
    let number = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      number += (byte & 127) * factor;
      if (byte < 128) {
        return number;
      }
    }
  }

  byte() {
    const byte = this.bytes[this.place];
    this.place += 1;
    return byte;
  }

  /** @returns {Uint8Array} */
  take(count) {
    this.place += count;
    return this.bytes.subarray(this.place - count, this.place);
  }
}

/** @param {number} number @returns {number[]} as short as can be */
export function written(number) {
  const bytes = [];
  let left = number;
  for (; left > 127; left = Math.floor(left / 128)) {
    bytes.push((left & 127) | 128);
  }
  return [...bytes, left];
}

/** @returns {{ id: number, begin: number, body: number, end: number }[]} */
export function sectionsOf(wasm) {
  const sections = [];
  const reader = new Reader(wasm, 8);
  while (reader.place < wasm.length) {
    const begin = reader.place;
    const id = reader.byte();
    const size = reader.number();
    sections.push({ id, begin, body: reader.place, end: reader.place + size });
    reader.place += size;
  }
  return sections;
}

const ONE_OPERAND = new Map([
  [0x02, KIND.blockType],
  [0x03, KIND.blockType],
  [0x04, KIND.blockType],
  [0x0c, KIND.label],
  [0x0d, KIND.label],
  [0x10, KIND.function],
  [0x20, KIND.local],
  [0x21, KIND.local],
  [0x22, KIND.local],
  [0x23, KIND.global],
  [0x24, KIND.global],
  [0x25, KIND.other],
  [0x26, KIND.other],
  [0x3f, KIND.other],
  [0x40, KIND.other],
  [0x41, KIND.integer],
  [0x42, KIND.longInteger],
  [0xd0, KIND.other],
  [0xd2, KIND.function],
]);

/** How many operands the operations behind the prefix 0xfc have, of those that browsers without flags know. */
function countOfExtended(extended) {
  if (extended < 8) {
    return 0;
  }
  return [8, 10, 12, 14].includes(extended) ? 2 : 1;
}

/** @typedef {{ kind: string, bytes: Uint8Array, value: number }} Operand */
/** @typedef {{ operation: number, operands: Operand[] }} Instruction */

/** @param {Reader} reader @returns {Instruction} */
function instruction(reader) {
  const operation = reader.byte();
  const operands = [];
  const number = (kind) => {
    const begin = reader.place;
    const value = reader.number();
    operands.push({ kind, bytes: reader.bytes.subarray(begin, reader.place), value });
    return value;
  };
  if (ONE_OPERAND.has(operation)) {
    number(ONE_OPERAND.get(operation));
  } else if (operation === 0x0e) {
    for (let left = number(KIND.tableSize); left >= 0; left -= 1) {
      number(KIND.tableLabel);
    }
  } else if (operation === 0x11 || operation === 0x1c) {
    number(KIND.other);
    number(KIND.other);
  } else if (operation >= 0x28 && operation <= 0x3e) {
    number(KIND.alignment);
    number(KIND.offset);
  } else if (operation === 0x43 || operation === 0x44) {
    const bytes = reader.take(operation === 0x43 ? 4 : 8);
    operands.push({ kind: KIND.float, bytes, value: NaN });
  } else if (operation === 0xfc) {
    for (let left = countOfExtended(number(KIND.other)); left > 0; left -= 1) {
      number(KIND.other);
    }
  }
  return { operation, operands };
}

/**
 * @param {Reader} reader in front of a function's size
 * @returns {{ locals: Uint8Array, instructions: Instruction[] }}
 */
export function readFunction(reader) {
  const size = reader.number();
  const begin = reader.place;
  const end = begin + size;
  for (let groups = reader.number(); groups > 0; groups -= 1) {
    reader.number();
    reader.byte();
  }
  const locals = reader.bytes.subarray(begin, reader.place);
  const instructions = [];
  while (reader.place < end) {
    instructions.push(instruction(reader));
  }
  return { locals, instructions };
}
