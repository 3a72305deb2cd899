import { readFileSync } from 'node:fs';

/** Identifies this boot of the kernel, see random(4): 36 characters; '' where it cannot be read. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}
