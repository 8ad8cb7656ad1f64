// Runs in the page before any other script: the page hears of relayed addresses instead of its
// peers' own. `window.relay` is where the relay is controlled.

{
  const CANDIDATE = /^(?:a=)?candidate:(\S+ \d+) (\S+) (\d+) (\S+) (\d+) (typ .*)$/i;
  const relayed = new Map();

  /** Waits for the answer, so that the calls around it keep their order. */
  const ask = (address) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${window.relay}/relayed`, false);
    request.send(address);
    if (request.status !== 200) throw new Error(`${address} is not relayed: ${request.response}`);
    return request.responseText;
  };

  const relayedAddress = (address) => {
    if (!relayed.has(address)) relayed.set(address, ask(address));
    return relayed.get(address);
  };

  /** The candidate with the relayed address, `null` if it cannot be relayed. */
  const rewrite = (line) => {
    const found = CANDIDATE.exec(line);
    if (!found) return line;
    const [, head, transport, priority, ip, port, tail] = found;
    if (transport.toLowerCase() !== 'udp') return null;
    const address = relayedAddress(ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);
    const place = address.lastIndexOf(':');
    const [to, at] = [address.slice(0, place).replace(/^\[|\]$/g, ''), address.slice(place + 1)];
    const prefix = line.startsWith('a=') ? 'a=' : '';
    return `${prefix}candidate:${head} ${transport} ${priority} ${to} ${at} ${tail}`;
  };

  const rewriteDescription = (sdp) =>
    sdp
      .split('\r\n')
      .map(rewrite)
      .filter((line) => line !== null)
      .join('\r\n');

  const { addIceCandidate, setRemoteDescription } = RTCPeerConnection.prototype;

  RTCPeerConnection.prototype.addIceCandidate = function addRelayed(candidate, ...callbacks) {
    if (!candidate?.candidate) return addIceCandidate.call(this, candidate, ...callbacks);
    const line = rewrite(candidate.candidate);
    if (line === null) {
      callbacks[0]?.();
      return Promise.resolve();
    }
    const { sdpMid, sdpMLineIndex, usernameFragment } = candidate;
    const rewritten = { candidate: line, sdpMid, sdpMLineIndex, usernameFragment };
    return addIceCandidate.call(this, rewritten, ...callbacks);
  };

  RTCPeerConnection.prototype.setRemoteDescription = function setRelayed(description, ...rest) {
    const { type, sdp } = description ?? {};
    const rewritten = sdp ? { type, sdp: rewriteDescription(sdp) } : description;
    return setRemoteDescription.call(this, rewritten, ...rest);
  };
}
