/** What the page's settings are called in the SDK. */
import { sizeOf } from '../state/settings.js';

/** Options of the constructor. The demo is served by the server it talks to. */
export const initOptions = ({ appKey, settings }) => ({
  appKey,
  roomServer: `//${window.location.host}`,
  forceSSL: window.location.protocol === 'https:',
  forceTURN: settings.relayOnly,
  // Through a media server, pictures come as large as the tiles show them.
  adaptiveVideo: true,
});

/** Options of `joinRoom`. */
export const joinOptions = ({ roomName, userData, microphone, camera, settings }) => ({
  roomName,
  userData,
  audio: microphone && audioOptions(microphone, settings),
  video: camera && videoOptions(camera, settings),
});

export const audioOptions = (device, { echoCancellation }) => ({ ...device, echoCancellation });

/** Limits alone would let the browser choose something much smaller. */
function wanted(resolution) {
  const { width, height } = sizeOf(resolution);
  return { width: { ideal: width, max: width }, height: { ideal: height, max: height } };
}

export const videoOptions = (device, { resolution, frameRate }) => ({
  ...device,
  resolution: wanted(resolution),
  frameRate,
});
