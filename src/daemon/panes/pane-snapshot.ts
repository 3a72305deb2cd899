import type { ArchivedLines } from '../../archive/archived-lines.ts';
import { ZmxError } from '../../protocol/errors.ts';
import { feedCells, usedColumns } from '../../term/emulator/cell-reader.ts';
import type { Emulator } from '../../term/emulator/emulator.ts';
import type { HistoryLine } from '../../term/emulator/history-line.ts';
import type { RawBuffer } from '../../term/emulator/xterm-internals.ts';
import { decodeRow } from '../../term/row-codec.ts';
import { rowText } from '../../term/row-text.ts';
import { RowWriter } from '../../term/row-writer.ts';
import type { HistoryFile } from './history-file.ts';
import { layOut, rowsOfPacked, type SnapshotRow } from './line-layout.ts';
import type { RowPrinter } from './row-printer.ts';

interface LiveRow {
  readonly bytes: Uint8Array;
  readonly cells: number;
  readonly wrapped: boolean;
}

/** Lines laid out lately: a reader goes through neighbours. */
const CACHED_LINES = 256;
/** So many are printed before others have their turn. */
const LINES_PRINTED = 512;

/**
 * A pane at one moment, as rows at its width: the history from its oldest line on,
 * then the screen. Lines on disk are only looked up when they are asked for; where
 * the history has been cleared since, they are blank.
 */
export class PaneSnapshot {
  readonly cols: number;
  /** Of the screen. */
  readonly rows: number;
  readonly #history: HistoryFile;
  readonly #generation: number;
  #firstLine: number;
  /** For each line on disk, the number of its first row; and one past the last row. */
  #starts: Uint32Array;
  /** Lines before the history's, from the log, as far as they have been asked for. */
  readonly #openArchive: OpenArchive | undefined;
  #archive: ArchivedLines | undefined;
  /** Live rows before the screen. */
  readonly #liveHistory: number;
  /** What has left the live screen and may still go on, the live scrollback, the screen. */
  readonly #live: readonly LiveRow[];
  readonly #lines = new Map<number, SnapshotRow[]>();

  /** The normal screen while the alternate one is shown, without history, as capture-pane -a has it. */
  static ofHiddenScreen(emulator: Emulator, history: HistoryFile): PaneSnapshot {
    return new PaneSnapshot(emulator, history, true);
  }

  /** @param openArchive for what is older than the history. */
  constructor(emulator: Emulator, history: HistoryFile, hiddenScreen = false, openArchive?: OpenArchive) {
    this.cols = emulator.cols;
    this.rows = emulator.rows;
    this.#history = history;
    this.#generation = history.generation;
    this.#firstLine = history.first;
    const { normalBuffer: normal, buffer } = emulator;
    const live: LiveRow[] = [];
    this.#starts = hiddenScreen ? new Uint32Array(1) : layOutHistory(history, this.cols);
    if (!hiddenScreen) {
      live.push(...openLine(emulator, this.cols));
      readRows(emulator, normal, 0, normal.ybase, live);
    }
    this.#openArchive = openArchive;
    this.#liveHistory = live.length;
    const screen = hiddenScreen ? normal : buffer;
    readRows(emulator, screen, screen.ybase, this.rows, live);
    this.#live = live;
  }

  /** Rows before the screen. */
  get historyRows(): number {
    return this.#spilledRows + this.#liveHistory;
  }

  /**
   * Takes up lines that are older than the history, a segment of the log at a time.
   * @returns how many rows there are now before those that were there; 0: nothing is older.
   */
  async reachOlder(): Promise<number> {
    this.#archive ??= this.#openArchive?.(this.#firstLine, this.#generation);
    const archive = this.#archive;
    const added = (await archive?.load()) ?? 0;
    if (!archive || added === 0) return 0;
    const starts = new Uint32Array(added + this.#starts.length);
    let row = 0;
    let index = 0;
    for (const packed of archive.cells()) {
      if (index === added) break;
      starts[index] = row;
      row += rowsOfPacked(packed, this.cols, () => archive.line(archive.count - 1 - index));
      index++;
    }
    for (let i = 0; i < this.#starts.length; i++) starts[added + i] = row + (this.#starts[i] as number);
    this.#starts = starts;
    this.#firstLine -= added;
    this.#lines.clear();
    return row;
  }

  /** All rows, history and screen. */
  get length(): number {
    return this.#spilledRows + this.#live.length;
  }

  /** The row with this number: 0 is the oldest of the history, `historyRows` the first of the screen. */
  row(number: number): SnapshotRow {
    const live = this.#live[number - this.#spilledRows];
    if (live) return { cells: decodeRow(live.bytes, live.cells).cells, wrapped: live.wrapped };
    if (number < 0 || number >= this.#spilledRows) return blank;
    const index = lastAtMost(this.#starts, number);
    return this.#line(index)[number - (this.#starts[index] as number)] ?? blank;
  }

  /** The row continues the line of the row above. */
  wrapped(number: number): boolean {
    return this.#live[number - this.#spilledRows]?.wrapped ?? this.row(number).wrapped;
  }

  /** For whoever looks through many rows: loads what the line of this one is in; undefined: it can be read at once. */
  prepare(row: number): Promise<void> | undefined {
    const archived = this.#archive?.count ?? 0;
    if (row >= (this.#starts[archived] ?? 0)) return undefined;
    return this.#archive?.prepare(archived - 1 - lastAtMost(this.#starts, row));
  }

  /** First row of the line that has this row. */
  firstRowOf(row: number): number {
    if (row < this.#spilledRows) return this.#starts[lastAtMost(this.#starts, row)] ?? 0;
    let first = row;
    while (first > this.#spilledRows && this.wrapped(first)) first--;
    return first;
  }

  /** The row after the last one of the line that has this row. */
  rowAfter(row: number): number {
    if (row < this.#spilledRows) return this.#starts[lastAtMost(this.#starts, row) + 1] ?? this.#spilledRows;
    let next = row + 1;
    while (next < this.length && this.wrapped(next)) next++;
    return next;
  }

  /** Text of the line that has this row, as its cells have it. */
  textOf(row: number): string {
    if (row < this.#spilledRows) {
      const line = this.#lineAt(lastAtMost(this.#starts, row));
      return line ? rowText(line.bytes, line.cells) : '';
    }
    let text = '';
    for (let at = this.firstRowOf(row); at < this.rowAfter(row); at++) {
      const live = this.#live[at - this.#spilledRows];
      if (live) text += rowText(live.bytes, live.cells);
    }
    return text;
  }

  /**
   * Prints the rows from this one on, as far as the printer's range goes. Yields between
   * some 2 ms' worth, for others to have their turn.
   * @throws ZmxError when the history was cleared meanwhile.
   */
  *print(printer: RowPrinter, from: number, count: number): Generator<void> {
    const first = from < this.#spilledRows ? lastAtMost(this.#starts, from) : this.#starts.length - 1;
    const firstRow = this.#starts[first] ?? 0;
    const firstLive = Math.max(0, from - this.#spilledRows);
    printer.range(from - firstRow - firstLive, count);
    for (let index = first; index < this.#starts.length - 1 && !printer.done; index++) {
      const line = this.#lineAt(index);
      if (!line) throw new ZmxError('ECANCELED', 'the history was cleared while it was read: try again');
      printer.line(line.bytes, line.cells, this.cols);
      if (index % LINES_PRINTED === 0) yield;
    }
    for (const { bytes, cells, wrapped } of this.#live.slice(firstLive))
      if (!printer.done) printer.row(bytes, cells, wrapped);
  }

  /** Number of the line that begins with this row, counted since the history was last cleared. */
  lineOf(row: number): number {
    if (row < this.#spilledRows) return this.#firstLine + lastAtMost(this.#starts, row);
    let line = this.#firstLine + this.#starts.length - 1;
    for (let at = this.#spilledRows + 1; at <= row; at++) if (!this.wrapped(at)) line++;
    return line;
  }

  /** The first row of a line; the last row of all for one that does not exist yet. */
  rowOf(line: number): number {
    const index = line - this.#firstLine;
    if (index < 0) return 0;
    if (index < this.#starts.length - 1) return this.#starts[index] as number;
    let row = this.#spilledRows;
    for (let left = index - this.#starts.length + 1; left > 0 && row < this.length - 1; ) {
      row++;
      if (!this.wrapped(row)) left--;
    }
    return row;
  }

  get #spilledRows(): number {
    return this.#starts.at(-1) ?? 0;
  }

  #line(index: number): SnapshotRow[] {
    let rows = this.#lines.get(index);
    if (rows) return rows;
    const line = this.#lineAt(index);
    rows = line ? layOut(line, this.cols) : [];
    if (this.#lines.size >= CACHED_LINES) this.#lines.clear();
    this.#lines.set(index, rows);
    return rows;
  }

  /** undefined for one that has been cleared since. */
  #lineAt(index: number): HistoryLine | undefined {
    const archived = this.#archive?.count ?? 0;
    if (index < archived) return this.#archive?.line(archived - 1 - index);
    const number = this.#firstLine + index;
    const there = this.#history.generation === this.#generation && number >= this.#history.first;
    return there ? this.#history.line(number) : undefined;
  }
}

/** @param before number of the history's oldest line. */
export type OpenArchive = (before: number, generation: number) => ArchivedLines;

const blank: SnapshotRow = { cells: [], wrapped: false };

function layOutHistory(history: HistoryFile, cols: number): Uint32Array {
  const starts = new Uint32Array(history.end - history.first + 1);
  let row = 0;
  let index = 0;
  for (const packed of history.cells()) {
    starts[index] = row;
    row += rowsOfPacked(packed, cols, () => history.line(history.first + index));
    index++;
  }
  starts[index] = row;
  return starts;
}

function openLine(emulator: Emulator, cols: number): LiveRow[] {
  const { open } = emulator.history;
  if (!open) return [];
  const writer = new RowWriter();
  return layOut(open, cols).map(({ cells, wrapped }) => {
    writer.beginRow(wrapped);
    for (const { text, width, style } of cells) if (width !== 0) writer.run([text], [width], style);
    writer.endRow();
    return { bytes: writer.take(), cells: cells.length, wrapped };
  });
}

function readRows(emulator: Emulator, buffer: RawBuffer, from: number, count: number, into: LiveRow[]): void {
  const writer = new RowWriter();
  for (let i = from; i < from + count; i++) {
    const line = buffer.lines.get(i);
    if (!line) continue;
    const cells = Math.min(usedColumns(line), emulator.cols);
    writer.beginRow(line.isWrapped);
    feedCells(writer, line, cells, emulator.uris);
    writer.endRow();
    into.push({ bytes: writer.take(), cells, wrapped: line.isWrapped });
  }
}

/** Index of the last entry that is at most `value`, but for the end mark. */
function lastAtMost(starts: Uint32Array, value: number): number {
  let low = 0;
  let high = starts.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
