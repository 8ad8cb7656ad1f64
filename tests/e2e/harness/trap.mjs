/** Runs in the page before the SDK: `window.trapNext()` makes the module trap at its next call. */
export const INJECTOR = () => {
  const { instantiate } = WebAssembly;
  const NOWHERE = 0x7fffffff;
  const traps = { due: false };
  window.trapNext = () => {
    traps.due = true;
  };
  /** The module's own code runs with pointers that lead out of its memory. */
  const astray =
    (run) =>
    (...args) => {
      const isDue = traps.due && args.length > 1;
      if (isDue) traps.due = false;
      return run(...(isDue ? args.map(() => NOWHERE) : args));
    };
  WebAssembly.instantiate = async (...given) => {
    const { exports } = await instantiate(...given);
    const wrapped = Object.entries(exports).map(([name, value]) => [
      name,
      typeof value === 'function' ? astray(value) : value,
    ]);
    return { exports: Object.fromEntries(wrapped) };
  };
};
