// Runs in a page before an SDK is imported: sees and repeats what comes over WebSockets, and keeps
// back what is sent.

const sockets = [];
let lastFrame;
let isSinking = false;
let sunk = 0;

const isChat = (data) => String(data).includes('\\"type\\":\\"message\\"');

window.WebSocket = class extends WebSocket {
  constructor(...settings) {
    super(...settings);
    sockets.push(this);
    this.addEventListener('message', ({ data }) => {
      if (isChat(data)) lastFrame = data;
    });
  }

  send(data) {
    if (!isSinking) super.send(data);
    else if (isChat(data)) sunk += 1;
  }
};

/** Frames sent from now on go nowhere, or go out again. */
export function sink(on) {
  isSinking = on;
}

/** How many chat messages went nowhere. */
export const sunkFrames = () => sunk;

/** The last chat message, as if it came again. */
export function repeatLastFrame() {
  sockets.at(-1).dispatchEvent(new MessageEvent('message', { data: lastFrame }));
}
