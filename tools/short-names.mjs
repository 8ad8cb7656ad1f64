// Names that only the module and its glue share carry hashes and whole Rust types, in both of them:
// about 5 kB of the package after compression. wasm-opt shortens those of the module and tells how;
// the glue has to follow.

/**
 * What texts go into the module by, letter by letter until one is not ASCII. For long ones the browser's
 * encoder, which does the rest, is several times as fast.
 */
const LOOP = 'for \\(; offset < len; offset\\+\\+\\)';
const LONG = 512;

/** The one module name that wasm-opt leaves. */
const MERGED = 'a';

const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function replaceOnce(text, pattern, replacement, what) {
  const { length } = text.match(new RegExp(pattern, 'gm')) ?? [];
  if (length !== 1) {
    throw new Error(
      `wasm-bindgen's glue has ${what} ${length ?? 0} times: see tools/short-names.mjs`,
    );
  }
  return text.replace(new RegExp(pattern, 'm'), () => replacement);
}

/**
 * @param {string} glue made by wasm-bindgen
 * @param {{ imports: [module: string, name: string, short: string][], exports: [name: string, short: string][] }} names
 */
export function shortenGlue(glue, { imports, exports }) {
  let text = glue;
  const foreign = [];
  for (const [module, name, short] of imports) {
    const object = text.match(new RegExp(`^\\s*"${quoted(module)}": (import\\d+),$`, 'm'))?.[1];
    if (object === 'import0') {
      text = replaceOnce(text, `^ +"?${quoted(name)}"?: `, `"${short}": `, name);
    } else {
      foreign.push(`"${short}": ${object}.${name}`);
    }
  }
  const merged = `return { ${MERGED}: { ${['...import0', ...foreign].join(', ')} } };`;
  const modules = 'return \\{\\s*__proto__: null,(?:\\s*"[^"]+": import\\d+,)+\\s*\\};';
  text = replaceOnce(text, modules, merged, 'the list of imported modules');

  text = replaceOnce(text, LOOP, `for (; len < ${LONG} && offset < len; offset++)`, 'a loop');

  const shortOf = new Map(exports);
  return text.replace(/\bwasm\.([\w$]+)/g, (_, name) => {
    if (!shortOf.has(name)) {
      throw new Error(`the module has no export ${name}: see tools/short-names.mjs`);
    }
    return `wasm.${shortOf.get(name)}`;
  });
}
