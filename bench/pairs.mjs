import { optionsFor } from '../tests/e2e/harness/stage.mjs';

/** Calls a function of a script in `bench/page`. */
export function onPage(page, script, name, ...given) {
  return page.evaluate(
    async ([from, called, rest]) => {
      const module = await import(from);
      return module[called](...rest);
    },
    [`/page/${script}`, name, given],
  );
}

/** What the report calls the pair without an SDK. */
export const RAW = 'raw channel';

let roomCount = 0;

/** A room name that nobody has used. */
export function freshRoom() {
  roomCount += 1;
  return `bench-${process.pid}-${roomCount}`;
}

/** A page with an SDK, driven by the functions of `page/peer.js`. */
export async function sdkPeer({ site, server }, page, kind) {
  const peer = { page, kind, call: (name, ...given) => onPage(page, 'peer.js', name, ...given) };
  await peer.call('prepare', { address: site.addressOf(kind), options: optionsFor(server.host) });
  return peer;
}

async function meetBySdk(stage, pages, kinds) {
  const room = freshRoom();
  const peers = [];
  for (const [place, page] of pages.entries()) peers.push(await sdkPeer(stage, page, kinds[place]));
  for (const peer of peers) await peer.call('join', room);
  await Promise.all(peers.map((peer) => peer.call('met', 1)));
  return peers;
}

async function meetRaw(pages) {
  const [sender, receiver] = pages.map((page) => ({
    page,
    kind: RAW,
    call: (name, ...given) => onPage(page, 'raw-peer.js', name, ...given),
  }));
  await sender.call('accept', await receiver.call('answer', await sender.call('offer')));
  await Promise.all([sender, receiver].map((peer) => peer.call('met')));
  return [sender, receiver];
}

/**
 * Two fresh pages with a data channel between them.
 *
 * @param {object} stage
 * @param {string | [string, string]} kind one for both, or the sender's and the receiver's
 * @param {(sender, receiver) => Promise} use
 * @param {(page) => Promise} [prepare] what each page needs before anything else
 */
export function withPair(stage, kind, use, prepare = () => {}) {
  return stage.site.withFreshPage(
    stage.browser,
    (first) =>
      stage.site.withFreshPage(
        stage.browser,
        async (second) => {
          const pages = [first, second];
          for (const page of pages) await prepare(page);
          const kinds = Array.isArray(kind) ? kind : [kind, kind];
          const peers =
            kinds[0] === RAW ? await meetRaw(pages) : await meetBySdk(stage, pages, kinds);
          return use(...peers);
        },
        stage.path,
      ),
    stage.path,
  );
}
