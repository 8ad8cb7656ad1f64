import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const PORT = 3478;
const HEADER = 20;
const BINDING_REQUEST = 0x0001;
const BINDING_RESPONSE = 0x0101;
const XOR_MAPPED_ADDRESS = 0x0020;
const IPV4 = 1;

/** The response that tells who asked (RFC 8489, section 14.2); the cookie and the id come back. */
function response(request, { address, port }) {
  const cookie = request.subarray(4, 8);
  const message = Buffer.alloc(HEADER + 12);
  message.writeUInt16BE(BINDING_RESPONSE, 0);
  message.writeUInt16BE(12, 2);
  request.copy(message, 4, 4, HEADER);
  message.writeUInt16BE(XOR_MAPPED_ADDRESS, HEADER);
  message.writeUInt16BE(8, HEADER + 2);
  message[HEADER + 5] = IPV4;
  message.writeUInt16BE(port ^ cookie.readUInt16BE(0), HEADER + 6);
  for (const [place, part] of address.split('.').entries()) {
    message[HEADER + 8 + place] = Number(part) ^ cookie[place];
  }
  return message;
}

/** A STUN server: it tells hosts what their addresses look like from outside. */
export class StunServer {
  #socket = createSocket('udp4');

  static async start(address) {
    const server = new StunServer();
    const socket = server.#socket;
    socket.on('message', (request, from) => {
      if (request.length >= HEADER && request.readUInt16BE(0) === BINDING_REQUEST) {
        socket.send(response(request, from), from.port, from.address);
      }
    });
    socket.bind(PORT, address);
    await once(socket, 'listening');
    server.url = `stun:${address}:${PORT}`;
    return server;
  }

  stop() {
    this.#socket.close();
  }
}
