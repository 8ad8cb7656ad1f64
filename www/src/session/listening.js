import { SkylinkEventManager } from 'skylink-wasm';

/**
 * Adds listeners for events of the SDK: objects of functions by the event's name, each called with
 * the event's `detail`. Returns the function that removes them all again.
 */
export function listen(...groups) {
  const added = groups
    .flatMap((listeners) => Object.entries(listeners))
    .map(([name, listener]) => [name, ({ detail }) => listener(detail)]);
  for (const [name, listener] of added) SkylinkEventManager.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of added) SkylinkEventManager.removeEventListener(name, listener);
  };
}
