import { constants } from 'node:os';

const NAMES = new Map(Object.entries(constants.errno).map(([name, value]) => [value, name]));

/**
 * The code of an error of node's: the errno's name where it has one. node itself names only
 * what libuv knows; a full quota (EDQUOT) or a file that is gone from an NFS server (ESTALE) is to it an
 * "Unknown system error" or, by other calls, just "UNKNOWN".
 */
export function errorCode(error: NodeJS.ErrnoException): string | undefined {
  const { code, errno } = error;
  return code === 'UNKNOWN' || code?.startsWith('Unknown system error')
    ? (NAMES.get(Math.abs(errno ?? 0)) ?? 'EIO')
    : code;
}
