import { onPage, withPair } from '../pairs.mjs';
import { measureInTurn, metricOf } from '../rounds.mjs';
import { CRYPTO_JS, KINDS } from '../site.mjs';

const SIZES = [
  { size: 100, name: '100 B' },
  { size: 10_000, name: '10 KB' },
  { size: 100_000, name: '100 KB' },
];
const ALONE = { 'crypto-js alone': 'cryptoJsRates', 'WebCrypto alone': 'webCryptoRates' };

const onBench = (page, name, ...given) => onPage(page, 'encryption.js', name, ...given);

/** An SDK writes to a sink, and reads what came once over the server again and again. */
function measureSdk(stage, kind, { size, milliseconds }) {
  return withPair(
    stage,
    kind,
    async (sender, receiver) => {
      for (const peer of [sender, receiver]) {
        await peer.call('encrypt', 'correct horse battery staple');
      }
      await onBench(receiver.page, 'listenFor', size);
      await sender.call('sendToServer', 'x'.repeat(size));
      await onBench(receiver.page, 'heard');
      return {
        write: await onBench(sender.page, 'writeRate', { size, milliseconds }),
        read: await onBench(receiver.page, 'readRate', { milliseconds }),
      };
    },
    (page) => page.evaluate(() => import('/page/sockets.js')),
  );
}

function measureAlone({ site, browser }, name, plan) {
  return site.withFreshPage(browser, (page) =>
    onBench(page, name, { address: CRYPTO_JS, ...plan }),
  );
}

/** Encrypted messages, written and read. */
export async function measure(stage) {
  const milliseconds = stage.isQuick ? 300 : 1000;
  const metrics = [];
  for (const { size, name } of SIZES) {
    stage.tell(`Encrypted messages of ${name}`);
    const plan = { size, milliseconds };
    const samples = await measureInTurn({
      kinds: [...KINDS, ...Object.keys(ALONE)],
      rounds: Math.min(stage.rounds, 5),
      warmsUp: false,
      tell: stage.tell,
      measure: (kind) =>
        kind in ALONE ? measureAlone(stage, ALONE[kind], plan) : measureSdk(stage, kind, plan),
      brief: ({ write, read }) => `${write.toFixed(0)} written, ${read.toFixed(0)} read a second`,
    });
    const goals = [{ beside: 'crypto-js alone', atLeast: 10 }];
    const curve = (series) => ({ goals, series, at: size, axis: 'bytes' });
    metrics.push(
      metricOf(`${name}: written`, '1/s', samples, (it) => it.write, curve('written, 1/s')),
      metricOf(`${name}: read`, '1/s', samples, (it) => it.read, curve('read, 1/s')),
    );
  }
  return {
    title: 'Encrypted messages',
    note: 'Both SDKs: from sendMessage with a secret to the socket, and from a frame to the event, 16 at once. Alone: nothing but the cipher, crypto-js as skylinkjs calls it, and AES-256-GCM of the browser with 16 calls at once.',
    metrics,
  };
}
