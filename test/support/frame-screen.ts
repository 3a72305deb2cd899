import type { EngineFrame } from '../../src/daemon/panes/pane-engine.ts';
import type { Row } from '../../src/term/row.ts';
import { decodeRow } from '../../src/term/row-codec.ts';

/** A viewer's picture of a pane, made of the frames alone. */
export class FrameScreen {
  rows: Row[] = [];
  seq = 0;
  frames = 0;
  last: EngineFrame['frame'] | undefined;

  apply({ frame, payload }: Pick<EngineFrame, 'frame' | 'payload'>): void {
    if (frame.base !== 0 && frame.base !== this.seq)
      throw new Error(`frame builds on ${frame.base}, but this screen is at ${this.seq}`);
    const blank = decodeRow(new Uint8Array([0]), frame.cols);
    if (frame.base === 0) this.rows = Array.from({ length: frame.rows }, () => blank);
    this.rows.splice(0, frame.scroll ?? 0);
    while (this.rows.length < frame.rows) this.rows.push(blank);
    let at = 0;
    for (const [i, y] of frame.changed.entries()) {
      const length = frame.lengths[i] ?? 0;
      this.rows[y] = decodeRow(payload.subarray(at, at + length), frame.cols);
      at += length;
    }
    this.seq = frame.seq;
    this.last = frame;
    this.frames++;
  }

  /** Rows without the blanks at their ends. */
  lines(): string[] {
    return this.rows.map((row) =>
      row.cells
        .map((cell) => cell.text)
        .join('')
        .trimEnd(),
    );
  }

  text(): string {
    return this.lines().join('\n');
  }
}
