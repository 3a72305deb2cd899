import { type ErrorInfo, ZmxError } from './errors.ts';
import type { Clocked, MutationResult } from './file-types.ts';

/** A write or append that the file system stopped half-way: why, and what has been done of it. */
export class StoppedWrite extends ZmxError {
  /** Bytes of the content, from its beginning, that are in the file. */
  readonly written: number;
  readonly result: Clocked<MutationResult>;

  constructor(
    { code, message, call = 'write', path = '' }: ErrorInfo,
    written: number,
    result: Clocked<MutationResult>,
  ) {
    super(code, message, { call, path });
    this.written = written;
    this.result = result;
  }
}
