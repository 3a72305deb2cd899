import type { HeldPane } from '../../holder/wire.ts';
import type { CheckpointNote } from './checkpoint-file.ts';

/**
 * Where in its program's output an emulation is. One object that the parts of a pane
 * share: checkpoint, log and answers name bytes by the same offset, and one copy in each
 * would have to be kept in step.
 */
export class OutputPosition {
  /** Operation that started the program; empty where the pane shows what an ended one has left. */
  op = '';
  /** One past the last byte of output that the emulator has seen. */
  offset = 0;
  /** Where this emulation began; names its answers together with their ordinal. */
  origin = 0;
  /** The line about the program's end stands below its output. */
  endShown = false;
  /** Output before this was seen by an earlier daemon: bells, clipboards and queries in it are old news. */
  #newsFrom = 0;

  /** What the emulator saw last is of the time of an earlier daemon. */
  get past(): boolean {
    return this.offset <= this.#newsFrom;
  }

  /** An emulation that began in the middle does not know which queries were answered before. */
  get answered(): boolean {
    return this.origin > 0 && this.origin < this.#newsFrom && this.past;
  }

  /** From the first byte that the holder still has. */
  begin(held: HeldPane): void {
    this.op = held.op;
    this.offset = held.from;
    this.origin = held.from;
    this.endShown = false;
    this.#newsFrom = held.end;
  }

  /** From a checkpoint of the same program. */
  resume(note: CheckpointNote): void {
    this.offset = Math.max(this.offset, note.offset);
    this.origin = note.origin;
    this.endShown = note.endShown ?? false;
  }

  /** What of a piece that begins at `offset` is new; where the holder had to let something go, the output jumps. */
  fresh(bytes: Uint8Array, offset: number): Uint8Array {
    if (offset > this.offset) this.offset = offset;
    return offset < this.offset ? bytes.subarray(this.offset - offset) : bytes;
  }
}
