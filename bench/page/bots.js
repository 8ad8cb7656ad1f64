// Runs in a page: many members of a room, each in a frame of its own, who know one peer alone.
// Everybody else's messages are kept from them, so that the page under test has all the work.

const frames = [];

function openFrame() {
  return new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.onload = () => resolve(frame.contentWindow);
    frame.src = '/';
    document.body.append(frame);
  });
}

const importIn = (window, address) => window.eval(`import(${JSON.stringify(address)})`);

/** Adds members who know `subject` alone; resolves when each has a data channel to it. */
export async function addBots({ count, subject, room, sdk }) {
  for (let place = 0; place < count; place += 1) {
    const window = await openFrame();
    const { knowOnly } = await importIn(window, '/page/deaf-sockets.js');
    knowOnly(subject);
    const peer = await importIn(window, '/page/peer.js');
    await peer.prepare(sdk);
    await peer.join(room);
    await peer.met(1);
    frames.push(peer);
  }
}

/** Everybody says something to the subject, so often, until the returned function is called. */
export function chatter(everyMilliseconds) {
  const text = `${'0'.repeat(18)}|`.padEnd(100, 'x');
  const say = () => frames.forEach((peer) => peer.say(text));
  window.chatter = setInterval(say, everyMilliseconds);
}

export function hush() {
  clearInterval(window.chatter);
}
