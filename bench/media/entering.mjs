// What a client says to be let into a room, over HTTP and then as its first message.
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** What the API says about a room. */
export function askApi(host, room) {
  return new Promise((resolve, reject) => {
    const asked = request(`http://${host}/api/demo/${room}`, { agent }, async (response) => {
      const body = Buffer.concat(await response.toArray()).toString();
      if (response.statusCode === 200) resolve(JSON.parse(body));
      else reject(new Error(body));
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** Where signalling is, as the API says. */
export const signalingUrl = (host, api) =>
  `ws://${api.ipSigserver ?? host}/socket.io/?EIO=3&transport=websocket`;

export function joinText(api) {
  const { username: uid, cid, userCred, timeStamp, apiOwner, roomCred, start, len } = api;
  const { isPrivileged, autoIntroduce, room_key: rid } = api;
  return JSON.stringify({
    type: 'joinRoom',
    ...{ uid, cid, userCred, timeStamp, apiOwner, roomCred, start, len },
    ...{ isPrivileged, autoIntroduce, key: 'demo', rid },
  });
}
