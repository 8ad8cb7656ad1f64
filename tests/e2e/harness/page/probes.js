// Runs in the page before any other script: keeps the browser objects that a test has to look at.

window.probes = { connections: [], localTracks: [] };

window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...settings) {
    super(...settings);
    window.probes.connections.push(this);
  }
};

if (navigator.mediaDevices) {
  for (const method of ['getUserMedia', 'getDisplayMedia']) {
    const capture = navigator.mediaDevices[method].bind(navigator.mediaDevices);
    navigator.mediaDevices[method] = async (constraints) => {
      const stream = await capture(constraints);
      window.probes.localTracks.push(...stream.getTracks());
      return stream;
    };
  }
}

const cloneTrack = MediaStreamTrack.prototype.clone;
MediaStreamTrack.prototype.clone = function clone() {
  const copy = cloneTrack.call(this);
  if (window.probes.localTracks.includes(this)) {
    window.probes.localTracks.push(copy);
  }
  return copy;
};
