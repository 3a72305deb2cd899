import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import type { HistoryMark } from './history-file.ts';

/** What a checkpoint says beside the emulator's state. */
export interface CheckpointNote {
  /** Operation that spawned the child: another one means that this is an earlier life of the pane. */
  readonly op: string;
  /** Output up to here is in the state. */
  readonly offset: number;
  /** Output before this was never seen by this emulation: it began here. */
  readonly origin: number;
  readonly history: HistoryMark;
  /** The state has the line about the child's end. */
  readonly endShown?: boolean;
}

/** File: magic | u32 CRC-32 of the rest | u32 length of the note | note (JSON) | the emulator's state. */
const MAGIC = Buffer.from('zmxcp1\r\n', 'latin1');
const PREFIX_BYTES = MAGIC.length + 8;

/** Replaces the file as a whole; mode 0600. @throws a system error, e.g. ENOSPC. */
export function writeCheckpoint(path: string, note: CheckpointNote, state: readonly Uint8Array[]): void {
  const text = Buffer.from(JSON.stringify(note));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  MAGIC.copy(prefix);
  prefix.writeUInt32BE(text.length, MAGIC.length + 4);
  let sum = crc32(prefix.subarray(MAGIC.length + 4));
  for (const part of [text, ...state]) sum = crc32(part, sum);
  prefix.writeUInt32BE(sum, MAGIC.length);
  writeFileAtomic(path, [prefix, text, ...state]);
}

/** undefined where there is none. @throws Error for a damaged one. */
export function readCheckpoint(path: string): { note: CheckpointNote; state: Uint8Array } | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (bytes.length < PREFIX_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Error(`${path} is no checkpoint`);
  if (crc32(bytes.subarray(MAGIC.length + 4)) !== bytes.readUInt32BE(MAGIC.length))
    throw new Error(`${path} is damaged`);
  const textEnd = PREFIX_BYTES + bytes.readUInt32BE(MAGIC.length + 4);
  return {
    note: JSON.parse(bytes.toString('utf8', PREFIX_BYTES, textEnd)) as CheckpointNote,
    state: bytes.subarray(textEnd),
  };
}
