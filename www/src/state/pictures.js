/** In which size the pictures of others come, in rooms with a media server. */

export const noPictures = {
  /** By stream id: `{ layer, layers, isPaused, isStarved }`, as the media server said last. */
  pictureLayers: {},
};

export const layerChanged =
  (streamId, layer) =>
  ({ pictureLayers }) => ({ pictureLayers: { ...pictureLayers, [streamId]: layer } });

export const layerForgotten =
  (streamId) =>
  ({ pictureLayers }) => ({
    pictureLayers: Object.fromEntries(
      Object.entries(pictureLayers).filter(([id]) => id !== streamId),
    ),
  });

/**
 * Of each picture that comes over a connection, by the id of its track: width and height in pixels, and
 * bits a second since the measurement `before`, null for the first one.
 *
 * @param reports the SDK's statistics; `raw` has what the browser says, track by track
 */
export function measurePictures(reports, before, time = performance.now()) {
  const entries = reports
    .flatMap(({ raw }) => Object.values(raw))
    .filter(({ type, kind, trackIdentifier }) => {
      return type === 'inbound-rtp' && kind === 'video' && trackIdentifier;
    });
  return Object.fromEntries(
    entries.map(({ trackIdentifier, frameWidth, frameHeight, bytesReceived: bytes }) => {
      const last = before[trackIdentifier];
      const seconds = last ? (time - last.time) / 1000 : 0;
      const bits = seconds > 0 ? (Math.max(0, bytes - last.bytes) * 8) / seconds : null;
      return [trackIdentifier, { width: frameWidth, height: frameHeight, bits, bytes, time }];
    }),
  );
}
