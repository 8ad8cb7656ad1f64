import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../tools/toolchain.mjs';

const PROGRAM = join(root, 'target/server/media-in-memory');

/**
 * A worker of the media server and its clients in one process, without ports; the worker's time alone
 * counts.
 *
 * @param {object} plan
 * @param {number} plan.rooms
 * @param {number} plan.senders of each room, who send and get pictures and sound
 * @param {number} plan.listeners of each room, who only get them
 * @param {number} plan.seconds of virtual time
 * @param {number} plan.rest microseconds between two looks of the worker, in virtual time: 0 takes each
 *   datagram as it comes; one that is busy finds several
 * @returns {Promise<object>} `tools/media-clients/src/in_memory.rs` has the figures
 */
export async function measureInMemory({ rooms, senders, listeners, seconds, rest }) {
  const given = [rooms, senders, listeners, seconds, rest].map(String);
  const { stdout } = await promisify(execFile)(PROGRAM, given);
  return JSON.parse(stdout);
}
