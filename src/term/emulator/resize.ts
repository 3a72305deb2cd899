import { usedColumns, wrappedColumns } from './cell-reader.ts';
import type { RawBuffer, RawLine, XtermHandle } from './xterm-internals.ts';

/** The cursor as a place in the text: line of the buffer, counted without its wraps, and column of that line. */
interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/**
 * Resizes with reflow so that nothing is lost: the emulator alone drops what gets
 * beyond its scrollback unseen, cuts off the cursor's own line, or leaves the cursor
 * at another character of it.
 *
 * @param leave is given each row that no longer fits into `scrollback`, oldest first.
 */
export function resizeXterm(
  { terminal, core }: XtermHandle,
  size: { cols: number; rows: number; scrollback: number },
  leave: (row: RawLine, next: RawLine | undefined) => void,
): void {
  const { cols, rows, scrollback } = size;
  const { normal, active } = core._bufferService.buffers;
  const { rawOptions } = core.optionsService;
  const cursor = placeInText(normal);
  // A row becomes at most this many, each of which may leave a gap before a wide character.
  rawOptions.scrollback = normal.lines.length * Math.ceil(core.cols / (cols - 1)) + rows;
  terminal.resize(cols, rows);
  rawOptions.scrollback = scrollback;
  if (active === normal) putCursor(normal, cursor, rows, core._inputHandler._eraseAttrData());
  const excess = normal.lines.length - rows - scrollback;
  if (excess > 0) {
    for (let i = 0; i < excess; i++) leave(normal.lines.get(i) as RawLine, normal.lines.get(i + 1));
    normal.lines.trimStart(excess);
    normal.ybase -= excess;
    normal.ydisp -= excess;
    normal.savedY = Math.max(0, normal.savedY - excess);
  }
  normal.lines.maxLength = rows + scrollback;
}

function placeInText({ lines, ybase, x, y }: RawBuffer): TextPlace {
  let line = 0;
  let column = 0;
  for (let i = 1; i <= ybase + y; i++) {
    const row = lines.get(i);
    const above = lines.get(i - 1);
    if (row?.isWrapped && above) column += wrappedColumns(above, row);
    else {
      line++;
      column = 0;
    }
  }
  return { line, column: column + x };
}

function putCursor(
  buffer: RawBuffer,
  { line, column }: TextPlace,
  rows: number,
  blank: Parameters<RawBuffer['getBlankLine']>[0],
): void {
  const { lines } = buffer;
  let at = 0;
  for (let left = line; left > 0 && at < lines.length - 1; ) if (!lines.get(++at)?.isWrapped) left--;
  let x = column;
  for (;;) {
    const row = lines.get(at) as RawLine;
    // The ring has left-over rows beyond its end.
    const next = at + 1 < lines.length ? lines.get(at + 1) : undefined;
    const columns = next?.isWrapped ? wrappedColumns(row, next) : row.length;
    if (x < columns || !next?.isWrapped) {
      x = Math.min(x, row.length);
      break;
    }
    x -= columns;
    at++;
  }
  // Where the cursor's row is out of the screen, blank rows at the bottom go, or come.
  for (; at < buffer.ybase && usedColumns(lines.get(lines.length - 1) as RawLine) === 0; buffer.ybase--)
    lines.length--;
  for (; at >= buffer.ybase + rows; buffer.ybase++) lines.push(buffer.getBlankLine(blank));
  buffer.ydisp = buffer.ybase;
  buffer.x = x;
  buffer.y = Math.max(0, at - buffer.ybase);
}
