import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/**
 * Replaces `path` so that a reader, or a process killed in between, sees the old
 * bytes or the new ones, never a mixture. `durable` also survives a power cut
 * (fsync, some ms); without it the file survives every death of the process.
 */
export function writeFileAtomic(
  path: string,
  parts: readonly (string | Uint8Array)[],
  options: { durable?: boolean; mode?: number } = {},
): void {
  const staged = `${path}.${process.pid}.new`;
  const fd = openSync(staged, 'w', options.mode ?? 0o600);
  try {
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    }
    if (options.durable) fsyncSync(fd);
    closeSync(fd);
    renameSync(staged, path);
  } catch (error) {
    try {
      closeSync(fd);
    } catch {
      // closed above
    }
    rmSync(staged, { force: true });
    throw error;
  }
}
