import type { Emulator } from '../../term/emulator/emulator.ts';
import { captureRows } from './capture.ts';
import type { HistoryFile } from './history-file.ts';
import type { Tail } from './output-tail.ts';
import { PaneSnapshot } from './pane-snapshot.ts';

/** Ends any sequence, leaves the alternate screen, and takes margins and origin mode off. */
const TO_TEXT = Buffer.from('\x18\x1b[?1049l\x1b[?6l\x1b[r\x1b[0m');
/** Erases up to the last cell: what is erased from the first one on goes to the history, and would be there twice. */
const CLEAR = Buffer.from('\x1b[9999;9999H\x1b[1J\x1b[H');

/** What an earlier program printed after its last checkpoint; queries in it were answered at the time. */
export function replayTail(emulator: Emulator, tail: Tail): void {
  for (const record of tail.records) {
    if ('bytes' in record) emulator.write(record.bytes);
    else emulator.resize(record.cols, record.rows);
  }
  emulator.takeAnswers();
}

/**
 * Another program begins, and what the earlier one had on the screen stays there as text,
 * above a line of ours in a style of its own. The text is written anew into an emulator
 * that was reset: modes, margins, colours, tabs and titles of the earlier program, which a
 * soft reset would leave to chance, are gone with it.
 * @param line printable text
 */
export function startBelow(emulator: Emulator, history: HistoryFile, line: string): void {
  emulator.write(TO_TEXT);
  const text = captureRows(new PaneSnapshot(emulator, history, false), { escapes: true, join: true });
  emulator.write(CLEAR);
  emulator.startAnew();
  const kept = text.trimEnd().replaceAll('\n', '\r\n');
  const above = kept === '' ? '' : `${kept}\x1b[0m\r\n`;
  emulator.write(Buffer.from(`${above}\x1b[0;2;7m ${line} \x1b[0m\r\n`));
}
