import { AskedProgram } from '../asked-program.mjs';

/** The program `tools/media-clients`: WebRTC clients without a browser. */
export class MediaClients extends AskedProgram {
  /** @param {string} address whose ports they have */
  constructor(address) {
    super('media-clients', [address]);
  }

  /** Tells a client what to do; `tools/media-clients/src/orders.rs` has the orders. */
  tell(client, order, given = {}) {
    return this.ask({ client, order, ...given });
  }
}

/** The lines of a description that carry media: `{ kind, mid }`. */
export function linesOf(sdp) {
  return sdp
    .split(/^m=/m)
    .slice(1)
    .map((section) => ({
      kind: section.split(' ', 1)[0],
      mid: /^a=mid:(\S+)/m.exec(section)?.[1],
    }))
    .filter(({ kind }) => kind === 'audio' || kind === 'video');
}
