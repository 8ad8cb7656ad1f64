/** Names that importing sets on `window`. */

/** The adapter object that importing the SDK puts on window; the members applications use. */
export interface AdapterGlobal {
  webrtcDetectedBrowser: string | null;
  webrtcDetectedVersion: number | string | null;
  webrtcMinimumVersion: number | null;
  webrtcDetectedType: string | null;
  webrtcDetectedDCSupport: string | null;
  attachMediaStream: AttachMediaStream;
  reattachMediaStream: ReattachMediaStream;
  webRTCReady(callback: (usesPlugin: boolean) => void): void;
  [other: string]: unknown;
}

export type AttachMediaStream = <E extends HTMLMediaElement>(
  element: E,
  stream: MediaStream | null,
) => E;
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
