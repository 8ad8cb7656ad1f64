// Runs in a page before an SDK is imported: sees and repeats what comes over WebSockets, and keeps
// back what is sent.

const sockets = [];
let lastFrame;
let isSinking = false;

window.WebSocket = class extends WebSocket {
  constructor(...settings) {
    super(...settings);
    sockets.push(this);
    this.addEventListener('message', ({ data }) => {
      if (String(data).includes('\\"type\\":\\"message\\"')) lastFrame = data;
    });
  }

  send(data) {
    if (!isSinking) super.send(data);
  }
};

/** Frames sent from now on go nowhere, or go out again. */
export function sink(on) {
  isSinking = on;
}

/** The last chat message, as if it came again. */
export function repeatLastFrame() {
  sockets.at(-1).dispatchEvent(new MessageEvent('message', { data: lastFrame }));
}
