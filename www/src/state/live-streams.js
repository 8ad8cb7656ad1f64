/** Live streams that this page asked for. */

export const noLiveStreams = {
  /** `{ id, place, isLive }`; without an id until the RTMP server has taken the first picture. */
  liveStreams: [],
};

/** The last part of the address is the stream key, which nobody is to read on the screen. */
export function placeOf(endpoint) {
  try {
    const { protocol, host, pathname } = new URL(endpoint);
    return `${protocol}//${host}${pathname.replace(/[^/]*$/, '…')}`;
  } catch {
    return 'an RTMP server';
  }
}

export const liveStreamAsked =
  (stream) =>
  ({ liveStreams }) => ({ liveStreams: [...liveStreams, stream] });

export const liveStreamBegan =
  (stream, id) =>
  ({ liveStreams }) => ({
    liveStreams: liveStreams.map((one) => (one === stream ? { ...stream, id, isLive: true } : one)),
  });

/** One that did not begin. */
export const liveStreamRefused =
  (stream) =>
  ({ liveStreams }) => ({ liveStreams: liveStreams.filter((one) => one !== stream) });

export const liveStreamEnded =
  (id) =>
  ({ liveStreams }) => ({ liveStreams: liveStreams.filter((one) => one.id !== id) });
