import assert from 'node:assert/strict';

/** The client that has failed before joins on the same instance and gets to know a peer. */
export async function joinsNow(client, peer, room) {
  await peer.join(room, { audio: true });
  await client.join(room, { audio: true });
  const isPeer = ({ peerId }) => peerId === peer.id;
  await client.waitFor('peerJoined', isPeer);
  await Promise.all([client.waitForMedia(peer, ['audio']), peer.waitForMedia(client, ['audio'])]);
  assert.deepEqual(client.pageErrors, []);
}

/** Asserts that a method failed with an `Error` of ours. */
export function assertError(outcome, code) {
  assert.ok(outcome.error, `no error, but ${JSON.stringify(outcome.value)}`);
  assert.equal(outcome.error.isError, true, `not an Error: ${JSON.stringify(outcome.error)}`);
  assert.equal(outcome.error.code, code);
  assert.ok(outcome.error.message.length > 0);
}
