// Runs in a page before an SDK is imported: knows the memory of WebAssembly modules, and does not keep
// it from being collected.

const memories = new Set();

function note(exports) {
  for (const value of Object.values(exports)) {
    if (value instanceof WebAssembly.Memory) memories.add(new WeakRef(value));
  }
}

const { instantiate, Instance } = WebAssembly;

WebAssembly.instantiate = async (...given) => {
  const result = await instantiate(...given);
  note((result.instance ?? result).exports);
  return result;
};

WebAssembly.Instance = class extends Instance {
  constructor(...given) {
    super(...given);
    note(this.exports);
  }
};

/** Bytes. */
export const wasmMemory = () =>
  [...memories].reduce((sum, memory) => sum + (memory.deref()?.buffer.byteLength ?? 0), 0);
