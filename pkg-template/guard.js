/**
 * A trap leaves a dead instance: its state may be half changed, so nothing may enter it again. What
 * it held stays open in the browser until it is closed here.
 */

/** @param {WebAssembly.Exports} exports @param {(cause: unknown) => Error} onTrap gives what is thrown */
export function guarded(exports, onTrap) {
  let death;
  const guard = (enter) =>
    function guardedExport(...args) {
      if (death) {
        return undefined;
      }
      try {
        return enter(...args);
      } catch (cause) {
        // Whoever called from inside is told first.
        death ??= onTrap(cause);
        throw death;
      }
    };
  return Object.fromEntries(
    Object.entries(exports).map(([name, value]) => [
      name,
      typeof value === 'function' ? guard(value) : value,
    ]),
  );
}

/** @param {WebAssembly.Exports} exports @param {Set<MediaStreamTrack>} kept tracks that go on */
export function closeWhatIsLeft(exports, kept) {
  const tables = Object.values(exports).filter((value) => value instanceof WebAssembly.Table);
  for (const table of tables) {
    for (let index = 0; index < table.length; index += 1) {
      const value = table.get(index);
      if (value instanceof RTCPeerConnection || value instanceof WebSocket) {
        value.close();
      } else if (value instanceof WritableStreamDefaultWriter) {
        value.abort().catch(() => {});
      } else if (value instanceof MediaStream) {
        for (const track of value.getTracks()) {
          if (!kept.has(track)) {
            track.stop();
          }
        }
      }
    }
  }
}
