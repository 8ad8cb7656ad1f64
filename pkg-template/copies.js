/** Copies of what apps gave, or are given. */
const isPlain = (value) =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** Plain objects and arrays are copied, whatever else is kept. */
export function copyOf(value) {
  if (Array.isArray(value)) {
    return value.map(copyOf);
  }
  return isPlain(value)
    ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyOf(member)]))
    : value;
}
