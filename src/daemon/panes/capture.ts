import { ZmxError } from '../../protocol/errors.ts';
import type { Emulator } from '../../term/emulator/emulator.ts';
import type { HistoryFile } from './history-file.ts';
import type { SnapshotRow } from './line-layout.ts';
import type { CaptureOptions } from './pane-engine.ts';
import { PaneSnapshot } from './pane-snapshot.ts';
import { SgrWriter } from './sgr-writer.ts';

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
export function capture(emulator: Emulator, history: HistoryFile, options: CaptureOptions): string {
  if (!options.alternate) return captureRows(new PaneSnapshot(emulator, history), options);
  if (!emulator.alternate) throw new ZmxError('ENOENT', 'no alternate screen');
  return captureRows(PaneSnapshot.ofHiddenScreen(emulator, history), options);
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
