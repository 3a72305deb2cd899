/** What may still be written on a file system. */
export interface Room {
  /** Free for the daemon's user. */
  readonly bytes: number;
  /** New files and folders. */
  readonly files: number;
}

/** So much is nowhere near an end: more is not told apart from it, and what is not told is so much. */
export const PLENTY: Room = { bytes: 1024 * 1024 * 1024, files: 16_384 };
