import { chromium } from 'playwright-core';

const FLAGS = [
  // Ten pictures a second are enough to be counted, and spare the processor.
  '--use-fake-device-for-media-stream=fps=10',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  `--disable-features=${[
    // Host candidates with plain addresses: pages of different contexts must reach each other.
    'WebRtcHideLocalIpsWithMdns',
    // Two more processes for every window, busy with a user interface that nobody sees.
    'WebUIOmniboxPopup',
    'WebUIOmniboxAimPopup',
  ]}`,
];

/** Lets pages share a screen without asking anybody. Permissions cannot be refused then. */
export const GRANTS_SCREENS = '--use-fake-ui-for-media-stream';

const PROGRAM = process.env.SKYLINK_CHROMIUM ?? '/usr/bin/chromium';

/** Launches Chromium, or a program that is started as such, with a fake camera and a fake microphone. */
export function launchBrowser(flags = [], program = PROGRAM) {
  return chromium.launch({
    executablePath: program,
    chromiumSandbox: false,
    args: [...FLAGS, ...flags],
  });
}
