interface Difference {
  /** What the call answers on a portal's files. */
  readonly here: unknown;
  readonly why: string;
}

/**
 * Where a call on a portal's files answers otherwise than on a local folder, by the name of the check
 * in test/posix. zmx-portal(1) tells users of them under WHAT DIFFERS FROM LOCAL.
 */
export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'special_files: FIFO to read without waiting': { here: 'ENXIO', why: 'FIFOs do not join hosts' },
  'nameless_file: O_TMPFILE': {
    here: 'ENOTSUP',
    why: 'a file without a name would have to live on the host, open, through restarts of its daemon',
  },
  'extended_attributes: set': { here: 'ENOTSUP', why: 'extended attributes are read, not changed' },
  'extended_attributes: remove one that is not there': { here: 'ENOTSUP', why: 'as before' },
  'sparse: SEEK_HOLE from the start': {
    here: 5 * 2 ** 30 + 4,
    why: 'holes travel as zeroes: lseek finds none before the end',
  },
  'current_folder: its entries': {
    here: 'ESTALE',
    why: 'nothing is kept of a folder that was removed, though it is the current one',
  },
};
