import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BytePath } from '../remote-files.ts';
import type { WorkingCopy } from './working-copy.ts';

/** Characters of the file's name in that of its rescue file: four bytes each and a time fit into 255. */
const LONGEST_NAME = 50;

/**
 * Keeps what could not be written to the remote: programs ignore the error of
 * close(2), and a terminal scrolls, but the bytes must not be lost. Returns the line for the user.
 */
export function rescue(folder: string, path: BytePath, copy: WorkingCopy, error: unknown): string {
  const shown = Buffer.from(path, 'latin1').toString('utf8');
  const lost = `${shown} could not be written (${error instanceof Error ? error.message : error})`;
  try {
    const file = keep(folder, shown, copy);
    // Of a file that was changed in places only the places are known here.
    const what = copy.baseSize > 0 ? 'the changed parts, at their places,' : 'what was written';
    return `${lost}; ${what} is kept in ${file}`;
  } catch (failure) {
    return `${lost}, nor be kept in ${folder} (${(failure as Error).message})`;
  }
}

/** Writes what is known of the file into a new one in `folder`; returns its path. */
function keep(folder: string, path: string, copy: WorkingCopy): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = (basename(path) || 'file').slice(0, LONGEST_NAME);
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
  return file;
}
