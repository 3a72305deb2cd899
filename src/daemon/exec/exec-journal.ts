import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import type { Disposable } from '../../base/disposable.ts';
import { ZmxError } from '../../protocol/errors.ts';

/** What is known of one command for good. */
export interface ExecRecord {
  readonly op: string;
  readonly portal: string;
  /** Files session whose changes are told before the exit. */
  readonly root?: string;
  /** The same for the portal's other folders. */
  readonly also?: readonly string[];
  /** Holder that was to start it: absent from the same one means never started. */
  readonly incarnation: string;
  /** ms since 1970. */
  readonly time: number;
  readonly exit?: {
    readonly code: number;
    readonly signal: number;
    readonly out: number;
    readonly err: number;
  };
  /** Files whose content goes with the exit. */
  readonly collect?: readonly string[];
  /** The client has everything. */
  readonly done?: boolean;
}

/** Records of commands that are done with are of use only to a client that asks late; ms. */
const DONE_KEPT_MS = 24 * 3600 * 1000;

/**
 * Commands by operation id, written before each step: a line of JSON each, appended in
 * one write(2), so that it is whole or absent after the daemon's death. Append-only and
 * not a database: it is read once, at start, and holds hundreds of lines. Kept open, since to
 * open a file takes longer than to write a line to it. Not synced, which would cost each command
 * milliseconds: what a power cut may have taken is known by the boot that the client says it asked
 * first (EXEC_START).
 */
export class ExecJournal implements Disposable {
  #fd: number | undefined;
  /** The last line may not be whole: the next one begins a line of its own. */
  #torn = false;
  readonly #records = new Map<string, ExecRecord>();

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    for (const record of readLines(path)) this.#records.set(record.op, record);
    const oldest = Date.now() - DONE_KEPT_MS;
    for (const record of this.#records.values())
      if (record.done && record.time < oldest) this.#records.delete(record.op);
    writeFileAtomic(
      path,
      [...this.#records.values()].map((record) => `${JSON.stringify(record)}\n`),
    );
    this.#fd = openSync(path, 'a', 0o600);
  }

  get(op: string): ExecRecord | undefined {
    return this.#records.get(op);
  }

  /** Records of this portal that are not done with. */
  ofPortal(portal: string): ExecRecord[] {
    return [...this.#records.values()].filter((record) => record.portal === portal && !record.done);
  }

  /** @throws ENOSPC and the like: then the step that it announces must not be taken. */
  write(record: ExecRecord): void {
    if (this.#fd === undefined) throw new ZmxError('closed', 'the daemon ends');
    const line = Buffer.from(`${this.#torn ? '\n' : ''}${JSON.stringify(record)}\n`);
    this.#torn = true;
    if (writeSync(this.#fd, line) < line.length)
      throw new ZmxError('ENOSPC', 'the disk with the state folder is full');
    this.#torn = false;
    this.#records.set(record.op, record);
  }

  dispose(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function* readLines(path: string): Generator<ExecRecord> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return;
  }
  for (const line of text.split('\n')) {
    try {
      if (line) yield JSON.parse(line) as ExecRecord;
    } catch {
      // a line torn by a full disk or a power cut: the command's outcome is then told as unknown
    }
  }
}
