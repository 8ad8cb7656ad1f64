/** Methods: peers. */

import type { JsonValue, PeerId, RoomName } from './options.js';
import type { CustomSettings, PeerInfo, PeerInfoInRoom } from './payload-parts.js';

/** Peers: who is there, and what they tell about themselves. */
export interface PeerMethods {
  /**
   * Everybody in a room: the others in the order in which they came, then this client. A media server
   * is not listed.
   * @returns copies, by peer id, each with `isSelf`; `null` for a room that is not joined
   * @example
   * const names = Object.values(skylink.getPeersInRoom('lobby') ?? {}).map((peer) => peer.userData);
   */
  getPeersInRoom(roomName: RoomName): Record<PeerId, PeerInfoInRoom> | null;

  /**
   * What is known of one peer.
   * @param peerId whom; this client without it
   * @returns a copy; `undefined` for a peer that is not in the room, `null` for a room that is not
   *   joined
   * @example
   * const mine = skylink.getPeerInfo('lobby');
   * const theirs = skylink.getPeerInfo('lobby', peerId);
   */
  getPeerInfo(roomName: RoomName, peerId?: PeerId | null): PeerInfo | null | undefined;

  /**
   * The custom data of one peer.
   * @param peerId whom; this client without it, and for a peer that is not in the room
   * @returns the data; `''` for a peer that has none, `undefined` for own data that was never set,
   *   `null` for a room that is not joined
   */
  getUserData(roomName: RoomName, peerId?: PeerId | null): JsonValue | undefined;

  /**
   * Replaces the own custom data, for example a name or a raised hand, and tells everybody.
   * @param userData any JSON value; an empty one is told as `''`
   * @returns `null` for a room that is not joined, else nothing
   * @fires `peerUpdated`, here with `isSelf: true`, at everybody else with `isSelf: false`
   * @example
   * skylink.on('peerUpdated', ({ detail }) => showName(detail.peerId, detail.peerInfo.userData));
   * skylink.setUserData('lobby', { name: 'Ada', hasRaisedHand: true });
   */
  setUserData(roomName: RoomName, userData: JsonValue): undefined | null;

  /**
   * Asks the server who is in which room of the app key's space. Only for privileged app keys.
   * @param showAll whether peers with a privileged key are listed too; `false` without it
   * @returns peer ids by room name; `null`, and no promise, for a room that is not joined
   * @throws `NOT_PRIVILEGED`; `PEERS_NOT_LISTED` when no answer comes within 10 s, or the room is left
   * @fires `getPeersStateChange` with `enquired` at once, `dispatched` and `received` with the answer
   * @example
   * const peersByRoom = await skylink.getPeers('lobby', true);
   */
  getPeers(roomName: RoomName, showAll?: boolean): Promise<Record<RoomName, PeerId[]>> | null;

  /**
   * How the other peers send: the `settings` of each of them, see `PeerInfo`.
   * @returns by peer id, without this client; `null` for a room that is not joined
   */
  getPeersCustomSettings(roomName: RoomName): Record<PeerId, CustomSettings> | null;
}
