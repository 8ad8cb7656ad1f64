// Writes the same module in a way that compresses better: functions that are alike stand together, and
// loads and stores of integers say the alignment that is usual, which is a hint that no result depends on.
import {
  KIND,
  Reader,
  SECTION,
  naturalAlignment,
  readFunction,
  sectionsOf,
  written,
} from './wasm-code.mjs';

const FUNCTION = 0;

/** Of floats it stays: some browsers on 32-bit ARM heed it. */
const FLOATS = [0x2a, 0x2b, 0x38, 0x39];

class ArrangedModule {
  constructor(wasm) {
    this.wasm = wasm;
    this.sections = sectionsOf(wasm);
    this.imported = this.countImports();
    const types = this.list(SECTION.functions, (reader) => reader.number());
    const bodies = this.list(SECTION.code, readFunction);
    this.functions = bodies
      .map(({ locals, instructions }, place) => {
        const operations = instructions.map(({ operation }) => operation).reverse();
        return { place, type: types[place], locals, instructions, key: Buffer.from(operations) };
      })
      .sort((one, other) => one.type - other.type || Buffer.compare(one.key, other.key));
    this.places = new Map(this.functions.map(({ place }, now) => [place, now]));
  }

  list(id, entry) {
    const section = this.sections.find((each) => each.id === id);
    if (!section) {
      return [];
    }
    const reader = new Reader(this.wasm, section.body);
    return Array.from({ length: reader.number() }, () => entry(reader));
  }

  countImports() {
    const kinds = this.list(SECTION.imports, (reader) => {
      reader.take(reader.number());
      reader.take(reader.number());
      const kind = reader.byte();
      if (kind !== FUNCTION) {
        throw new Error('the module imports other things than functions: see tools/arrange.mjs');
      }
      return reader.number();
    });
    return kinds.length;
  }

  /** @returns {number} what the function with this number is called now */
  renumbered(number) {
    return number < this.imported
      ? number
      : this.imported + this.places.get(number - this.imported);
  }

  instruction({ operation, operands }) {
    const bytes = operands.flatMap((operand) => {
      if (operand.kind === KIND.function) {
        return written(this.renumbered(operand.value));
      }
      if (operand.kind === KIND.alignment && !FLOATS.includes(operation)) {
        return [naturalAlignment(operation)];
      }
      return [...operand.bytes];
    });
    return [operation, ...bytes];
  }

  code() {
    const bodies = this.functions.map(({ locals, instructions }) => {
      const body = [...locals, ...instructions.flatMap((each) => this.instruction(each))];
      return [...written(body.length), ...body];
    });
    return [...written(bodies.length), ...bodies.flat()];
  }

  exported() {
    const entries = this.list(SECTION.exports, (reader) => {
      const begin = reader.place;
      reader.take(reader.number());
      const kind = reader.byte();
      const head = [...this.wasm.subarray(begin, reader.place)];
      const number = reader.number();
      return [...head, ...written(kind === FUNCTION ? this.renumbered(number) : number)];
    });
    return [...written(entries.length), ...entries.flat()];
  }

  elements() {
    const segments = this.list(SECTION.elements, (reader) => {
      const begin = reader.place;
      // Kind 0, then the place in the table: i32.const, the number, end.
      if (reader.number() !== 0 || reader.byte() !== 0x41) {
        throw new Error('the module has tables of another kind: see tools/arrange.mjs');
      }
      reader.number();
      reader.byte();
      const head = [...this.wasm.subarray(begin, reader.place)];
      const numbers = Array.from({ length: reader.number() }, () => reader.number());
      const entries = numbers.flatMap((number) => written(this.renumbered(number)));
      return [...head, ...written(numbers.length), ...entries];
    });
    return [...written(segments.length), ...segments.flat()];
  }

  section({ id, body, end }) {
    switch (id) {
      case SECTION.functions:
        return [
          ...written(this.functions.length),
          ...this.functions.flatMap(({ type }) => written(type)),
        ];
      case SECTION.exports:
        return this.exported();
      case SECTION.start:
        return written(this.renumbered(new Reader(this.wasm, body).number()));
      case SECTION.elements:
        return this.elements();
      case SECTION.code:
        return this.code();
      default:
        return [...this.wasm.subarray(body, end)];
    }
  }

  bytes() {
    const sections = this.sections.map((section) => {
      const content = this.section(section);
      return [section.id, ...written(content.length), ...content];
    });
    return Buffer.from([...this.wasm.subarray(0, 8), ...sections.flat()]);
  }
}

/**
 * @param {Buffer} wasm without names
 * @returns {Buffer}
 * @throws {Error} when the module has parts that are not read here
 */
export function arrange(wasm) {
  return new ArrangedModule(wasm).bytes();
}
