// Networks of two households: each with one host behind a router that translates addresses and lets
// nothing in that was not asked for. Between them a public network, in which this process is as well.
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '../../tools/toolchain.mjs';

export const PUBLIC_ADDRESS = '10.78.0.1';
const BRIDGE = 'skylink-public';
const HOUSEHOLDS = [1, 2];

const host = (number) => `skylink-host${number}`;
const router = (number) => `skylink-router${number}`;

/** What a router does: nftables' own language. */
const rules = (outside) => `
table ip translation {
  chain out { type nat hook postrouting priority srcnat; oifname ${outside} masquerade; }
  chain through {
    type filter hook forward priority filter; policy drop;
    iifname != ${outside} accept
    ct state established,related accept
  }
  chain in { type filter hook input priority filter; iifname ${outside} ct state new drop; }
}`;

const run = (program, given, input) =>
  execFileSync(program, given, { input, stdio: ['pipe', 'ignore', 'pipe'] });
const ip = (line) => run('ip', line.split(' '));
const inside = (space, line) => ip(`netns exec ${space} ${line}`);

function makeHousehold(number) {
  const [own, way, outside] = [host(number), router(number), `skylink-out${number}`];
  ip(`netns add ${own}`);
  ip(`netns add ${way}`);
  ip(`link add in netns ${own} type veth peer name in netns ${way}`);
  ip(`link add out netns ${way} type veth peer name ${outside}`);
  ip(`link set ${outside} master ${BRIDGE} up`);
  for (const space of [own, way]) inside(space, 'ip link set lo up');
  inside(own, `ip addr add 10.79.${number}.2/24 dev in`);
  inside(own, 'ip link set in up');
  inside(own, `ip route add default via 10.79.${number}.1`);
  inside(way, `ip addr add 10.79.${number}.1/24 dev in`);
  inside(way, 'ip link set in up');
  inside(way, `ip addr add 10.78.0.1${number}/24 dev out`);
  inside(way, 'ip link set out up');
  inside(way, 'sysctl -qw net.ipv4.ip_forward=1');
  run('ip', ['netns', 'exec', way, 'nft', '-f', '-'], rules('out'));
}

function remove() {
  const attempts = [
    ...HOUSEHOLDS.flatMap((number) => [host(number), router(number)]).map(
      (it) => `netns del ${it}`,
    ),
    `link del ${BRIDGE}`,
  ];
  for (const line of attempts) {
    try {
      ip(line);
    } catch {
      // It is not there.
    }
  }
}

/** Why there can be none here; `null` if there can. */
export function missingForNetworks() {
  try {
    makeAll();
    return null;
  } catch (error) {
    return `no networks can be made for it (needs root, and Debian's iproute2 and nftables): ${error.message}`;
  } finally {
    remove();
  }
}

function makeAll() {
  remove();
  ip(`link add ${BRIDGE} type bridge`);
  ip(`addr add ${PUBLIC_ADDRESS}/24 dev ${BRIDGE}`);
  ip(`link set ${BRIDGE} up`);
  HOUSEHOLDS.forEach(makeHousehold);
}

/** Runs an action with the programs that are Chromium on each host. */
export async function withHouseholds(action) {
  const folder = await mkdtemp(join(tmpdir(), 'skylink-households-'));
  try {
    makeAll();
    const programs = await Promise.all(
      HOUSEHOLDS.map(async (number) => {
        const program = join(folder, `chromium-${number}`);
        const script = `#!/bin/sh\nexec ip netns exec ${host(number)} '${chromium}' "$@"\n`;
        await writeFile(program, script);
        await chmod(program, 0o755);
        return program;
      }),
    );
    return await action(programs);
  } finally {
    remove();
    await rm(folder, { recursive: true });
  }
}
