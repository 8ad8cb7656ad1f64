// Builds everything and serves the demo: `npm start`. Flags after `--` go to the server.
import { CommandFailed, run } from './run.mjs';
import { nativeEnvironment } from './toolchain.mjs';

const env = nativeEnvironment();
const step = (...command) => run(command, { env });

try {
  await step('node', 'tools/build.mjs');
  await step('node', 'www/build.mjs');
  await step('cargo', 'build', '--profile', 'server', '-p', 'skylink-server');
  await step('target/server/skylink-server', '--www', 'www/dist', ...process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CommandFailed)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
