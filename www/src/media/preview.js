import { createStore } from '../state/store.js';

/** @enum {string} What keeps a camera or microphone from being shown. */
export const Problem = {
  INSECURE: 'insecure',
  REFUSED: 'refused',
  MISSING: 'missing',
  BUSY: 'busy',
};

const kinds = {
  camera: { constraint: 'video', device: 'videoinput', permission: 'camera' },
  microphone: { constraint: 'audio', device: 'audioinput', permission: 'microphone' },
};

const problemOfError = {
  NotAllowedError: Problem.REFUSED,
  SecurityError: Problem.REFUSED,
  NotFoundError: Problem.MISSING,
  OverconstrainedError: Problem.MISSING,
};

/**
 * Shows the chosen camera and microphone before a call, with streams of its own
 * that are stopped when the call begins.
 */
export class Preview {
  #round = 0;

  constructor({ cameraIsWanted, microphoneIsWanted, cameraId, microphoneId }) {
    const device = (isWanted, deviceId) => ({
      isWanted,
      deviceId,
      stream: null,
      problem: null,
      choices: [],
    });
    this.store = createStore({
      camera: device(cameraIsWanted, cameraId),
      microphone: device(microphoneIsWanted, microphoneId),
    });
  }

  /** Starts whatever is wanted. Asks for both at once, so that the browser asks the person once. */
  async start() {
    this.stop();
    const round = this.#round;
    const wanted = Object.keys(kinds).filter((kind) => this.store.state[kind].isWanted);
    if (!navigator.mediaDevices?.getUserMedia) {
      for (const kind of Object.keys(kinds)) this.#change(kind, { problem: Problem.INSECURE });
      return;
    }
    navigator.mediaDevices.addEventListener('devicechange', this.#listDevices);
    if (wanted.length > 0 && !(await this.#open(wanted, round)) && wanted.length > 1) {
      for (const kind of wanted) {
        if (await this.#isWorthTryingAlone(kind)) await this.#open([kind], round);
      }
    }
    if (round === this.#round) await this.#listDevices();
  }

  stop() {
    this.#round += 1;
    navigator.mediaDevices?.removeEventListener('devicechange', this.#listDevices);
    for (const kind of Object.keys(kinds)) this.#close(kind);
  }

  async want(kind, isWanted) {
    this.#change(kind, { isWanted, problem: null });
    await this.#reopen(kind);
  }

  async choose(kind, deviceId) {
    this.#change(kind, { deviceId, isWanted: true, problem: null });
    await this.#reopen(kind);
  }

  async #reopen(kind) {
    this.#close(kind);
    if (!this.store.state[kind].isWanted) return;
    if (!navigator.mediaDevices?.getUserMedia) {
      this.#change(kind, { problem: Problem.INSECURE });
      return;
    }
    await this.#open([kind], this.#round);
    await this.#listDevices();
  }

  async #open(kindNames, round) {
    const constraints = {};
    for (const kind of kindNames) constraints[kinds[kind].constraint] = this.#constraintsFor(kind);
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      const isStale =
        round !== this.#round || kindNames.some((kind) => !this.#isStillNeeded(kind, constraints));
      if (isStale) {
        stopTracks(stream);
        return true;
      }
      for (const kind of kindNames) {
        const tracks = stream.getTracks().filter((track) => track.kind === kinds[kind].constraint);
        this.#change(kind, { stream: new MediaStream(tracks), problem: null });
      }
      return true;
    } catch (error) {
      if (round !== this.#round) return true;
      const problem = problemOfError[error.name] ?? Problem.BUSY;
      for (const kind of kindNames) this.#change(kind, { problem });
      return false;
    }
  }

  #constraintsFor(kind) {
    const { deviceId } = this.store.state[kind];
    const device = deviceId ? { deviceId: { ideal: deviceId } } : {};
    return kind === 'camera'
      ? { ...device, width: { ideal: 640 }, height: { ideal: 360 } }
      : { ...device, echoCancellation: true };
  }

  // The person may have switched the device off, or chosen another, while the browser was asking.
  #isStillNeeded(kind, constraints) {
    const { isWanted, deviceId, stream } = this.store.state[kind];
    const askedFor = constraints[kinds[kind].constraint].deviceId?.ideal ?? '';
    return isWanted && !stream && askedFor === deviceId;
  }

  async #isWorthTryingAlone(kind) {
    const devices = await navigator.mediaDevices.enumerateDevices();
    if (!devices.some((device) => device.kind === kinds[kind].device)) {
      this.#change(kind, { problem: Problem.MISSING });
      return false;
    }
    if (this.store.state[kind].problem !== Problem.REFUSED) return true;
    try {
      const { state } = await navigator.permissions.query({ name: kinds[kind].permission });
      return state === 'granted';
    } catch {
      return false;
    }
  }

  #listDevices = async () => {
    const devices = await navigator.mediaDevices.enumerateDevices();
    for (const [kind, { device }] of Object.entries(kinds)) {
      const choices = devices
        .filter((one) => one.kind === device && one.deviceId && one.deviceId !== 'default')
        .map(({ deviceId, label }) => ({ deviceId, label }));
      this.#change(kind, { choices });
    }
  };

  #close(kind) {
    const { stream } = this.store.state[kind];
    if (!stream) return;
    stopTracks(stream);
    this.#change(kind, { stream: null });
  }

  #change(kind, changes) {
    this.store.change((state) => ({ [kind]: { ...state[kind], ...changes } }));
  }
}

function stopTracks(stream) {
  for (const track of stream.getTracks()) track.stop();
}
