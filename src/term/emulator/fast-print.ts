import { asciiProperties } from './width.ts';
import { Bg, Cell, Content, type RawCore } from './xterm-internals.ts';

const FIRST = 0x20;
const LAST = 0x7e;

/**
 * Prints the common case, ASCII that fits into its row in plain modes, in one tight
 * loop: most of a log's bytes pass here, and the emulator's own handler looks up
 * charset, width and joining for each of them. Everything else is left to that.
 */
export function printFast(core: RawCore): void {
  const handler = core._inputHandler;
  const { _parser: parser } = handler;
  const print = handler.print.bind(handler);
  parser.setPrintHandler((data, start, end) => {
    const buffer = core._bufferService.buffer;
    const { x } = buffer;
    const count = end - start;
    const attributes = handler._curAttrData;
    if (
      x + count > core.cols ||
      attributes.bg & Bg.extended ||
      core._charsetService.charset ||
      core.coreService.modes.insertMode ||
      // A character that joins the next one to it is none of the common ones.
      parser.precedingJoinState > asciiProperties
    ) {
      print(data, start, end);
      return;
    }
    const line = buffer.lines.get(buffer.ybase + buffer.y);
    if (!line) return;
    const cells = line._data;
    let at = x * Cell.size;
    // Half of a wide character would be left over on either side.
    const before = x > 0 ? (cells[at - Cell.size] as number) >> Content.widthShift : 1;
    const after = x + count < core.cols ? (cells[at + count * Cell.size] as number) >> Content.widthShift : 1;
    if (before === 2 || after === 0) {
      print(data, start, end);
      return;
    }
    const { fg, bg } = attributes;
    for (let i = start; i < end; i++) {
      const code = data[i] as number;
      if (code < FIRST || code > LAST) {
        buffer.x = at / Cell.size;
        parser.precedingJoinState = i > start ? asciiProperties : parser.precedingJoinState;
        print(data, i, end);
        return;
      }
      cells[at] = code | ONE_CELL;
      cells[at + Cell.fg] = fg;
      cells[at + Cell.bg] = bg;
      at += Cell.size;
    }
    buffer.x = x + count;
    parser.precedingJoinState = asciiProperties;
  });
}

const ONE_CELL = 1 << Content.widthShift;
