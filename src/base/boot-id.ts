import { readFileSync } from 'node:fs';

let read: string | undefined;

/** Identifies this boot of the kernel, see random(4): 36 characters; '' where it cannot be read. */
export function bootId(): string {
  read ??= readBootId();
  return read;
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}
