import { setMaxListeners } from 'node:events';

/**
 * Calls `listener` once when `signal` aborts, unless the returned function is called before.
 * One signal may end any number of waits; from eleven on node would warn of a leak.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => {};
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
