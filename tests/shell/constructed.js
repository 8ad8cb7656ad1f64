// Browser objects that the shell keeps to itself, for tests that look at them from outside.

/** Collects what `new globalThis[name]()` makes until `stop()`. */
export function collectConstructed(name) {
  const Original = globalThis[name];
  const made = [];
  globalThis[name] = class extends Original {
    constructor(...options) {
      super(...options);
      made.push(this);
    }

    static [Symbol.hasInstance](value) {
      return value instanceof Original;
    }
  };
  const stop = () => {
    globalThis[name] = Original;
  };
  return { made, stop };
}

/** Collects what calls of `navigator.mediaDevices.getUserMedia` return until `stop()`. */
export function collectCaptures() {
  const { mediaDevices } = navigator;
  const made = [];
  mediaDevices.getUserMedia = (constraints) => {
    const capture = MediaDevices.prototype.getUserMedia.call(mediaDevices, constraints);
    made.push(capture);
    return capture;
  };
  const stop = () => {
    delete mediaDevices.getUserMedia;
  };
  return { made, stop };
}
