/** Methods: messages. */

import type { JsonValue, PeerId, RoomName } from './options.js';

/** Messages over the server and from browser to browser, and those that the server keeps. */
export interface MessageMethods {
  /**
   * Sends a message over the server. With a secret selected (`setSelectedSecret`) it is encrypted. It
   * is stored for those who come later when the app key stores messages and `setMessagePersistence`
   * did not switch it off; then it has to be public and encrypted.
   * @param message any JSON value
   * @param targetPeerId who gets it, which makes it private; everybody without it, or with an empty
   *   list. Peers that are not in the room are skipped
   * @param peerSessionId stands in for the sender's peer id in `message.senderPeerId`, so that
   *   messages of one client can be told to be its own across sessions; a client learns its own from
   *   `peerSessionId` of its `peerJoined`
   * @throws `NOT_IN_ROOM` before the server let this client in; `PRIVATE_NOT_PERSISTENT`,
   *   `NO_SECRET_TO_SELECT`, `SECRET_NOT_SELECTED` when it is to be stored and cannot be;
   *   `CIPHER_UNAVAILABLE` for `messageCipher: 'aes-gcm'` on a page that is not secure. A room that is
   *   not joined is only logged
   * @fires `onIncomingMessage` (`isSelf: true`) within the call; at those who get it with `isSelf: false`
   * @example
   * skylink.sendMessage('lobby', 'Hello everybody');
   * skylink.sendMessage('lobby', { type: 'raise-hand' }, [peerId, otherPeerId]);
   * @example
   * // Ask somebody to mute: the message is data, the other side acts on it.
   * skylink.sendMessage('lobby', { type: 'mute' }, peerId);
   * SkylinkEventManager.addEventListener('onIncomingMessage', ({ detail }) => {
   *   const { content } = detail.message;
   *   const asksToMute = typeof content === 'object' && content !== null && 'type' in content;
   *   if (!detail.isSelf && asksToMute && content.type === 'mute') {
   *     skylink.muteStreams(detail.room.roomName, { audioMuted: true, videoMuted: false });
   *   }
   * });
   */
  sendMessage(
    roomName: RoomName,
    message: JsonValue,
    targetPeerId?: PeerId | PeerId[] | null,
    peerSessionId?: string,
  ): void;

  /**
   * Sends a message over data channels, without passing the server's chat; never encrypted with a
   * secret, never stored. A peer that never had a channel is skipped.
   * @param roomName an empty one means all rooms
   * @param message any JSON value
   * @param targetPeerId who gets it, which makes it private; everybody without it
   * @throws `CHANNEL_NOT_OPEN` when a channel is not open; everybody else gets the message all the same.
   *   Not being in the room yet, and `enableDataChannel: false`, are only logged
   * @fires `onIncomingMessage` (`isSelf: true`, `message.isDataChannel: true`) within the call, but not
   *   for a public message in a room with a media server; at those who get it with `isSelf: false`.
   *   `dataChannelState` `sendMessageError` for a channel that is not open
   * @example
   * skylink.sendP2PMessage('lobby', { cursor: [120, 80] });
   * skylink.sendP2PMessage('lobby', 'Just for you', peerId);
   * skylink.sendP2PMessage('', 'Hello, whatever room you are in');
   */
  sendP2PMessage(
    roomName: RoomName | null | undefined,
    message: JsonValue,
    targetPeerId?: PeerId | PeerId[] | null,
  ): void;
  /**
   * The same in all rooms: a first argument that names no joined room is the message, and the second
   * who gets it.
   * @example
   * skylink.sendP2PMessage('Hello, whatever room you are in');
   */
  sendP2PMessage(message: JsonValue, targetPeerId?: PeerId | PeerId[] | null): void;

  /**
   * Whether the messages that this client sends are stored, where the app key stores messages.
   * Stored are only those sent by `sendMessage` that are public and encrypted.
   * @param isPersistent without this call they are
   * @throws `PERSISTENCE_FLAG_INVALID`; `PERSISTENCE_NOT_ENABLED` for an app key that stores none;
   *   `NO_ROOM_NAME` for a room that is not joined
   * @fires `persistentMessageState`
   */
  setMessagePersistence(roomName: RoomName, isPersistent: boolean): void;

  /**
   * Whether the messages that this client sends are stored.
   * @throws `NO_ROOM_NAME` for a room that is not joined
   */
  getMessagePersistence(roomName: RoomName): boolean;

  /**
   * Asks for the messages that the server keeps. The secrets that they were encrypted with have to be
   * set before; one that cannot be read is left out and logged. Where the app key stores no messages
   * it only logs a warning.
   * @param roomSessionId only those of this session of the room (`room.roomSessionId` in payloads);
   *   all that are kept without it
   * @fires `storedMessages`
   * @example
   * skylink.on('storedMessages', ({ detail }) => {
   *   for (const { content, senderPeerId, timeStamp } of detail.storedMessages) {
   *     showEarlier(content, senderPeerId, new Date(timeStamp));
   *   }
   * });
   * skylink.setEncryptSecret('lobby', 'the secret of this room', 'lobby-2024');
   * skylink.getStoredMessages('lobby');
   */
  getStoredMessages(roomName: RoomName, roomSessionId?: string): void;
}

/**
 * Secrets that messages are encrypted with. Everybody who is to read them sets the same secret under
 * the same id; the ids travel, the secrets never do. All throw `NO_ROOM_NAME` for a room that is not
 * joined.
 */
export interface SecretMethods {
  /**
   * Adds a secret. It is not selected by that: messages that come can be read with it, those sent are
   * encrypted only after `setSelectedSecret`.
   * @throws `NO_SECRET`, `INVALID_SECRET`, `SECRET_ID_NOT_UNIQUE`
   * @fires `encryptSecretsUpdated`
   * @example
   * skylink.setEncryptSecret('lobby', 'correct horse battery staple', 'monday');
   * skylink.setSelectedSecret('lobby', 'monday');
   * skylink.sendMessage('lobby', 'Only for those who know the secret');
   */
  setEncryptSecret(roomName: RoomName, secret: string, secretId: string): void;

  /** @returns a copy of all secrets by id; empty when there are none */
  getEncryptSecrets(roomName: RoomName): Record<string, string>;

  /**
   * Forgets a secret, and selects none if it was the selected one.
   * @param secretId which one; all of them without it
   * @throws `SECRET_ID_NOT_FOUND`
   * @fires `encryptSecretsUpdated`
   */
  deleteEncryptSecrets(roomName: RoomName, secretId?: string): void;

  /**
   * Chooses the secret that messages are sent with.
   * @param secretId which one; without it messages are sent as they are
   * @throws `SECRET_ID_NOT_FOUND`, `INVALID_SECRET`
   * @fires `encryptSecretsUpdated`
   */
  setSelectedSecret(roomName: RoomName, secretId?: string): void;

  /**
   * Which secret messages are sent with.
   * @param secretId ignored, as in 2.7.2
   * @returns its id, not the secret; empty when none is selected
   */
  getSelectedSecret(roomName: RoomName, secretId?: string): string;
}
