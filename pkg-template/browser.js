/**
 * Browser name and version as 2.7.2 computes them (public API, W-03 to W-07): both travel to other
 * clients. Browsers that cannot run this package at all are left out (Internet Explorer, the Edge
 * before Chromium).
 */

const unknown = { browser: null, version: null, minimum: null, type: undefined, channels: null };

/** @param {Window} window */
export function detectBrowser(window) {
  const agent = window.navigator?.userAgent ?? '';
  const has = (text) => agent.indexOf(text) > 0;
  const number = (pattern) => parseInt(agent.match(pattern)?.[1] ?? '0', 10);
  const chromium = number(/Chrom(?:e|ium)\/(\d+)\./i);

  if (/React-Native/i.test(agent)) {
    return {
      browser: 'react-native',
      version: '',
      minimum: 0,
      type: 'react-native',
      channels: null,
    };
  }
  if (window.opr?.addons || window.opera || agent.includes(' OPR/')) {
    const version = number(/OPR\/(\d+)/i);
    return { browser: 'opera', version, minimum: 26, type: 'webkit', channels: 'SCTP' };
  }
  const bowser = agent.match(/Bowser\/([0-9.]*)/);
  if (bowser) {
    const channels = chromium > 30 ? 'SCTP' : 'RTP';
    return {
      browser: 'bowser',
      version: parseFloat(bowser[1]),
      minimum: 0,
      type: 'webkit',
      channels,
    };
  }
  if (has('OPiOS')) {
    const version = number(/OPiOS\/(\d+)\./);
    return { browser: 'opera', version, minimum: 0, type: null, channels: null };
  }
  if (has('CriOS')) {
    const version = number(/CriOS\/(\d+)\./);
    const system = agent.match(/CPU(?: iPhone| iPad)? OS (\d+)_/);
    return !system || system[1] > 13
      ? { browser: 'chrome', version, minimum: 53, type: 'AppleWebKit', channels: null }
      : { browser: 'chrome', version, minimum: 0, type: null, channels: null };
  }
  if (has('FxiOS')) {
    const version = number(/FxiOS\/(\d+)\./);
    return { browser: 'firefox', version, minimum: 0, type: null, channels: null };
  }
  if (has('irefox')) {
    const version = number(/Firefox\/(\d+)\./);
    return { browser: 'firefox', version, minimum: 33, type: 'moz', channels: 'SCTP' };
  }
  if (window.chrome?.webstore || has('Chrom')) {
    const channels = chromium > 30 ? 'SCTP' : 'RTP';
    return { browser: 'chrome', version: chromium, minimum: 38, type: 'webkit', channels };
  }
  if (/AppleWebKit\/\d+\.|Version\/\d+.\d+/.test(agent)) {
    const version = number(/version\/(\d+)\.\d+/i);
    const old = /iPhone|iPad/i.test(agent) ? null : 'plugin';
    const type = number(/AppleWebKit\/(\d+)/i) >= 604 ? 'AppleWebKit' : old;
    return { browser: 'safari', version, minimum: 7, type, channels: 'SCTP' };
  }
  return { ...unknown };
}
