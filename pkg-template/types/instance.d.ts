/** Methods: the instance itself. */

import type { OtherEventName, SkylinkEventDetailMap, SkylinkListener } from './events.js';

/** Listeners of one instance, and its end. Not in skylinkjs. */
export interface InstanceMethods {
  /**
   * Adds a listener, like `SkylinkEventManager.addEventListener`: it hears all rooms of the page. The
   * payload's type follows from the name.
   * @returns a function that takes this listener off again
   * @example
   * const stop = skylink.on('peerJoined', ({ detail }) => console.log(detail.peerInfo.userData));
   * stop();
   */
  on<K extends keyof SkylinkEventDetailMap>(
    eventName: K,
    listener: SkylinkListener<SkylinkEventDetailMap[K]>,
  ): () => void;
  on<N extends string | undefined>(
    eventName: OtherEventName<N>,
    listener: SkylinkListener<any>,
  ): () => void;

  /**
   * As `on`, for the next event only.
   * @returns a function that takes the listener off before that
   */
  once<K extends keyof SkylinkEventDetailMap>(
    eventName: K,
    listener: SkylinkListener<SkylinkEventDetailMap[K]>,
  ): () => void;
  once<N extends string | undefined>(
    eventName: OtherEventName<N>,
    listener: SkylinkListener<any>,
  ): () => void;

  /**
   * Takes off what `on` and `once` of this instance added: one listener, without `listener` all of
   * that event, without arguments all. Listeners added in other ways stay.
   */
  off<K extends keyof SkylinkEventDetailMap>(
    eventName: K,
    listener?: SkylinkListener<SkylinkEventDetailMap[K]>,
  ): void;
  off<N extends string | undefined>(
    eventName?: OtherEventName<N>,
    listener?: SkylinkListener<any>,
  ): void;

  /**
   * Leaves the rooms that this instance has joined, stops its streams, and takes its listeners off,
   * which still hear of that. A join under way rejects with `LEFT_DURING_JOIN`. The instance may be
   * used again.
   * @fires for each room as `leaveRoom`
   */
  destroy(): Promise<void>;
  /** `using skylink = new Skylink(…)`: as `destroy`, without waiting. */
  [Symbol.dispose](): void;
  /** `await using skylink = new Skylink(…)`: as `destroy`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Others. */
export interface OtherMethods {
  /** @returns a new random id: a UUID of version 4 */
  generateUUID(): string;
  /** @returns the version of this package */
  getSdkVersion(): string;
}
