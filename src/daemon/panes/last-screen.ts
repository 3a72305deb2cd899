import type { Emulator } from '../../term/emulator/emulator.ts';
import { drawFormat } from '../../term/format-draw.ts';
import { Grid } from '../../term/grid.ts';
import { Colour } from '../../term/style.ts';
import type { Tail } from './output-tail.ts';
import { SgrWriter } from './sgr-writer.ts';

/**
 * CAN ends a sequence that has begun; then what could send the line elsewhere: origin mode and
 * margins (DECOM, DECSTBM), insert mode (IRM), other character sets (SI, SCS), attributes.
 */
const PLAIN_WRITING = '\x18\x1b[?6l\x1b[r\x1b[4l\x0f\x1b(B\x1b[0m';

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

/**
 * What `remain-on-exit-format` says of a program that has ended, in the last row, as tmux has it:
 * the screen scrolls up by one for it, also where there was room, and has no cursor.
 * @param format expanded, with `#[…]`
 */
export function showEnd(emulator: Emulator, format: string): void {
  const { cols, rows } = emulator;
  const grid = new Grid(cols, 1);
  drawFormat(grid, 0, 0, cols, format);
  const sgr = new SgrWriter();
  let text = '';
  let drawn = 0;
  for (let x = 0; x < cols; x++) {
    const style = grid.styleAt(x, 0);
    const cell = grid.textAt(x, 0);
    if (cell === '') continue;
    text += sgr.change(style) + cell;
    if (cell !== ' ' || style.flags !== 0 || style.bg !== Colour.default) drawn = text.length;
  }
  const line = `${PLAIN_WRITING}\x1b[${rows};1H\n${text.slice(0, drawn)}\x1b[0m\x1b[?25l`;
  emulator.write(Buffer.from(line));
}

/** A line that no program of the pane has printed: dim and inverse. */
function printMark(emulator: Emulator, text: string): void {
  emulator.write(Buffer.from(`\x1b[0;2;7m ${text} \x1b[0m\r\n`));
}
