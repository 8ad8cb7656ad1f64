// What the examples of the declarations take from the app around them.

import type Skylink from 'skylinkjs';
import type { PeerId, StreamId, TransferId, TransferInfo } from 'skylinkjs';

declare global {
  const skylink: Skylink;
  const peerId: PeerId;
  const otherPeerId: PeerId;
  const firstId: PeerId;
  const secondId: PeerId;
  const streamId: StreamId;
  const first: MediaStream;
  const second: MediaStream;
  const other: MediaDeviceInfo;
  const file: File;
  const transferId: TransferId;
  const transferInfo: TransferInfo;

  const input: HTMLInputElement & { readonly files: FileList };
  const bar: HTMLProgressElement;
  const button: HTMLButtonElement;
  const link: HTMLAnchorElement;
  const padlock: HTMLElement;

  function say(text: string): void;
  function sayItIsLocked(): void;
  function show(stream: MediaStream): void;
  function showName(peer: PeerId | null, userData: unknown): void;
  function showEarlier(content: unknown, sender: PeerId, moment: Date): void;
  function removeTileOf(peer: PeerId): void;

  /** File System Access, which TypeScript does not declare yet. */
  function showSaveFilePicker(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}
