/** Methods: connections. */

import type { PeerId, RefreshConnectionOptions, RoomName } from './options.js';
import type { DataChannelInfo, RefreshConnectionResult, Statistics } from './statistics.js';

/** Connections: how they do, and renewing them. */
export interface ConnectionMethods {
  /**
   * Reads the statistics of connections. In a room with a media server there is one, whose peer id is
   * `MCU`.
   * @param peerId one, several, or everybody without it
   * @returns an entry for each peer, in the order asked for; `null` for a connection that ICE has not
   *   made yet, for a peer that left meanwhile, and when statistics are switched off
   *   (`enableStatsGathering`). Members without `total` in their name are rates per second since the
   *   app's last read of that peer
   * @throws `NO_ROOM_NAME` for a room that is not joined
   * @fires `getConnectionStatusStateChange` for each peer: 0, then 1 with the statistics, or -1
   * @example
   * for (const statistics of await skylink.getConnectionStatus('lobby')) {
   *   if (!statistics) continue; // not connected yet
   *   const { video, selectedCandidatePair } = statistics;
   *   console.log(statistics.peerId, video.receiving.bytes, selectedCandidatePair.roundTripTime);
   * }
   * @example
   * const [one, other] = await skylink.getConnectionStatus('lobby', [firstId, secondId]);
   */
  getConnectionStatus(
    roomName: RoomName,
    peerId?: PeerId | PeerId[] | null,
  ): Promise<Array<Statistics | null>>;

  /**
   * The data channels that are there now: one for messages with each peer, and one for each file that
   * is on its way between clients of this SDK.
   * @returns by peer, then by the channel's name; `null` for a room that is not joined
   */
  getPeersDataChannels(roomName: RoomName): Record<PeerId, Record<string, DataChannelInfo>> | null;

  /**
   * Negotiates anew, for example after a network change, or with other limits.
   * @param targetPeerId one, several, or everybody without it; ignored in a room with a media server,
   *   where there is one connection. It may be left out: what follows then moves up
   * @param iceRestart whether ICE looks for a new way, which helps when `iceConnectionState` says
   *   `disconnected` or `failed`; `false` without it
   * @param options new limits
   * @returns when every peer was sent an offer, a busy one after its present round. Those that could
   *   not be are in `refreshErrors`
   * @throws `NO_ROOM_NAME`; `NO_CONNECTION` when there is nobody to connect to; `REFRESH_FAILED`, which
   *   has the members of the result, when no peer could be sent one
   * @fires `handshakeProgress` `offer`, `answer`, `answerAck` and `peerConnectionState`, on both sides;
   *   with a restart `candidateGenerationState` and `iceConnectionState` too
   * @example
   * const { refreshErrors } = await skylink.refreshConnection('lobby', peerId, true);
   * @example
   * // Everybody, with other limits.
   * await skylink.refreshConnection('lobby', { bandwidth: { video: 300 } });
   */
  refreshConnection(
    roomName: RoomName,
    targetPeerId?: PeerId | PeerId[] | null,
    iceRestart?: boolean | null,
    options?: RefreshConnectionOptions | null,
  ): Promise<RefreshConnectionResult>;
  /** Everybody. */
  refreshConnection(
    roomName: RoomName,
    iceRestart: boolean,
    options?: RefreshConnectionOptions | null,
  ): Promise<RefreshConnectionResult>;
  /** Without an ICE restart. */
  refreshConnection(
    roomName: RoomName,
    targetPeerId: PeerId | PeerId[] | null,
    options: RefreshConnectionOptions,
  ): Promise<RefreshConnectionResult>;
  /** Everybody, without an ICE restart. */
  refreshConnection(
    roomName: RoomName,
    options: RefreshConnectionOptions,
  ): Promise<RefreshConnectionResult>;

  /**
   * Closes the data channel for messages with a peer and opens another, whoever offered last. A
   * channel that closes by itself is replaced without this.
   * @returns `null` for a room that is not joined, else nothing
   * @fires `dataChannelState` `closing`, `closed`, then `open`, on both sides
   */
  refreshDatachannel(roomName: RoomName, peerId: PeerId): undefined | null;
}
