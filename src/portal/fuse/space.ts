import type { FileAttributes, RemoteFiles } from '../remote-files.ts';

/** What others on the host may write between two looks at the disk, and what the host needs for itself to take a write. */
const MARGIN_BYTES = 64 * 1024 * 1024;
const MARGIN_FILES = 1024;
/** A quota is in no statfs(2): after a refusal nothing is put off for so long, ms. */
const REFUSED_MS = 60_000;

/**
 * Whether the host's file systems have room for what is written here, so that a call may be
 * answered before they have it. Where they may not, each write goes there at once and write(2) itself
 * fails with ENOSPC or EDQUOT, not the close behind it; elsewhere that would cost a round trip each.
 */
export class Space {
  readonly #files: RemoteFiles;
  /** When a file system last refused to take more, in ms of the monotonic clock. */
  readonly #refusedAt = new Map<number, number>();
  /** Bytes that were answered and are not there yet, over all file systems. */
  #owed = 0;

  constructor(files: RemoteFiles) {
    this.#files = files;
  }

  /** More (or fewer) bytes have been answered that are not there yet. */
  owe(bytes: number): void {
    this.#owed += bytes;
  }

  hasBytes(file: FileAttributes, bytes: number): boolean {
    return this.#trusts(file) && this.#room(file).bytes - this.#owed - bytes >= MARGIN_BYTES;
  }

  /** For one more file or folder in this one. */
  hasFiles(folder: FileAttributes): boolean {
    return this.hasBytes(folder, 0) && this.#room(folder).files >= MARGIN_FILES;
  }

  /** A call that needed space has failed. */
  failed(code: string, file: FileAttributes): void {
    if (code === 'ENOSPC' || code === 'EDQUOT') this.#refusedAt.set(file.fs ?? 0, performance.now());
  }

  #trusts({ fs = 0 }: FileAttributes): boolean {
    const refused = this.#refusedAt.get(fs);
    return refused === undefined || performance.now() - refused > REFUSED_MS;
  }

  #room({ fs = 0 }: FileAttributes): ReturnType<RemoteFiles['room']> {
    return this.#files.room(fs);
  }
}
