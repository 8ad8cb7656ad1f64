import assert from 'node:assert/strict';
import test from 'node:test';
import { detectBrowser } from '../pkg-template/browser.js';

const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X)';
const LINUX = 'Mozilla/5.0 (X11; Linux x86_64)';

/** What the original's detection gives for these user agents. */
const AGENTS = [
  [`${LINUX} ${BLINK} Chrome/156.0.0.0 Safari/537.36`, 'chrome', 156, 38, 'webkit', 'SCTP'],
  [
    `${LINUX} ${BLINK} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0`,
    'chrome',
    156,
    38,
    'webkit',
    'SCTP',
  ],
  [
    `${LINUX} ${BLINK} Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0`,
    'opera',
    106,
    26,
    'webkit',
    'SCTP',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
    'firefox',
    153,
    33,
    'moz',
    'SCTP',
  ],
  [
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/17.4 Safari/605.1.15`,
    'safari',
    17,
    7,
    'AppleWebKit',
    'SCTP',
  ],
  [
    `${IPHONE} ${WEBKIT} Version/17.4 Mobile/15E148 Safari/604.1`,
    'safari',
    17,
    7,
    'AppleWebKit',
    'SCTP',
  ],
  [
    `${IPHONE} ${WEBKIT} CriOS/124.0.6367.71 Mobile/15E148 Safari/604.1`,
    'chrome',
    124,
    53,
    'AppleWebKit',
    null,
  ],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 13_2 like Mac OS X) ${WEBKIT} CriOS/80.0.1 Mobile/1 Safari/604.1`,
    'chrome',
    80,
    0,
    null,
    null,
  ],
  [`${IPHONE} ${WEBKIT} FxiOS/125.0 Mobile/15E148 Safari/605.1.15`, 'firefox', 125, 0, null, null],
  [`${IPHONE} ${WEBKIT} OPiOS/16.0.15 Mobile/1 Safari/9537.53`, 'opera', 16, 0, null, null],
  [`${IPHONE} ${WEBKIT} Bowser/0.6.1 Mobile/1`, 'bowser', 0.6, 0, 'webkit', 'RTP'],
  ['Something React-Native', 'react-native', '', 0, 'react-native', null],
  ['curl/8.0', null, null, null, undefined, null],
];

for (const [userAgent, browser, version, minimum, type, channels] of AGENTS) {
  test(`detects ${browser} ${version} from ${userAgent}`, () => {
    assert.deepEqual(detectBrowser({ navigator: { userAgent } }), {
      browser,
      version,
      minimum,
      type,
      channels,
    });
  });
}

test('knows nothing where there is no navigator', () => {
  assert.equal(detectBrowser({}).browser, null);
});
