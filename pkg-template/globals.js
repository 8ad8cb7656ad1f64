/** Names that importing the SDK puts on `window` (public API, section 1.5); none elsewhere. */
import { detectBrowser } from './browser.js';

function attachMediaStream(element, stream) {
  element.srcObject = stream;
  return element;
}

function reattachMediaStream(to, from) {
  to.srcObject = from.srcObject;
  return to;
}

function install(window) {
  const { browser, version, minimum, type, channels } = detectBrowser(window);
  const names = {
    attachMediaStream,
    reattachMediaStream,
    webrtcDetectedBrowser: browser,
    webrtcDetectedVersion: version,
    webrtcMinimumVersion: minimum,
    webrtcDetectedType: type,
    webrtcDetectedDCSupport: channels,
  };
  Object.assign(window, names, {
    AdapterJS: {
      ...names,
      browserDetails: { browser, version },
      options: {},
      /** There is no plugin to wait for. */
      webRTCReady(callback) {
        if (typeof callback !== 'function') {
          throw new Error('Callback provided is not a function');
        }
        callback(false);
      },
    },
  });
}

if (typeof window !== 'undefined') {
  install(window);
}
