/** For the rare caller that cannot wait: the browser inflates only asynchronously. */
import tinyInflate from 'tiny-inflate';

/** @param {Uint8Array} deflated raw deflate data; @param {number} size of the result */
export default (deflated, size) => tinyInflate(deflated, new Uint8Array(size));
