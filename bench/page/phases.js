// Notes when each step of joining a room happens, by watching the browser's own interfaces, so that
// every SDK is seen from the same place. Has to run before the SDK is imported.

const first = new Map();

/** Only the first of each name counts: one room with one peer is joined. */
export function note(name) {
  if (!first.has(name)) first.set(name, performance.now());
}

/** Begins anew: what came before, such as trials made at the import, is not part of joining. */
export function forgetNoted() {
  first.clear();
}

/** The times of all steps since `start`, in their order. */
export function notedSince(start) {
  return Object.fromEntries([...first].map(([name, time]) => [name, time - start]));
}

function noteMessages(direction, data) {
  if (typeof data !== 'string') return;
  for (const [, type] of data.matchAll(/type\\?":\\?"(\w+)/g)) note(`${type} ${direction}`);
}

function watchCapture() {
  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    note('capture asked');
    const stream = await getUserMedia(constraints);
    note('capture granted');
    return stream;
  };
}

function watchRequests() {
  const ask = window.fetch;
  window.fetch = async (...given) => {
    const isApi = String(given[0]?.url ?? given[0]).includes('/api/');
    if (isApi) note('API asked');
    const response = await ask(...given);
    if (isApi) note('API answered');
    return response;
  };
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function sendNoted(body) {
    note('XMLHttpRequest sent');
    noteMessages('sent', body);
    this.addEventListener('load', () => {
      if (this.responseType === '' || this.responseType === 'text') {
        noteMessages('received', this.responseText);
      }
    });
    return send.call(this, body);
  };
}

function watchSockets() {
  window.WebSocket = class extends WebSocket {
    constructor(...settings) {
      super(...settings);
      note('socket asked');
      this.addEventListener('open', () => note('socket open'));
      this.addEventListener('message', ({ data }) => noteMessages('received', data));
    }

    send(data) {
      noteMessages('sent', data);
      super.send(data);
    }
  };
}

function watchConnections() {
  const steps = ['createOffer', 'createAnswer', 'setLocalDescription', 'setRemoteDescription'];
  const Watched = class extends RTCPeerConnection {
    constructor(...settings) {
      super(...settings);
      const state = () => note(`connection ${this.connectionState}`);
      this.addEventListener('connectionstatechange', state);
      this.addEventListener('iceconnectionstatechange', () =>
        note(`ICE ${this.iceConnectionState}`),
      );
      this.addEventListener('track', ({ track }) => note(`${track.kind} track`));
    }
  };
  for (const step of steps) {
    const original = RTCPeerConnection.prototype[step];
    Watched.prototype[step] = async function noted(...given) {
      note(`${step} called`);
      const result = await original.apply(this, given);
      note(`${step} done`);
      return result;
    };
  }
  window.RTCPeerConnection = Watched;
}

export function watch() {
  watchCapture();
  watchRequests();
  watchSockets();
  watchConnections();
}
