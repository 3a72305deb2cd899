import type { FrameBody } from '../protocol/messages/frames.ts';
import type { Row } from '../term/row.ts';
import { decodeRow } from '../term/row-codec.ts';
import { plainStyle } from '../term/style.ts';

/** What is known of one pane's screen. A row that a frame does not change stays the same object. */
export interface PaneFrame {
  /** Number of the frame that this is. */
  readonly seq: number;
  readonly cols: number;
  readonly rows: readonly Row[];
  readonly cursor: FrameBody['cursor'];
  readonly copy: FrameBody['copy'];
}

/** Frames of one pane that were drawn together. */
export interface DrawnFrames {
  /** Number of the newest. */
  readonly seq: number;
  readonly count: number;
  /** One of them at least was no echo. */
  readonly large: boolean;
}

/** What a frame did: `stale` = it builds on one that was never here, and a full one must be asked for. */
export type FrameOutcome = 'stale' | 'small' | 'large';

/** A frame with more changed rows is part of a flood, not somebody's echo. */
const SMALL_ROWS = 3;

/** Panes out of sight whose screens are kept: going back to their window shows them at once. */
const HIDDEN_KEPT = 16;

/** The screens of the panes, brought up to date by frames. */
export class FrameStore {
  readonly #panes = new Map<string, PaneFrame>();
  /** Frames of each pane that have not been drawn. */
  readonly #undrawn = new Map<string, DrawnFrames>();
  /** Panes for which a full frame was asked for. */
  readonly #wanted = new Set<string>();

  get panes(): ReadonlyMap<string, PaneFrame> {
    return this.#panes;
  }

  /** Takes a FRAME with its payload, the rows' bytes one after the other. */
  take(frame: FrameBody, payload: Uint8Array): FrameOutcome {
    const { pane, base, cols, rows: count } = frame;
    const before = base === 0 ? undefined : this.#panes.get(pane);
    if (base !== 0 && before?.seq !== base) return 'stale';
    const rows = baseRows(before, cols, count);
    if (frame.scroll > 0) scrollUp(rows, frame.scroll, cols);
    try {
      putRows(rows, frame, payload);
    } catch {
      return 'stale';
    }
    this.#panes.delete(pane); // so that the order is that of the latest frames
    this.#panes.set(pane, { seq: frame.seq, cols, rows, cursor: frame.cursor, copy: frame.copy });
    this.#wanted.delete(pane);
    const large = frame.changed.length + frame.scroll > SMALL_ROWS;
    const others = this.#undrawn.get(pane);
    this.#undrawn.set(pane, {
      seq: frame.seq,
      count: 1 + (others?.count ?? 0),
      large: large || (others?.large ?? false),
    });
    return large ? 'large' : 'small';
  }

  /** Whether a full frame of the pane has not yet been asked for; it counts as asked then. */
  want(pane: string): boolean {
    if (this.#wanted.has(pane)) return false;
    this.#wanted.add(pane);
    return true;
  }

  /** Frames taken since the last call, by pane: they have been drawn now. */
  drawn(): readonly (readonly [pane: string, frames: DrawnFrames])[] {
    const drawn = [...this.#undrawn];
    this.#undrawn.clear();
    return drawn;
  }

  /**
   * Forgets panes that are not shown any more, but not the latest: frames and SCREEN travel on
   * different lanes, so a pane's first frame may be here before the SCREEN that shows it.
   */
  keep(shown: ReadonlySet<string>): void {
    const hidden = [...this.#panes.keys()].filter((pane) => !shown.has(pane));
    for (const pane of hidden.slice(0, -HIDDEN_KEPT)) {
      this.#panes.delete(pane);
      this.#undrawn.delete(pane);
    }
  }

  /** Another daemon: its frames are numbered anew. What is there stays in sight until they come. */
  newEpoch(): void {
    this.#undrawn.clear();
    this.#wanted.clear();
    for (const [pane, frame] of this.#panes) this.#panes.set(pane, { ...frame, seq: 0 });
  }
}

function baseRows(before: PaneFrame | undefined, cols: number, count: number): Row[] {
  if (before?.cols === cols && before.rows.length === count) return [...before.rows];
  const blank = blankRow(cols);
  return Array.from(
    { length: count },
    (_, y) => (before?.cols === cols ? before.rows[y] : undefined) ?? blank,
  );
}

function scrollUp(rows: Row[], by: number, cols: number): void {
  const blank = blankRow(cols);
  rows.copyWithin(0, by);
  rows.fill(blank, Math.max(0, rows.length - by));
}

/** @throws where the payload is not what the frame says. */
function putRows(rows: Row[], frame: FrameBody, payload: Uint8Array): void {
  let at = 0;
  for (const [index, y] of frame.changed.entries()) {
    const end = at + (frame.lengths[index] ?? 0);
    if (y >= rows.length || end > payload.length) throw new RangeError(`frame ${frame.seq} is cut short`);
    rows[y] = decodeRow(payload.subarray(at, end), frame.cols);
    at = end;
  }
}

function blankRow(cols: number): Row {
  const cell = { text: ' ', width: 1, style: plainStyle } as const;
  return { cells: new Array(cols).fill(cell), wrapped: false };
}
