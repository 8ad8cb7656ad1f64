/** Copies of what apps gave, or are given. */
const isPlain = (value) =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** A member like any other, whatever it is called. */
export const OWN = { configurable: true, enumerable: true, writable: true };

/** Plain objects and arrays are copied, each once, whatever else is kept. */
export function copyOf(value, copies = new Map()) {
  const isList = Array.isArray(value);
  if (!isList && !isPlain(value)) {
    return value;
  }
  if (!copies.has(value)) {
    const copy = isList ? [] : {};
    copies.set(value, copy);
    for (const name of Object.keys(value)) {
      const member = copyOf(value[name], copies);
      if (name === '__proto__') {
        Object.defineProperty(copy, name, { ...OWN, value: member });
      } else {
        copy[name] = member;
      }
    }
  }
  return copies.get(value);
}

/** A copy of options, which may be inherited from defaults. */
export function optionsOf(value) {
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    return copyOf(value);
  }
  const options = {};
  for (const name in value) {
    options[name] = value[name];
  }
  return copyOf(options);
}
