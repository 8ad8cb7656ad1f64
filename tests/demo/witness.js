// Runs in the page before the demo: remembers what the page takes from the browser, so that a test
// can see whether all of it was given back. It changes nothing.
window.taken = { tracks: [], connections: [], audioContexts: [], objectUrls: new Set() };

{
  const { mediaDevices } = navigator;
  if (mediaDevices) {
    const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await getUserMedia(constraints);
      window.taken.tracks.push(...stream.getTracks());
      return stream;
    };
  }

  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (object) => {
    const url = createObjectURL.call(URL, object);
    window.taken.objectUrls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    window.taken.objectUrls.delete(url);
    revokeObjectURL.call(URL, url);
  };

  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...parameters) {
      super(...parameters);
      window.taken.connections.push(this);
    }
  };

  window.AudioContext = class extends window.AudioContext {
    constructor(...parameters) {
      super(...parameters);
      window.taken.audioContexts.push(this);
    }
  };
}
