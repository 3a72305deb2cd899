import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { native } from '../base/native.ts';

/**
 * At most one daemon a place, by flock(2): the kernel lets go of it at any death of
 * the daemon, which a pid file cannot promise. Held until the process ends.
 * Returns false when another daemon holds it.
 */
export function lockPlace(runtime: string): boolean {
  const fd = openSync(join(runtime, 'zmxd.lock'), 'a', 0o600);
  if (!native().flock(fd, true, true)) {
    closeSync(fd);
    return false;
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
  return true;
}
