import type { ShellReport } from '../term/shell-report.ts';

/**
 * What a pane's log says. Times are ms since 1970; offsets count the bytes of a program's
 * output as its holder does, from 0 on. A program that is started anew in its pane is
 * another `life`, and its offsets begin again.
 */

/** Marks of the shell; its environment is never in a log. */
export type LoggedReport = Exclude<ShellReport, { kind: 'environment' }>;

/** Why something is not in the log. `lost`: the machine or the disk failed before it was written. */
export type GapReason = 'log off' | 'disk full' | 'damaged' | 'lost';

/** A segment begins. Whoever comes from the segment before, without a gap, may ignore the state. */
export interface StartRecord {
  readonly kind: 'start';
  readonly time: number;
  readonly offset: number;
  /** Operation that started the program. */
  readonly life: string;
  readonly cols: number;
  readonly rows: number;
  /** Of the line that leaves the screen next: `lines` of `generation` have been there before. */
  readonly generation: number;
  readonly lines: number;
  /** Rows of scrollback that the emulator keeps; undefined: LIVE_SCROLLBACK. */
  readonly scrollback?: number;
  /** Lines up to this number were printed while the log was off: in the state they are asterisks. */
  readonly hidden?: number;
  /** For `Emulator.restoreState`; undefined where it is damaged. */
  readonly state: Uint8Array | undefined;
}

export interface OutputRecord {
  readonly kind: 'output';
  readonly time: number;
  /** Where these bytes begin and end in the program's output: redacted bytes may be more or fewer. */
  readonly offset: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

export interface InputRecord {
  readonly kind: 'input';
  readonly time: number;
  /** Bytes that were typed; which ones is nobody's business. */
  readonly size: number;
}

export interface ResizeRecord {
  readonly kind: 'resize';
  readonly time: number;
  readonly offset: number;
  readonly cols: number;
  readonly rows: number;
}

export interface MarkRecord {
  readonly kind: 'mark';
  readonly time: number;
  readonly offset: number;
  readonly report: LoggedReport;
}

/** From `time` until `until`, output from `from` up to `to` is missing; undefined where that is not known. */
export interface GapRecord {
  readonly kind: 'gap';
  readonly time: number;
  readonly reason: GapReason;
  readonly until: number | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export type LogRecord = StartRecord | OutputRecord | InputRecord | ResizeRecord | MarkRecord | GapRecord;

/** What a pane was, so that its log can be named when it is long gone. */
export interface PaneMeta {
  /** The pane's uuid. */
  readonly pane: string;
  /** `%3`. */
  readonly name: string;
  readonly session: string;
  readonly window: string;
  readonly windowIndex: number;
  readonly paneIndex: number;
  /** What ran in it last. */
  readonly command: string;
  /** '' for the log's own host. */
  readonly host: string;
  /** The pane has been closed. */
  readonly ended: boolean;
}
