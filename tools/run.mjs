// Runs a program with its output passed through.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from './toolchain.mjs';

export class CommandFailed extends Error {}

/** @param {string[]} command @param {import('node:child_process').SpawnOptions} [options] */
export async function run([program, ...args], options = {}) {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options });
  // Ctrl-C reaches the whole group by itself; we stay to see the child out.
  const wait = () => {};
  const passOn = () => child.kill('SIGTERM');
  process.on('SIGINT', wait).on('SIGTERM', passOn);
  try {
    const [code, signal] = await once(child, 'close');
    if (code !== 0) {
      const line = [program, ...args].join(' ').replaceAll(`${root}/`, '');
      throw new CommandFailed(`${line} ended with ${signal ?? `code ${code}`}`);
    }
  } finally {
    process.off('SIGINT', wait).off('SIGTERM', passOn);
  }
}
