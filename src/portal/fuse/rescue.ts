import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { WorkingCopy } from './working-copy.ts';

export interface Rescued {
  readonly file: string;
  /** Only the written ranges are in it, at their places; the rest is zeroes. */
  readonly partial: boolean;
}

/**
 * Keeps what could not be written to the remote: programs ignore the error of
 * close(2), and a terminal scrolls, but the bytes must not be lost.
 */
export function rescue(
  folder: string,
  path: string,
  copy: Pick<WorkingCopy, 'ranges' | 'size' | 'baseSize'>,
): Rescued {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = Buffer.from(basename(path) || 'file', 'latin1')
    .toString('utf8')
    .slice(0, 150);
  const time = new Date().toISOString().replace(/[:.]/g, '-');
  let fd = -1;
  let file = '';
  for (let count = 0; fd < 0; count++) {
    file = join(folder, `${name}.${time}${count === 0 ? '' : `.${count}`}`);
    try {
      fd = openSync(file, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  try {
    ftruncateSync(fd, copy.size);
    for (const { offset, data } of copy.ranges())
      for (let done = 0; done < data.length; )
        done += writeSync(fd, data, done, data.length - done, offset + done);
  } finally {
    closeSync(fd);
  }
  return { file, partial: copy.baseSize > 0 };
}
