import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** What comes in at one end goes out at the other one a while later. */
function carry(from, to, delay) {
  const later = (act) => (delay > 0 ? setTimeout(act, delay) : act());
  from.on('data', (bytes) => later(() => to.writable && to.write(bytes)));
  from.on('end', () => later(() => to.end()));
  from.on('error', () => to.destroy());
}

/** Hands TCP connections on to a port of this machine, and what they carry so many milliseconds late. */
export class LateProxy {
  #server;
  #sockets = new Set();

  static async start({ address, port, delay }) {
    const proxy = new LateProxy();
    proxy.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const socket of [near, far]) {
        socket.setNoDelay();
        proxy.#sockets.add(socket);
        socket.on('close', () => proxy.#sockets.delete(socket));
      }
      carry(near, far, delay);
      carry(far, near, delay);
    });
    proxy.#server.listen(0, address);
    await once(proxy.#server, 'listening');
    proxy.host = `${address}:${proxy.#server.address().port}`;
    return proxy;
  }

  stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
