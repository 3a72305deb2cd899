import { Emulator } from '../term/emulator/emulator.ts';
import type { HistoryLine } from '../term/emulator/history-line.ts';
import { Cell, Content, type RawBuffer, type RawLine } from '../term/emulator/xterm-internals.ts';
import { decodeRow, RowWriter } from '../term/row-codec.ts';
import { matchesIn, redactText } from './redactor.ts';

/**
 * A segment begins with what the emulator knows, and that has seen everything. So the state
 * is taken up by another emulator, what the patterns match in its lines is overwritten there,
 * and that one's state is logged. It costs some ms for each segment, and only while there are
 * patterns; a second emulator that is fed with the redacted output would double the work of
 * every byte.
 */
export function redactState(
  parts: readonly Uint8Array[],
  size: { cols: number; rows: number },
  patterns: readonly RegExp[],
  hide?: HiddenLines,
): { state: Uint8Array[]; last: number } {
  const emulator = new Emulator({ ...size, sink: { append: () => {}, clear: () => {} }, version: '' });
  try {
    emulator.restoreState(Buffer.concat(parts));
    const { core } = emulator.xterm;
    const { normal, alt } = core._bufferService.buffers;
    const all = hide ? [...patterns, ANYTHING] : patterns;
    let line = (hide?.lines ?? 0) - 1;
    const patternsOf = (): readonly RegExp[] => (hide && ++line > hide.to ? patterns : all);
    const redacted = (text: string): string => redactText(text, all);
    const open = redactRows(normal, emulator.history.open, patternsOf, redacted);
    emulator.history.clear();
    emulator.history.restore(open);
    // As long as the normal screen has hidden lines, nobody knows since when the other one is what it is.
    redactRows(alt, undefined, () => (hide && hide.lines > hide.to ? patterns : all), redacted);
    emulator.links.restore(emulator.links.entries().map(([id, uri]) => [id, redacted(uri)]));
    const handler = core._inputHandler;
    handler._windowTitle = redacted(handler._windowTitle);
    handler._iconName = redacted(handler._iconName);
    handler._windowTitleStack = handler._windowTitleStack.map(redacted);
    handler._iconNameStack = handler._iconNameStack.map(redacted);
    for (const { _active } of [handler._parser._oscParser, handler._parser._dcsParser])
      for (const string of _active) string._data = redacted(string._data);
    return { state: emulator.saveState(), last: line };
  } finally {
    emulator.dispose();
  }
}

/** Lines of which nothing is to be seen, up to number `to`, when the first one of the state has the number `lines`; and no title or address. */
export interface HiddenLines {
  readonly lines: number;
  readonly to: number;
}

const ANYTHING = /\S+/gu;

/** A character of a line, and where it can be overwritten: in the row, or in the part that has left the screen. */
interface Place {
  readonly row: RawLine | undefined;
  readonly column: number;
}

/** Overwrites in place, line by line, and returns the part of the first line that has left the screen. */
function redactRows(
  { lines }: RawBuffer,
  open: HistoryLine | undefined,
  patternsOfLine: () => readonly RegExp[],
  redacted: (text: string) => string,
): HistoryLine | undefined {
  const gone = open && decodeRow(open.bytes, open.cells).cells.map((cell) => ({ ...cell }));
  let patterns = patternsOfLine();
  let text = '';
  let places: Place[] = [];
  const take = (characters: string, place: Place): void => {
    for (let i = 0; i < characters.length; i++) places.push(place);
    text += characters;
  };
  const endLine = (): void => {
    for (const [from, to] of matchesIn(text, patterns))
      for (const { row, column } of new Set(places.slice(from, to))) {
        if (row) overwrite(row, column);
        else if (gone?.[column]) {
          const [cell, half] = [gone[column], gone[column + 1]];
          if (cell.width === 2 && half) Object.assign(half, { text: '*', width: 1 });
          Object.assign(cell, { text: '*', width: 1 });
        }
      }
    text = '';
    places = [];
  };
  const nextLine = (): void => {
    endLine();
    patterns = patternsOfLine();
  };
  for (const [column, cell] of gone?.entries() ?? [])
    if (cell.width !== 0) take(cell.text, { row: undefined, column });
  for (let y = 0; y < lines.length; y++) {
    const row = lines.get(y);
    if (!row) continue;
    if (!row.isWrapped && (y > 0 || gone)) nextLine();
    if (patterns.length === 0) continue;
    for (let column = 0; column < row.length; column++) {
      const content = row._data[column * Cell.size] as number;
      if (content >> Content.widthShift === 0) continue;
      const code = content & Content.codePoint;
      const characters =
        content & Content.combined ? row._combined[column] : String.fromCodePoint(code || 32);
      take(characters ?? ' ', { row, column });
    }
  }
  endLine();
  if (!open || !gone) return undefined;
  const writer = new RowWriter();
  writer.beginRow(false);
  for (const { text, width, style } of gone)
    if (width !== 0) writer.run([text], [width], { ...style, link: redacted(style.link) });
  writer.endRow();
  return { cells: open.cells, wide: gone.some(({ width }) => width === 2), bytes: writer.take() };
}

const ASTERISK = (1 << Content.widthShift) | 0x2a;

function overwrite(row: RawLine, column: number): void {
  const at = column * Cell.size;
  const wide = (row._data[at] as number) >> Content.widthShift === 2;
  row._data[at] = ASTERISK;
  delete row._combined[column];
  if (wide && column + 1 < row.length) row._data[at + Cell.size] = ASTERISK;
}
