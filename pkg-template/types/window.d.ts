/** Names that importing sets on `window`. */

/** The adapter object that importing the SDK puts on window; the members applications use. */
export interface AdapterGlobal {
  /** `chrome`, `firefox`, `safari`, `opera`, or null. */
  webrtcDetectedBrowser: string | null;
  /** Its version. */
  webrtcDetectedVersion: number | string | null;
  /** The oldest version that works. */
  webrtcMinimumVersion: number | null;
  /** Its engine. */
  webrtcDetectedType: string | null;
  /** Which data channels it has. */
  webrtcDetectedDCSupport: string | null;
  /** As `window.attachMediaStream`. */
  attachMediaStream: AttachMediaStream;
  /** As `window.reattachMediaStream`. */
  reattachMediaStream: ReattachMediaStream;
  /** Calls back at once, with false: there is no plugin to wait for. */
  webRTCReady(callback: (usesPlugin: boolean) => void): void;
  [other: string]: unknown;
}

/** Shows a stream in an element, and gives the element back. */
export type AttachMediaStream = <E extends HTMLMediaElement>(
  element: E,
  stream: MediaStream | null,
) => E;
/** Shows in one element what another shows, and gives the first back. */
export type ReattachMediaStream = <E extends HTMLMediaElement>(to: E, from: HTMLMediaElement) => E;

declare global {
  interface Window {
    AdapterJS: AdapterGlobal;
    attachMediaStream: AttachMediaStream;
    reattachMediaStream: ReattachMediaStream;
    webrtcDetectedBrowser: string | null;
    webrtcDetectedVersion: number | string | null;
    webrtcMinimumVersion: number | null;
    webrtcDetectedType?: string | null;
    webrtcDetectedDCSupport: string | null;
  }
}
