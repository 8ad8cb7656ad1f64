import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';

/** What the proxy can do to what passes through it. */
export const FAULTS = Object.freeze({
  none: 'none',
  /** The API's answer is cut in the middle. */
  brokenJson: 'brokenJson',
  /** The API answers with the error page of a gateway. */
  gatewayError: 'gatewayError',
  /** The API never answers. */
  silentApi: 'silentApi',
  /** The API works, the socket is refused. */
  refusedSocket: 'refusedSocket',
  /** The API works, the socket's handshake is never answered. */
  silentSocket: 'silentSocket',
  /** The socket opens, but nothing that the client says arrives. */
  deafServer: 'deafServer',
});

/** Stands between a page and the real server and spoils what it is told to. */
export class FaultyProxy {
  fault = FAULTS.none;
  #target;
  #http;
  #sockets = new Set();
  #upgraded = new Set();

  static async start(target) {
    const proxy = new FaultyProxy();
    proxy.#target = target;
    proxy.#http = createServer((request, response) => proxy.#relay(request, response));
    proxy.#http.on('upgrade', (request, socket) => proxy.#relaySocket(request, socket));
    proxy.#http.on('connection', (socket) => proxy.#own(socket));
    proxy.#http.listen(0, '127.0.0.1');
    await once(proxy.#http, 'listening');
    proxy.host = `127.0.0.1:${proxy.#http.address().port}`;
    return proxy;
  }

  /** From now on there is another server behind it. */
  leadTo(target) {
    this.#target = target;
  }

  #own(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }

  #relay(request, response) {
    const spoils = (fault) => this.fault === fault && request.method === 'GET';
    if (spoils(FAULTS.silentApi)) return;
    if (spoils(FAULTS.gatewayError)) {
      const headers = { 'content-type': 'text/html', 'access-control-allow-origin': '*' };
      response.writeHead(502, headers).end('<html><body>Bad gateway</body></html>');
      return;
    }
    const { method, url: path, headers } = request;
    const { hostname: host, port } = this.#target;
    const onward = ask({ host, port, method, path, headers }, async (answer) => {
      const body = Buffer.concat(await answer.toArray());
      const cut = spoils(FAULTS.brokenJson) ? body.subarray(0, body.length / 2) : body;
      response.writeHead(answer.statusCode, { ...answer.headers, 'content-length': cut.length });
      response.end(cut);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }

  #relaySocket(request, socket) {
    if (this.fault === FAULTS.silentSocket) return;
    if (this.fault === FAULTS.refusedSocket) {
      socket.destroy();
      return;
    }
    const onward = this.#own(connect(this.#target.port, this.#target.hostname));
    const head = [`${request.method} ${request.url} HTTP/1.1`];
    for (let place = 0; place < request.rawHeaders.length; place += 2) {
      head.push(`${request.rawHeaders[place]}: ${request.rawHeaders[place + 1]}`);
    }
    onward.write(`${head.join('\r\n')}\r\n\r\n`);
    onward.pipe(socket);
    if (this.fault !== FAULTS.deafServer) socket.pipe(onward);
    this.#upgraded.add(socket);
    onward.on('close', () => socket.destroy());
    socket.on('close', () => {
      this.#upgraded.delete(socket);
      onward.destroy();
    });
  }

  /** Says something in the server's place to every client, as one frame of text. */
  say(text) {
    const payload = Buffer.from(text);
    const { length } = payload;
    const head = Buffer.from(
      length < 126 ? [0x81, length] : [0x81, 126, length >> 8, length & 0xff],
    );
    for (const socket of this.#upgraded) socket.write(Buffer.concat([head, payload]));
  }

  async stop() {
    this.#http.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#http, 'close');
  }
}
