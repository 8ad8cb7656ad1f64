import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { version } from '../tools/settings.mjs';
import { root } from '../tools/toolchain.mjs';

const GIB = 2 ** 30;

function commit() {
  try {
    const ask = (...given) => execFileSync('git', given, { cwd: root, encoding: 'utf8' }).trim();
    const changed = ask('status', '--porcelain') ? ' and uncommitted changes' : '';
    return `${ask('rev-parse', '--short', 'HEAD')}${changed}`;
  } catch {
    return 'not in a git checkout';
  }
}

/** Work of others on the machine: the averages of 1, 5 and 15 minutes. */
export function load() {
  return loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');
}

/** What was measured on what, by name. */
export function describeMachine(browser) {
  const manifest = join(root, 'node_modules/skylinkjs/package.json');
  const cores = cpus();
  return {
    processor: `${cores.length} × ${cores[0]?.model ?? 'unknown'}`,
    memory: `${(totalmem() / GIB).toFixed(1)} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
    chromium: browser?.version() ?? 'not started',
    ours: `skylink-wasm ${version}, commit ${commit()}`,
    skylinkjs: JSON.parse(readFileSync(manifest, 'utf8')).version,
  };
}
