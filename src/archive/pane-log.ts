import { rmSync, statSync } from 'node:fs';
import { makeLogFolder, segmentFiles } from './log-folder.ts';
import { OutputFilters } from './output-filters.ts';
import { encodeGap, encodeInput, encodeMark, encodeResize, FrameType } from './record-codec.ts';
import type { GapReason, LoggedReport } from './records.ts';
import { redactState } from './redact-state.ts';
import { segmentEnd } from './segment-reader.ts';
import { type SegmentStart, SegmentWriter } from './segment-writer.ts';

/** A segment of this size gets a successor: a replay begins with one, and old output goes by whole ones. */
const SEGMENT_BYTES = 8 * 1024 * 1024;
/** From this size on it gets one when the pane's state is saved for recovery, which costs it nothing: mostly at 4 MiB. */
const OCCASION_BYTES = 3 * 1024 * 1024;
/** A segment that has lasted this long gets a successor, ms: age ends by whole segments too. */
const SEGMENT_AGE_MS = 24 * 60 * 60 * 1000;
/** What is logged is on disk after this time, ms. */
const SYNC_MS = 1000;
/** While the disk takes nothing it is tried again this often, ms: each try saves the emulator's state. */
const RETRY_MS = 5000;

export interface LogSettings {
  readonly on: boolean;
  /** Sources of regular expressions: history-redact. */
  readonly redact: readonly string[];
  /** Bytes on disk that this pane's closed segments may take. */
  readonly diskLimit: number;
}

export const DEFAULT_LOG_SETTINGS: LogSettings = { on: true, redact: [], diskLimit: 64 * 1024 * 1024 };

/** The pane whose log this is. */
export interface LoggedPaneHost {
  /** The emulator now: before the output that is given next. */
  state(): SegmentStart;
  /** Its output so far ends in the middle of what is or may become a shell's report. */
  inReport(): boolean;
  /** `failure` is another than before. */
  changed(): void;
  /** A segment will not grow any more. */
  closed(): void;
}

/**
 * The log of a pane as it is written: its output exactly once, by offset, through daemons that
 * die and a disk that is full. It never throws: what goes wrong stops the log, is told as
 * `failure` and becomes a gap, and the pane does not notice.
 */
export class PaneLog {
  readonly #folder: string;
  readonly #host: LoggedPaneHost;
  readonly #filters: OutputFilters;
  #settings: LogSettings = { ...DEFAULT_LOG_SETTINGS, on: false };
  /** A pattern is none: rather nothing is logged than too much. */
  #refused = false;
  #segment: SegmentWriter | undefined;
  #nextNumber = 0;
  #begunAt = 0;
  #life = '';
  /** Output up to here has been given to the filters; it is logged but for what they hold. */
  #fed = 0;
  /** Logged up to here, and in the file up to there. */
  #end = 0;
  #safe = 0;
  #size = { cols: 0, rows: 0 };
  /** Why nothing has been logged since; becomes a record when it goes on. */
  #gap: { reason: GapReason; time: number; from: number | undefined } | undefined;
  /** Lines up to this one were printed while the log was off; what a segment begins with must not show them. */
  #hidden: number | undefined;
  #opened = false;
  #failure: string | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #syncTimer: NodeJS.Timeout | undefined;

  constructor(folder: string, host: LoggedPaneHost, nonce = '') {
    this.#folder = folder;
    this.#host = host;
    this.#filters = new OutputFilters(
      { output: (bytes, span) => this.#log(bytes, span), mark: (report) => this.#mark(report) },
      nonce,
    );
  }

  /** Why nothing is logged though it should be; undefined while all is well. */
  get failure(): string | undefined {
    return this.#failure;
  }

  set nonce(nonce: string) {
    this.#filters.nonce = nonce;
  }

  /**
   * Finds out where the log stopped.
   * @param life operation that started the program, whose output goes on at `offset`.
   */
  open(life: string, offset: number): void {
    this.#life = life;
    this.#opened = true;
    this.#fed = this.#end = this.#safe = offset;
    try {
      this.#resume(offset);
    } catch (error) {
      this.#gap = { reason: 'lost', time: Date.now(), from: undefined };
      this.#stop(error as Error);
    }
  }

  set(settings: LogSettings): void {
    const before = this.#settings;
    const wasOn = this.#on;
    this.#settings = settings;
    if (settings.redact.join('\n') !== before.redact.join('\n')) this.#redact(settings.redact);
    if (wasOn && !this.#on) this.#pause('log off');
    if (!wasOn && this.#on && this.#opened)
      this.#gap ??= { reason: 'log off', time: Date.now(), from: this.#end };
    if (!settings.on) this.#fail(undefined);
  }

  /** Output, before the emulator gets it. */
  output(bytes: Uint8Array, offset: number): void {
    if (!this.#on) return;
    const end = offset + bytes.length;
    if (end <= this.#fed) return;
    const fresh = offset < this.#fed ? bytes.subarray(this.#fed - offset) : bytes;
    const at = end - fresh.length;
    if (at > this.#fed) this.#jump(at);
    if (!this.#segment || this.#due) this.#begin(at, () => this.#host.state());
    // Without a segment it is still to be known where a report ends that had begun before.
    if (!this.#segment && this.#filters.outside) return;
    this.#fed = end;
    this.#filters.feed(fresh);
  }

  /** @param offset of the output that comes next. */
  resized(cols: number, rows: number, offset: number): void {
    if (!this.#segment || offset < this.#fed || (cols === this.#size.cols && rows === this.#size.rows))
      return;
    this.#filters.release();
    this.#size = { cols, rows };
    this.#append(FrameType.resize, encodeResize({ offset: this.#end, cols, rows }));
  }

  /** The screen has changed without output: the next output begins a segment, which says so. */
  renew(): void {
    this.#begunAt = 0;
  }

  /** Somebody typed so many bytes. */
  input(size: number): void {
    if (this.#segment) this.#append(FrameType.input, encodeInput(size));
  }

  /**
   * The pane's recovery is about to let the holder forget output: what is logged of that is given
   * to the system. `state`, which has been saved, is welcome as the start of a new segment.
   */
  checkpoint(state: () => SegmentStart): void {
    const segment = this.#segment;
    if (!segment) return;
    this.#flush();
    if (segment.bytes >= OCCASION_BYTES) this.#begin(this.#fed, state);
  }

  /** Readers find everything that is logged so far. */
  flush(): void {
    this.#flush();
  }

  dispose(): void {
    this.#filters.release();
    this.#flush();
    this.#close();
    clearTimeout(this.#retryTimer);
  }

  get #on(): boolean {
    return this.#settings.on && !this.#refused;
  }

  get #due(): boolean {
    const full = (this.#segment?.bytes ?? 0) >= SEGMENT_BYTES;
    return full || Date.now() - this.#begunAt >= SEGMENT_AGE_MS;
  }

  #resume(offset: number): void {
    const files = segmentFiles(this.#folder).reverse();
    this.#nextNumber = (files[0]?.number ?? -1) + 1;
    for (const file of files) {
      const tail = segmentEnd(file);
      const { life, end, size, begun, stopped, time, hidden } = tail;
      // Nothing is left of it: the one before says where the log ended.
      if (time === 0) continue;
      this.#hidden = hidden;
      if (life !== undefined && life !== this.#life) return;
      if (stopped) this.#gap = { reason: stopped, time, from: end };
      else if (end < offset) this.#gap = { reason: 'lost', time, from: end };
      if (this.#gap) return;
      this.#fed = this.#end = this.#safe = end;
      if (file !== files[0] || file.packed) return;
      this.#segment = SegmentWriter.reopen(file, tail);
      this.#begunAt = begun;
      this.#size = size;
      return;
    }
  }

  /** Output is missing: the holder had to let it go. */
  #jump(offset: number): void {
    this.#filters.release();
    if (this.#segment) this.#pause('lost');
    this.#filters.reset(false);
    this.#fed = offset;
  }

  #begin(offset: number, state: () => SegmentStart): void {
    if (this.#retryTimer) return;
    if (!this.#segment && this.#filters.outside) this.#filters.reset(this.#host.inReport());
    // What is held back would be in the new segment's state, and once more behind it.
    if (!this.#filters.empty) return;
    try {
      const start = state();
      // After a restart the emulator may be behind what is logged.
      if (start.offset !== offset) {
        if (!this.#segment) this.#gap ??= { reason: 'lost', time: Date.now(), from: this.#end };
        return;
      }
      this.#flush();
      const now = Date.now();
      makeLogFolder(this.#folder);
      const segment = SegmentWriter.create(this.#folder, this.#nextNumber, now, this.#redacted(start));
      this.#close();
      this.#segment = segment;
      this.#nextNumber++;
      this.#begunAt = now;
      this.#size = { cols: start.cols, rows: start.rows };
      this.#fed = this.#end = this.#safe = offset;
      this.#fail(undefined);
      this.#tellGap(now, offset);
      this.#trim();
    } catch (error) {
      this.#stop(error as Error);
    }
  }

  /** The start without what must not be seen in it. */
  #redacted(start: SegmentStart): SegmentStart {
    const { patterns } = this.#filters;
    const wasOff = this.#gap?.reason === 'log off';
    const to = wasOff ? Number.POSITIVE_INFINITY : this.#hidden;
    if (patterns.length === 0 && to === undefined) return start;
    const hide = to === undefined ? undefined : { lines: start.lines, to };
    const { state, last } = redactState(start.state, start, patterns, hide);
    // Rows of the screen can still be moved down by as many as it has.
    if (wasOff) this.#hidden = last + start.rows;
    return { ...start, state, ...(this.#hidden !== undefined && { hidden: this.#hidden }) };
  }

  #tellGap(until: number, to: number): void {
    const gap = this.#gap;
    this.#gap = undefined;
    if (!gap) return;
    const { reason, time, from } = gap;
    const bytes = encodeGap({ reason, until, from, to });
    this.#segment?.append(FrameType.gap, time, [bytes]);
    this.#soon();
  }

  #log(bytes: Uint8Array, span: number): void {
    const segment = this.#segment;
    const offset = this.#end;
    this.#end += span;
    if (!segment) return;
    try {
      segment.output(Date.now(), offset, span, bytes);
    } catch (error) {
      this.#stop(error as Error);
      return;
    }
    this.#soon();
  }

  #mark(report: LoggedReport): void {
    this.#append(FrameType.mark, encodeMark({ offset: this.#end, report }));
  }

  #append(type: number, payload: Uint8Array): void {
    try {
      this.#segment?.append(type, Date.now(), [payload]);
      this.#soon();
    } catch (error) {
      this.#stop(error as Error);
    }
  }

  #soon(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      try {
        this.#segment?.sync((error) => this.#stop(error));
        this.#safe = this.#end;
      } catch (error) {
        this.#stop(error as Error);
      }
    }, SYNC_MS);
  }

  #flush(): void {
    try {
      this.#segment?.flush();
      this.#safe = this.#end;
    } catch (error) {
      this.#stop(error as Error);
    }
  }

  /** The log stops on purpose, and says so as its last word. */
  #pause(reason: GapReason): void {
    this.#filters.release();
    const [time, from] = [Date.now(), this.#end];
    const gap = { reason, until: undefined, from, to: undefined };
    this.#append(FrameType.gap, encodeGap(gap));
    this.#flush();
    this.#close();
    this.#gap ??= { reason, time, from };
  }

  /** The disk refused: what is in the file stays, what was not yet there is lost. */
  #stop(error: Error): void {
    this.#filters.reset(false);
    this.#close();
    this.#gap ??= { reason: 'disk full', time: Date.now(), from: this.#safe };
    this.#retryTimer ??= setTimeout(() => this.#retry(), RETRY_MS);
    this.#fail(error.message);
  }

  #retry(): void {
    this.#retryTimer = undefined;
    if (this.#segment || !this.#on) return;
    const start = this.#host.state();
    this.#begin(start.offset, () => start);
  }

  #fail(failure: string | undefined): void {
    if (failure === this.#failure) return;
    this.#failure = failure;
    this.#host.changed();
  }

  #close(): void {
    clearTimeout(this.#syncTimer);
    this.#syncTimer = undefined;
    if (!this.#segment) return;
    this.#segment.close();
    this.#segment = undefined;
    this.#host.closed();
  }

  #redact(sources: readonly string[]): void {
    this.#refused = false;
    try {
      this.#filters.redact(sources);
      this.#fail(undefined);
    } catch (error) {
      this.#refused = true;
      this.#fail(`history-redact: ${(error as Error).message}`);
    }
  }

  /** The oldest segments go when all together are too large. */
  #trim(): void {
    let bytes = 0;
    for (const { path } of segmentFiles(this.#folder).reverse()) {
      bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (bytes > this.#settings.diskLimit) rmSync(path, { force: true });
    }
  }
}
