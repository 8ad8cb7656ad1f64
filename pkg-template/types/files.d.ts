/** Methods: files. */

import type { SkylinkError } from './errors.js';
import type { PeerId, ReceiveOptions, RoomName, TransferId, TransferOptions } from './options.js';
import type { TransferResult } from './payload-parts.js';

/**
 * Files from browser to browser. In a room with a media server they go through that, between clients
 * of this SDK; 2.7.2 neither sends nor takes files there.
 */
export interface FileMethods {
  /**
   * Offers a file, or any Blob, to peers and sends it to those who accept. To skylinkjs one file at a
   * time for each peer, a second one waits for its turn; between clients of this SDK several at once,
   * checked with SHA-256, and going on after a channel was lost.
   * @param data not empty
   * @param peerId who is to get it: one, several, or everybody in the room without it
   * @param timeout seconds without a sign of life from the other side, the answer to the request
   *   included, after which the transfer fails; 60 without it
   * @returns when it is over with everybody, one entry for each peer in their order: by peer id
   *   `{ success, transferType }` or `{ error, transferType }`, or an error when nothing could be sent
   *   at all. A peer that refuses, leaves or is silent rejects nothing
   * @throws `NO_ROOM_NAME`, `MEDIA_SERVER_FILES`, `NO_BLOB`, `EMPTY_BLOB`, `DATA_CHANNELS_DISABLED`,
   *   `NO_PEERS_IN_ROOM`, `INVALID_PEER_IDS`, `INVALID_TIMEOUT`; and the reason of `options.signal`
   * @fires for each peer `onIncomingDataRequest` and `dataTransferState` `userRequest`; then
   *   `uploadStarted`, `uploading` as it goes on, `uploadCompleted` and `onIncomingData`; or
   *   `rejected`, `cancel`, `error`. At the receiver see `respondBlobRequest`
   * @example
   * const results = await skylink.sendBlobData('lobby', input.files[0], peerId, 120);
   * for (const result of results) {
   *   if (result instanceof Error) continue;
   *   for (const [id, outcome] of Object.entries(result)) {
   *     console.log(id, 'error' in outcome ? `failed: ${outcome.error}` : 'has it');
   *   }
   * }
   * @example
   * // Progress, and a button to stop.
   * skylink.on('dataTransferState', ({ detail: { transferInfo } }) => {
   *   if (transferInfo) bar.value = transferInfo.percentage;
   * });
   * const stop = new AbortController();
   * button.onclick = () => stop.abort();
   * await skylink.sendBlobData('lobby', file, null, 60, { signal: stop.signal });
   */
  sendBlobData(
    roomName: RoomName,
    data: Blob,
    peerId?: PeerId | PeerId[] | null,
    timeout?: number | null,
    options?: TransferOptions | null,
  ): Promise<Array<TransferResult | SkylinkError>>;
  /** To everybody, with a timeout in seconds. */
  sendBlobData(
    roomName: RoomName,
    data: Blob,
    timeout: number,
  ): Promise<Array<TransferResult | SkylinkError>>;

  /**
   * Answers the request of a peer that wants to send a file.
   * @param peerId who sends, from the event
   * @param transferId which transfer, from the event
   * @param accept whether the file is wanted
   * @returns when the file is there, or was refused, by peer id. The file itself is in
   *   `success.data`
   * @throws `NO_ROOM_NAME`, `NO_TRANSFER_ID`, `NO_PEER_ID`, `NO_DATA_CHANNEL`, `UNKNOWN_TRANSFER`; when
   *   the transfer fails or is cancelled, a `TransferResult` with `error`
   * @fires accepted: `dataTransferState` `downloadStarted`, `downloading` as it goes on,
   *   `onIncomingData`, `downloadCompleted`, or `cancel`, `error`; refused: `userRejected`. The sender
   *   gets `uploadStarted` … `uploadCompleted`, or `rejected`
   * @example
   * const { UPLOAD_REQUEST, DOWNLOAD_COMPLETED } = SkylinkConstants.DATA_TRANSFER_STATE;
   * skylink.on('dataTransferState', ({ detail }) => {
   *   const { state, peerId, transferId, transferInfo } = detail;
   *   if (!transferId || !transferInfo) return;
   *   if (state === UPLOAD_REQUEST) {
   *     const isWanted = confirm(`Take ${transferInfo.name}?`);
   *     skylink.respondBlobRequest('lobby', peerId, transferId, isWanted).catch(console.warn);
   *   }
   *   if (state === DOWNLOAD_COMPLETED && transferInfo.data) {
   *     link.href = URL.createObjectURL(transferInfo.data);
   *     link.download = transferInfo.name;
   *   }
   * });
   * @example
   * // A large file straight to the disk, where the browser can.
   * const target = await showSaveFilePicker({ suggestedName: transferInfo.name });
   * await skylink.respondBlobRequest('lobby', peerId, transferId, true, {
   *   writable: await target.createWritable(),
   * });
   */
  respondBlobRequest(
    roomName: RoomName,
    peerId: PeerId,
    transferId: TransferId,
    accept: boolean,
    options?: ReceiveOptions | null,
  ): Promise<TransferResult>;

  /**
   * Ends a transfer with one peer that is under way or waits for its answer. Both sides can.
   * @throws `NO_ROOM_NAME`, `NO_TRANSFER_ID`, `NO_PEER_ID`, `NO_DATA_CHANNEL`, `UNKNOWN_TRANSFER` for one
   *   that is over
   * @fires `dataTransferState` `cancel` on both sides
   */
  cancelBlobTransfer(
    roomName: RoomName,
    peerId: PeerId,
    transferId: TransferId,
  ): Promise<{ peerId: PeerId; transferId: TransferId }>;
}
