import { setImmediate as turn } from 'node:timers/promises';
import type { ArchivedStream } from '../../archive/archived-stream.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { Emulator } from '../../term/emulator/emulator.ts';
import type { HistoryFile } from './history-file.ts';
import { rowsOf, type SnapshotRow } from './line-layout.ts';
import type { CaptureOptions } from './pane-engine.ts';
import { PaneSnapshot } from './pane-snapshot.ts';
import { RowPrinter } from './row-printer.ts';
import { SgrWriter } from './sgr-writer.ts';
import type { TextSink } from './text-sink.ts';

/** Opens what is older than the history. @param before number of the history's oldest line. */
export type OpenStream = (before: number, generation: number) => ArchivedStream;

/** What is captured of a pane. */
export interface CaptureSource {
  readonly emulator: Emulator;
  readonly history: HistoryFile;
  readonly openStream?: OpenStream | undefined;
}

/** Rows from the first to the last one, counted from the top of the screen. */
interface Range {
  /** -Infinity: all that there is. */
  readonly from: number;
  readonly to: number;
}

/**
 * capture-pane as tmux(1) defines it, each row with a newline at its end. While the
 * alternate screen is shown, `alternate` means the screen that it hides.
 *
 * The oldest rows come first and are not kept: of a log of any size, no more is in memory
 * than what is being read of it. Others of this thread have their turn every few ms; what
 * the pane prints meanwhile is not captured.
 * @throws ZmxError when there is no alternate screen; what the sink throws.
 */
export async function capture(source: CaptureSource, options: CaptureOptions, sink: TextSink): Promise<void> {
  const { emulator, history } = source;
  if (options.alternate && !emulator.alternate) throw new ZmxError('ENOENT', 'no alternate screen');
  const hold = history.hold();
  try {
    const snapshot = options.alternate
      ? PaneSnapshot.ofHiddenScreen(emulator, history)
      : new PaneSnapshot(emulator, history);
    const printer = new RowPrinter(options);
    const text = options.alternate
      ? printRows(snapshot, rangeOf(options, snapshot), printer)
      : printAll(source, snapshot, rangeOf(options, snapshot), printer);
    for await (const _ of text) {
      const bytes = printer.take();
      if (bytes.length > 0) sink.write(options.octal ? inOctal(bytes) : bytes);
      await turn();
    }
  } finally {
    hold.dispose();
  }
}

function rangeOf({ start, end }: CaptureOptions, { rows }: PaneSnapshot): Range {
  const last = rows - 1;
  const from = start === '-' ? Number.NEGATIVE_INFINITY : Math.min(last, start ?? 0);
  const to = end === '-' ? last : Math.min(last, end ?? last);
  return { from: Math.min(from, to), to: Math.max(from, to) };
}

/** Rows of the log, as far as they are asked for, before those of the snapshot. Yields whenever something may be printed. */
async function* printAll(
  { history, openStream }: CaptureSource,
  snapshot: PaneSnapshot,
  range: Range,
  printer: RowPrinter,
): AsyncGenerator<void> {
  const top = -snapshot.historyRows;
  const stream = range.from < top ? openStream?.(history.first, history.generation) : undefined;
  if (!stream) {
    yield* printRows(snapshot, range, printer);
    return;
  }
  let first = 0;
  // Without need no rows are counted: that would replay everything once more.
  if (Number.isFinite(range.from) || range.to < top) {
    const counted = await countBack(stream, snapshot.cols, top - range.from);
    first = counted.first;
    const oldest = top - counted.rows;
    const from = Math.max(oldest, range.from);
    printer.range(from - oldest, Math.max(oldest, range.to) - from + 1);
  }
  for await (const _ of stream.read(first, ({ bytes, cells }) => printer.line(bytes, cells, snapshot.cols))) {
    yield;
    if (printer.done) break;
  }
  if (range.to < top) printer.finish();
  else yield* printRows(snapshot, { from: top, to: range.to }, printer);
  yield;
}

/** Of the snapshot alone; what is asked for beyond it is its oldest row. */
function* printRows(snapshot: PaneSnapshot, range: Range, printer: RowPrinter): Generator<void> {
  const top = -snapshot.historyRows;
  const from = Math.max(top, range.from);
  yield* snapshot.print(printer, from - top, Math.max(top, range.to) - from + 1);
  printer.finish();
  yield;
}

/** The segment to begin with for at least so many rows at the end of the log, and how many there are from it on. */
async function countBack(
  stream: ArchivedStream,
  cols: number,
  wanted: number,
): Promise<{ first: number; rows: number }> {
  let rows = 0;
  let first = stream.segments;
  while (first > 0 && rows < wanted) rows += await rowsOfSegment(stream, --first, cols);
  return { first, rows };
}

/** Rows of segments at a width: whoever goes through a log part by part has each counted once. */
const counted = new Map<string, number>();
/** Of a log of 16 GiB. */
const COUNTS_KEPT = 4096;

async function rowsOfSegment(stream: ArchivedStream, index: number, cols: number): Promise<number> {
  const key = `${stream.name(index)} ${cols}`;
  const known = counted.get(key);
  if (known !== undefined) return known;
  let rows = 0;
  await stream.readOne(index, (line) => {
    rows += rowsOf(line, cols);
  });
  // Where there were none, its part has fallen to another segment.
  if (rows > 0) counted.set(key, rows);
  for (const oldest of counted.keys()) {
    if (counted.size <= COUNTS_KEPT) break;
    counted.delete(oldest);
  }
  return rows;
}

/** Backslashes and control characters as capture-pane -C shows them, but for newlines. */
function inOctal(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const escaped = text
    .replace(/\\/g, '\\\\')
    .replace(
      /[\x00-\x09\x0b-\x1f\x7f]/g,
      (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
    );
  return Buffer.from(escaped, 'latin1');
}

/** The rows that a capture of what copy mode shows reads. */
export interface CapturedRows {
  readonly historyRows: number;
  readonly length: number;
  row(number: number): SnapshotRow;
  wrapped(number: number): boolean;
}

/** The same of few rows that somebody else chose: what copy mode shows. */
export function captureRows(rows: CapturedRows, options: CaptureOptions): string {
  const last = rows.length - 1;
  const place = (line: number | '-' | undefined, far: number, near: number): number => {
    if (line === '-') return far;
    if (line === undefined) return near;
    return Math.min(last, Math.max(0, rows.historyRows + line));
  };
  const start = place(options.start, 0, rows.historyRows);
  const end = place(options.end, last, last);
  const trim = !options.join && !options.trailing;
  const sgr = options.escapes ? new SgrWriter() : undefined;
  let text = '';
  for (let i = Math.min(start, end); i <= Math.max(start, end); i++) {
    let line = '';
    for (const cell of rows.row(i).cells) {
      if (cell.width === 0) continue;
      line += sgr ? sgr.change(cell.style) + cell.text : cell.text;
    }
    text += trim ? line.replace(/ +$/, '') : line;
    if (!options.join || !rows.wrapped(i + 1)) text += '\n';
  }
  return text;
}
