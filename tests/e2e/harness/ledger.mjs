/**
 * Runs in the page before the SDK starts: `window.ledger()` tells how many listeners, timers,
 * connections, sockets and captured tracks are alive, and how many objects and bytes the module holds.
 */
export const KEEP_LEDGER = () => {
  const { instantiate } = WebAssembly;
  const engines = [];
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate(...given);
    engines.push((made.instance ?? made).exports);
    return made;
  };

  const timers = new Set();
  const { setTimeout: start, clearTimeout: stop } = window;
  window.setTimeout = (action, ...rest) => {
    const timer = start(
      (...given) => {
        timers.delete(timer);
        action(...given);
      },
      ...rest,
    );
    timers.add(timer);
    return timer;
  };
  window.clearTimeout = (timer) => {
    timers.delete(timer);
    stop(timer);
  };
  const { setInterval: startAll, clearInterval: stopAll } = window;
  const intervals = new Set();
  window.setInterval = (...given) => {
    const interval = startAll(...given);
    intervals.add(interval);
    return interval;
  };
  window.clearInterval = (interval) => {
    intervals.delete(interval);
    stopAll(interval);
  };

  const sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      sockets.push(this);
    }
  };

  /** Callbacks by target and kind; nobody here listens with options. */
  const listeners = new Map();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const callbacksOf = (target, kind) => {
    if (!listeners.has(target)) listeners.set(target, new Map());
    const kinds = listeners.get(target);
    if (!kinds.has(kind)) kinds.set(kind, new Set());
    return kinds.get(kind);
  };
  EventTarget.prototype.addEventListener = function add(kind, callback, ...rest) {
    if (callback) callbacksOf(this ?? window, kind).add(callback);
    return addEventListener.call(this, kind, callback, ...rest);
  };
  EventTarget.prototype.removeEventListener = function remove(kind, callback, ...rest) {
    callbacksOf(this ?? window, kind).delete(callback);
    return removeEventListener.call(this, kind, callback, ...rest);
  };

  // Release builds have short names only.
  const memoryOf = (exports) =>
    Object.values(exports).find((value) => value instanceof WebAssembly.Memory);

  function objectsOf(exports) {
    let count = 0;
    for (const table of Object.values(exports)) {
      if (!(table instanceof WebAssembly.Table)) continue;
      for (let place = 0; place < table.length; place += 1) {
        // Functions of the module itself are in a table, too; those never change.
        if ((table.get(place) ?? null) !== null) count += 1;
      }
    }
    return count;
  }

  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

  window.ledger = () => ({
    connections: window.probes.connections.filter((it) => it.signalingState !== 'closed').length,
    tracks: window.probes.localTracks.filter((it) => it.readyState === 'live').length,
    sockets: sockets.filter((it) => it.readyState < WebSocket.CLOSING).length,
    timers: timers.size + intervals.size,
    listeners: sum(
      [...listeners.values()].flatMap((kinds) => [...kinds.values()].map(({ size }) => size)),
    ),
    objects: sum(engines.map(objectsOf)),
    engines: engines.length,
    bytes: sum(engines.map((exports) => memoryOf(exports).buffer.byteLength)),
  });
};
