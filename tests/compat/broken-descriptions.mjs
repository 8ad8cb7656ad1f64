// Runs in the page: from the call of `window.breakDescriptions()` on, what the client sends to the
// signalling server lacks the fingerprints of its descriptions.
export const breaksItsDescriptions = () => {
  const send = WebSocket.prototype.send;
  window.breakDescriptions = () => {
    WebSocket.prototype.send = function sendBroken(data) {
      const isText = typeof data === 'string';
      return send.call(this, isText ? data.replaceAll('a=fingerprint:', 'a=nothing:') : data);
    };
  };
};
