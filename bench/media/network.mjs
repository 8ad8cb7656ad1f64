import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../../tools/toolchain.mjs';
import { isThere } from './janus.mjs';

const SCENE = join(root, 'bench/media/scene.mjs');
/** Janus takes no address of the loopback interface, so there has to be another one. */
const OWN_ADDRESS = '10.77.0.1';
const MAKE_NETWORK = [
  'ip link set lo up',
  'ip link add skylink0 type veth peer name skylink1',
  `ip addr add ${OWN_ADDRESS}/24 dev skylink0`,
  'ip link set skylink0 up',
  'ip link set skylink1 up',
].join(' && ');

const inOwnNetwork = (command) => ['--net', 'sh', '-c', `${MAKE_NETWORK} && ${command}`];

/** Why Janus cannot be measured here; `null` if it can. */
export function missingForJanus() {
  if (!isThere()) return 'Debian’s package janus is not installed';
  const { status } = spawnSync('unshare', inOwnNetwork('true'), { stdio: 'ignore' });
  return status === 0 ? null : 'no network of its own can be made for it (needs root)';
}

/** The process `scene.mjs`. */
export class Scene {
  #process;
  #waiting = new Map();
  #last = 0;

  /** @param {boolean} isAlone in a network of its own */
  static async start(isAlone) {
    const scene = new Scene();
    const [program, ...given] = isAlone
      ? ['unshare', ...inOwnNetwork(`exec '${process.execPath}' '${SCENE}' ${OWN_ADDRESS}`)]
      : [process.execPath, SCENE, '127.0.0.1'];
    scene.#process = spawn(program, given, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await once(scene.#process, 'message');
    scene.#process.on('message', ({ id, value, error }) => {
      const { resolve, reject } = scene.#waiting.get(id);
      scene.#waiting.delete(id);
      if (error) reject(new Error(error));
      else resolve(value);
    });
    return scene;
  }

  ask(name, given) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, name, given });
    });
  }

  async stop() {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}
