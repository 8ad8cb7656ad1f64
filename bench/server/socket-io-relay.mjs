// What a plain node server with socket.io 2 does for the same clients: no tokens, no limits, no
// store; it lets everybody in and passes on what is said. Prints its address.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import relay from 'socket.io';

const http = createServer((request, response) => {
  const room = decodeURIComponent(request.url.split('/')[3] ?? '');
  const answer = {
    success: true,
    room_key: room,
    username: randomUUID(),
    ipSigserver: request.headers.host,
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});

const io = relay(http, { transports: ['websocket'], serveClient: false });

io.on('connection', (socket) => {
  socket.on('message', (text) => {
    const message = JSON.parse(text);
    const { type, rid, target } = message;
    if (type === 'joinRoom') {
      socket.join(rid);
      socket.emit('message', JSON.stringify({ type: 'inRoom', rid, sid: socket.id }));
      return;
    }
    message.mid = socket.id;
    socket.to(target || rid).emit('message', JSON.stringify(message));
  });
});

http.listen(0, '127.0.0.1', () => {
  console.log(`ready on http://127.0.0.1:${http.address().port}`);
});
