import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ZmxError } from '../protocol/errors.ts';
import type { TextFile } from './panes/pane-engine.ts';

/** What an earlier daemon's commands printed waits so long for their clients to come back for it, ms. */
const UNCLAIMED_KEPT_MS = 15 * 60 * 1000;

/** Who reads an output. */
interface Claim {
  readonly peer: string;
  /** Bytes that it is to read; undefined: the operation is under way. */
  readonly length: number | undefined;
  /** One past the last byte that it has read. */
  readonly read: number;
}

/**
 * Output of commands that is too long for memory and for one message: a file for each
 * operation, kept until the client that asked is gone.
 *
 * Files, and not a stream straight from whoever makes the text: the answer is the same
 * however often it is asked for, by this daemon or the next, nothing is held up by a reader
 * that stops (`| less`), and what follows the command in its list need not wait.
 */
export class OutputFiles {
  readonly #folder: string;
  readonly #claims = new Map<string, Claim>();
  /** Operations under way whose client has gone. */
  readonly #unwanted = new Set<string>();
  #progress: (() => void)[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Removes all but the output of these operations, of an earlier daemon. */
  keepOnly(operations: Iterable<string>): void {
    const kept = new Set(operations);
    const files = this.#list();
    for (const op of files) if (!kept.has(op)) this.drop(op);
    if (!files.some((op) => kept.has(op))) return;
    setTimeout(() => {
      for (const op of files) if (!this.#claims.has(op)) this.drop(op);
    }, UNCLAIMED_KEPT_MS).unref();
  }

  /** Where output of an operation goes. @param at length of what is there of it. @param before comes first. */
  file(op: string, at: number, before: string): TextFile {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    return { path: this.#path(op), at, before };
  }

  /** Adds to output that has `at` bytes; returns how many it has then. @throws a system error, e.g. ENOSPC. */
  append(op: string, at: number, text: string): number {
    const bytes = Buffer.from(text);
    const fd = openSync(this.file(op, at, '').path, at === 0 ? 'w' : 'r+', 0o600);
    try {
      ftruncateSync(fd, at);
      for (let done = 0; done < bytes.length; )
        done += writeSync(fd, bytes, done, bytes.length - done, at + done);
    } finally {
      closeSync(fd);
    }
    return at + bytes.length;
  }

  /** A piece of what an operation that has ended printed, for a peer. @throws ZmxError ENOENT when it is not kept any more. */
  async read(op: string, peer: string, offset: number, length: number): Promise<Buffer> {
    const file = await open(this.#path(op), 'r').catch(() => {
      throw new ZmxError('ENOENT', 'the output of this command is not kept any more: run it again');
    });
    try {
      const bytes = Buffer.allocUnsafe(length);
      let done = 0;
      for (let part = -1; part !== 0 && done < length; done += part)
        part = (await file.read(bytes, done, length - done, offset + done)).bytesRead;
      // One that goes on reading what it asked an earlier daemon for.
      const claim = this.#claims.get(op) ?? { peer, length: 0, read: 0 };
      this.#claims.set(op, { ...claim, read: Math.max(claim.read, offset + done) });
      this.#moved();
      return bytes.subarray(0, done);
    } finally {
      await file.close();
    }
  }

  /** A peer asks for an operation: what it prints is kept until this peer has left. */
  claim(op: string, peer: string): void {
    this.#unwanted.delete(op);
    this.#claims.set(op, { peer, length: undefined, read: 0 });
  }

  /** The operation has ended, with so many bytes of output; 0: there is no file. */
  finished(op: string, length: number): void {
    const claim = this.#claims.get(op);
    if (claim && length > 0) this.#claims.set(op, { ...claim, length });
    else this.#claims.delete(op);
    if (this.#unwanted.delete(op)) this.drop(op);
  }

  left(peer: string): void {
    for (const [op, claim] of this.#claims) {
      if (claim.peer !== peer) continue;
      if (claim.length === undefined) this.#unwanted.add(op);
      this.drop(op);
    }
  }

  drop(op: string): void {
    this.#claims.delete(op);
    rmSync(this.#path(op), { force: true });
    this.#moved();
  }

  /** Resolves when all has been read by those who asked, or they have gone. */
  async taken(): Promise<void> {
    const owed = ({ length = 0, read }: Claim) => read < length;
    while ([...this.#claims.values()].some(owed))
      await new Promise<void>((resolve) => this.#progress.push(resolve));
  }

  erase(): void {
    this.#claims.clear();
    rmSync(this.#folder, { recursive: true, force: true });
    this.#moved();
  }

  #moved(): void {
    for (const resolve of this.#progress.splice(0)) resolve();
  }

  #path(op: string): string {
    return join(this.#folder, op);
  }

  #list(): string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      return [];
    }
  }
}
