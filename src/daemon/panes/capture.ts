import { ZmxError } from '../../protocol/errors.ts';
import type { Emulator } from '../../term/emulator/emulator.ts';
import type { HistoryFile } from './history-file.ts';
import type { SnapshotRow } from './line-layout.ts';
import type { CaptureOptions } from './pane-engine.ts';
import { type OpenArchive, PaneSnapshot } from './pane-snapshot.ts';
import { SgrWriter } from './sgr-writer.ts';

/** Of the log, beyond the history; a text of more would not be a message any more. */
const MOST_ROWS = 500_000;

/** The rows that a capture reads: of a snapshot, or of the screen behind the alternate one. */
export interface CapturedRows {
  readonly historyRows: number;
  readonly length: number;
  row(number: number): SnapshotRow;
  wrapped(number: number): boolean;
}

/**
 * capture-pane as tmux(1) defines it, each row with a newline at its end. While the
 * alternate screen is shown, `alternate` means the screen that it hides.
 * @throws ZmxError when there is no alternate screen.
 */
export async function capture(
  emulator: Emulator,
  history: HistoryFile,
  options: CaptureOptions,
  openArchive?: OpenArchive,
): Promise<string> {
  if (!options.alternate) {
    const snapshot = new PaneSnapshot(emulator, history, false, openArchive);
    const wanted = Math.max(
      rowsBefore(options.start),
      rowsBefore(options.end === '-' ? undefined : options.end),
    );
    while (snapshot.historyRows < wanted) if ((await snapshot.reachOlder()) === 0) break;
    return captureRows(snapshot, options);
  }
  if (!emulator.alternate) throw new ZmxError('ENOENT', 'no alternate screen');
  return captureRows(PaneSnapshot.ofHiddenScreen(emulator, history), options);
}

/** How many rows before the screen a line number asks for. */
function rowsBefore(line: number | '-' | undefined): number {
  return line === '-' ? MOST_ROWS : Math.min(MOST_ROWS, -(line ?? 0));
}

/** The same of rows that somebody else chose, e.g. what copy mode shows. */
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
