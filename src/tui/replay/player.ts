import { hasFailed, type LoggedCommand } from '../../archive/commands.ts';
import type { LogRecord } from '../../archive/records.ts';

/** What is played: a pane's past, or a part of it. */
export interface Recording {
  /** ms since 1970 of its first and last record. */
  readonly from: number;
  readonly to: number;
  readonly commands: readonly LoggedCommand[];
  /** Records from the last start at or before `time` on; the first is a start. */
  records(time: number): Iterable<LogRecord>;
}

/** What shows the records that are played. */
export interface Stage {
  /** Takes a record that follows the one before. */
  take(record: LogRecord): void;
  /** The next record does not follow the one before: it is a start. */
  jumped(): void;
}

const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8, 16, 32];
/** A pause of the recording is played no longer than this, ms: nobody watches a shell wait for an hour. */
const LONGEST_PAUSE_MS = 2000;

/**
 * Where a replay is, and how it moves on. It knows no clock and no terminal: `advance` is
 * told how much time has passed, so that it is the same in a test, at any speed.
 */
export class Player {
  readonly #recording: Recording;
  readonly #stage: Stage;
  #records: Iterator<LogRecord> = [][Symbol.iterator]();
  #next: LogRecord | undefined;
  #position: number;
  #playing = true;
  #speed = SPEEDS.indexOf(1);

  constructor(recording: Recording, stage: Stage) {
    this.#recording = recording;
    this.#stage = stage;
    this.#position = recording.from;
    this.seek(recording.from);
  }

  /** ms since 1970. */
  get position(): number {
    return this.#position;
  }

  get playing(): boolean {
    return this.#playing;
  }

  get speed(): number {
    return SPEEDS[this.#speed] as number;
  }

  get atEnd(): boolean {
    return this.#position >= this.#recording.to;
  }

  /** ms until the next record at the present speed; 0 when there is nothing to wait for. */
  get untilNext(): number {
    if (!this.#playing || !this.#next) return 0;
    return Math.min(LONGEST_PAUSE_MS, Math.max(0, this.#next.time - this.#position)) / this.speed;
  }

  /** Time has passed, in ms of the one who watches. */
  advance(elapsedMs: number): void {
    if (!this.#playing) return;
    let position = this.#position + elapsedMs * this.speed;
    if (this.#next && this.#next.time - this.#position > LONGEST_PAUSE_MS)
      position += this.#next.time - this.#position - LONGEST_PAUSE_MS;
    this.#goOn(Math.min(position, this.#recording.to));
    if (this.atEnd) this.#playing = false;
  }

  /** Starts and stops; at the end it starts from the beginning. */
  toggle(): void {
    if (!this.#playing && this.atEnd) this.seek(this.#recording.from);
    this.#playing = !this.#playing;
  }

  faster(): void {
    this.#speed = Math.min(SPEEDS.length - 1, this.#speed + 1);
  }

  slower(): void {
    this.#speed = Math.max(0, this.#speed - 1);
  }

  /** Shows the pane as it was at `time`. */
  seek(time: number): void {
    const { from, to } = this.#recording;
    const wanted = Math.min(to, Math.max(from, time));
    this.#records = this.#recording.records(wanted)[Symbol.iterator]();
    this.#stage.jumped();
    this.#read();
    this.#goOn(wanted);
  }

  /** The next record that shows something, stopped. */
  step(): void {
    this.#playing = false;
    if (this.#next) this.#goOn(this.#next.time);
  }

  /** The start of the next or previous command, or of one that failed; returns whether there is one. */
  jump(direction: 'next' | 'previous', failed: boolean): boolean {
    const wanted = this.#recording.commands.filter((command) => !failed || hasFailed(command));
    // Just behind a command's start, "previous" means the one before it.
    const found =
      direction === 'next'
        ? wanted.find(({ started }) => started > this.#position)
        : wanted.findLast(({ started }) => started < this.#position);
    if (found) this.seek(found.started);
    return found !== undefined;
  }

  #goOn(position: number): void {
    this.#position = position;
    while (this.#next && this.#next.time <= position) {
      this.#stage.take(this.#next);
      this.#read();
    }
  }

  #read(): void {
    const { done, value } = this.#records.next();
    this.#next = done ? undefined : value;
  }
}
