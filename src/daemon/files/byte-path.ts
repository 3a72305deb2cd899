import { ZmxError } from '../../protocol/errors.ts';
import type { BytePath } from '../../protocol/file-types.ts';

/** Path of a descriptor's file; the kernel resolves it without walking the names again. */
export function descriptorPath(fd: number, name?: BytePath): Buffer {
  return Buffer.from(name === undefined ? `/proc/self/fd/${fd}` : `/proc/self/fd/${fd}/${name}`, 'latin1');
}

export function parentOf(path: BytePath): BytePath {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function nameOf(path: BytePath): BytePath {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function join(folder: BytePath, name: BytePath): BytePath {
  return folder === '' ? name : `${folder}/${name}`;
}

/** Whether `path` is `folder` or lies below it. */
export function isWithin(path: BytePath, folder: BytePath): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/**
 * @throws ZmxError `EINVAL` unless every component is a plain name: the caller's kernel
 * has resolved `.`, `..` and symlinks, so here they can only be a way out of the root.
 */
export function checkPath(path: BytePath): void {
  if (path === '') return;
  for (const name of path.split('/'))
    if (name === '' || name === '.' || name === '..')
      throw new ZmxError('EINVAL', `path ${JSON.stringify(path)} has a component that is no plain name`);
  for (let i = 0; i < path.length; i++) {
    const byte = path.charCodeAt(i);
    if (byte === 0 || byte > 255)
      throw new ZmxError(
        'EINVAL',
        `path ${JSON.stringify(path)} holds a character that is no byte of a name`,
      );
  }
}
