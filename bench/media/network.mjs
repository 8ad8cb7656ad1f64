import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../../tools/toolchain.mjs';
import { AskedProcess } from '../asked-process.mjs';
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
  if (!isThere()) return 'it is not installed (apt-get install --no-install-recommends janus)';
  const { status } = spawnSync('unshare', inOwnNetwork('true'), { stdio: 'ignore' });
  return status === 0 ? null : 'no network of its own can be made for it (needs root)';
}

/**
 * Starts the process `scene.mjs`.
 *
 * @param {boolean} isAlone in a network of its own
 */
export async function startScene(isAlone) {
  const [program, ...given] = isAlone
    ? ['unshare', ...inOwnNetwork(`exec '${process.execPath}' '${SCENE}' ${OWN_ADDRESS}`)]
    : [process.execPath, SCENE, '127.0.0.1'];
  const scene = spawn(program, given, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await once(scene, 'message');
  return new AskedProcess(scene);
}
