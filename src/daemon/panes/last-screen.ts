import type { Emulator } from '../../term/emulator/emulator.ts';
import type { Tail } from './output-tail.ts';

/** Above what vim, less or htop showed, which has no other place any more. */
const FULL_SCREEN = 'last full screen of the program that was running:';

/** What an earlier program printed after its last checkpoint; queries in it were answered at the time. */
export function replayTail(emulator: Emulator, tail: Tail): void {
  for (const record of tail.records) {
    if ('bytes' in record) emulator.write(record.bytes);
    else emulator.resize(record.cols, record.rows);
  }
  emulator.takeAnswers();
}

/**
 * Another program begins, and what the earlier one had on the screen stays there, above a
 * line of ours in a style of its own. The emulator is reset under it: modes, margins,
 * colours, tabs and titles of the earlier program are gone. The rows are not written anew
 * as text, which would part a line that began in the history from its rest.
 *
 * What was on the alternate screen follows the normal one, marked, where its program began:
 * it was the last that was seen, and after this there is no screen that it could be behind.
 * A later restore finds it among the other text, and once.
 * @param line printable text
 */
export function startBelow(emulator: Emulator, line: string): void {
  const fullScreen = emulator.startBelow();
  if (fullScreen.length > 0) {
    printMark(emulator, FULL_SCREEN);
    emulator.printRows(fullScreen);
  }
  printMark(emulator, line);
}

/** A line that no program of the pane has printed: dim and inverse. */
function printMark(emulator: Emulator, text: string): void {
  emulator.write(Buffer.from(`\x1b[0;2;7m ${text} \x1b[0m\r\n`));
}
