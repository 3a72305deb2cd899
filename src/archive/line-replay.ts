import { Emulator, LIVE_SCROLLBACK } from '../term/emulator/emulator.ts';
import type { HistoryLine } from '../term/emulator/history-line.ts';
import { RowWriter } from '../term/row-writer.ts';
import { plainStyle } from '../term/style.ts';
import type { GapRecord, LogRecord, StartRecord } from './records.ts';

/** A replay lets others go on after so much output: some 2 ms. */
const SLICE_BYTES = 64 * 1024;

export interface LineTaker {
  /** The bytes are lent: they change after the call. */
  line(line: HistoryLine): void;
  /** The lines so far were cleared; what follows is of the next generation. */
  cleared(): void;
}

/**
 * A segment's output through an emulator: what leaves its scrollback is what left the
 * pane's, and goes to a taker, oldest first, but for what was there already.
 */
export class LineReplay {
  readonly #records: Iterator<LogRecord>;
  readonly #taker: LineTaker;
  #until: number;
  #emulator: Emulator | undefined;
  #number = 0;
  #generation = 0;
  /** There was a gap: how many lines came before the end is not known. */
  #incomplete = false;

  /** @param until number of the first line that is not wanted. */
  constructor(records: Iterator<LogRecord>, until: number, taker: LineTaker) {
    this.#records = records;
    this.#until = until;
    this.#taker = taker;
  }

  /** Of the lines that are taken now. */
  get generation(): number {
    return this.#generation;
  }

  /** @throws Error where the segment's state is damaged or of another version. */
  run(): void {
    try {
      while (this.slice());
    } finally {
      this.dispose();
    }
  }

  async runInSlices(): Promise<void> {
    try {
      while (this.slice()) await new Promise((resolve) => setImmediate(resolve));
    } finally {
      this.dispose();
    }
  }

  /** Replays some 2 ms' worth. Returns whether there is more; then it is to be called again, or `dispose`. */
  slice(): boolean {
    for (let left = SLICE_BYTES; left > 0; ) {
      if (this.#number >= this.#until) return false;
      const next = this.#records.next();
      if (next.done) {
        // What was on the screen went to the history at once: a reset, or another program began.
        if (!this.#incomplete) this.#emulator?.reset();
        return false;
      }
      const record = next.value;
      if (record.kind === 'start') this.#begin(record);
      else if (record.kind === 'resize') this.#emulator?.resize(record.cols, record.rows);
      else if (record.kind === 'gap') this.#note(record);
      else if (record.kind === 'output') {
        this.#emulator?.write(record.bytes);
        left -= record.bytes.length;
      }
    }
    return true;
  }

  /** More lines are wanted after all: to be run again. */
  goOn(until: number): void {
    this.#until = until;
  }

  dispose(): void {
    this.#emulator?.dispose();
  }

  #begin({ cols, rows, scrollback = LIVE_SCROLLBACK, generation, lines, state }: StartRecord): void {
    this.#number = lines;
    this.#generation = generation;
    this.#emulator = new Emulator({
      cols,
      rows,
      scrollback,
      version: '',
      sink: {
        append: (line) => {
          if (this.#number++ < this.#until) this.#taker.line(line);
        },
        clear: () => {
          this.#generation++;
          this.#taker.cleared();
        },
      },
    });
    if (state) this.#emulator.restoreState(state);
  }

  #note({ reason }: GapRecord): void {
    this.#incomplete = true;
    const text = `[output is missing here: ${reason}]`;
    const writer = new RowWriter();
    writer.beginRow(false);
    for (const character of text) writer.run([character], [1], plainStyle);
    writer.endRow();
    this.#taker.line({ cells: text.length, wide: false, bytes: writer.take() });
  }
}
