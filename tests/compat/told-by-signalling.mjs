// Runs in the page: `window.tellPage(message)` hands the page a message as if the signalling server
// had sent it, for what this server has nothing to tell of.
export const canBeTold = () => {
  const { send } = WebSocket.prototype;
  let signalling;
  WebSocket.prototype.send = function sendAndRemember(data) {
    signalling = this;
    return send.call(this, data);
  };
  window.tellPage = (message) => {
    const data = `42${JSON.stringify(['message', JSON.stringify(message)])}`;
    signalling.dispatchEvent(new MessageEvent('message', { data }));
  };
};
