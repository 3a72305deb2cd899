import { createHash, type Hash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { ZmxError } from '../../protocol/errors.ts';
import type { Content } from './effects.ts';
import { readRange } from './file-tree.ts';

/** Staged bytes per session at most: a runaway upload must not fill the host's state folder. */
const SPOOL_BYTES = 8 * 1024 * 1024 * 1024;
const HASH_CHUNK_BYTES = 1024 * 1024;

interface Stage {
  readonly fd: number;
  size: number;
  /** Of the bytes so far, as long as they came in order; undefined: hash the file at the end. */
  hash: Hash | undefined;
}

/**
 * Content on its way into a file: complete and verified before the first byte of the
 * file itself changes, and still there when a killed daemon's successor repeats the write.
 */
export class Spool {
  readonly #folder: string;
  readonly #stages = new Map<string, Stage>();
  #bytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of fs.readdirSync(folder)) this.#bytes += fs.statSync(join(folder, name)).size;
  }

  /** Writes a piece. @throws ZmxError `ENOSPC` over the limit, or an errno of the file system. */
  stage(op: string, offset: number, data: Uint8Array): void {
    const stage = this.#open(op);
    const growth = Math.max(0, offset + data.length - stage.size);
    if (this.#bytes + growth > SPOOL_BYTES)
      throw new ZmxError('ENOSPC', 'too many bytes are staged for one portal; wait for other writes to end', {
        call: 'write',
      });
    for (let done = 0; done < data.length; )
      done += fs.writeSync(stage.fd, data, done, data.length - done, offset + done);
    if (offset === stage.size) stage.hash?.update(data);
    else stage.hash = undefined;
    stage.size += growth;
    this.#bytes += growth;
  }

  /**
   * The whole staged content.
   * @throws ZmxError `stage`, with retry, when it is not what `sha256` says: it must be staged again.
   */
  content(op: string, size: number, sha256: Uint8Array): Content {
    const stage = this.#open(op);
    const digest = stage.hash?.copy().digest() ?? hashOf(stage.fd, stage.size);
    if (stage.size !== size || !digest.equals(sha256)) {
      this.remove(op);
      throw new ZmxError('stage', 'the staged content is not whole; it must be sent again', { retry: true });
    }
    return { size, read: (at, length) => readRange(stage.fd, at, length) };
  }

  /** The content as it is, verified before a former process journalled its use. */
  whole(op: string): Content {
    const { fd, size } = this.#open(op);
    return { size, read: (at, length) => readRange(fd, at, length) };
  }

  remove(op: string): void {
    const stage = this.#stages.get(op);
    if (!stage) return;
    this.#stages.delete(op);
    this.#bytes -= stage.size;
    fs.closeSync(stage.fd);
    fs.rmSync(join(this.#folder, op), { force: true });
  }

  close(): void {
    for (const { fd } of this.#stages.values()) fs.closeSync(fd);
    this.#stages.clear();
  }

  #open(op: string): Stage {
    const known = this.#stages.get(op);
    if (known) return known;
    const fd = fs.openSync(join(this.#folder, op), fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    const { size } = fs.fstatSync(fd);
    const stage: Stage = { fd, size, hash: size === 0 ? createHash('sha256') : undefined };
    this.#stages.set(op, stage);
    return stage;
  }
}

function hashOf(fd: number, size: number): Buffer {
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += HASH_CHUNK_BYTES)
    hash.update(readRange(fd, at, Math.min(HASH_CHUNK_BYTES, size - at)));
  return hash.digest();
}
