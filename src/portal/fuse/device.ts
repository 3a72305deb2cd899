import { closeSync } from 'node:fs';
import { native } from '../../base/native.ts';

/** /dev/fuse of one mount. Whoever serves the mount closes both. */
export interface FuseDevice {
  /** Non-blocking; requests come from it and replies go to it. */
  readonly requests: number;
  /** A clone, for the notifier's process alone; see notifier.c. */
  readonly notifications: number;
}

/** A device with its clone. Takes `requests` over: it is closed where that fails. */
export function withClone(requests: number): FuseDevice {
  try {
    return { requests, notifications: native().cloneDevice(requests) };
  } catch (error) {
    closeSync(requests);
    throw error;
  }
}

export function closeDevice({ requests, notifications }: FuseDevice): void {
  closeSync(requests);
  closeSync(notifications);
}
