import type { ByteReader, ByteWriter } from './byte-stream.ts';
import { Bg, Cell, Content, type RawBuffer, type RawExtended, type RawLine } from './xterm-internals.ts';

/**
 * The emulator's rows as they are inside, for checkpoints. `RowWriter` would not
 * do: what has been erased and what was written as a space, protected cells and
 * left-over bits look alike on a screen, and reflow and later erasing tell them apart.
 *
 * Line: varint (columns written << 1 | wrapped), varint length in columns | runs of equal
 * attributes. Run: varint cells, fg, bg (and ext, link where bg says so) | cells. Cell: one
 * byte of `CellCode`, or ASCII. Rows of the alternate screen keep the columns that a narrower
 * size hides.
 */
const CellCode = { empty: 0, other: 1, cluster: 2 } as const;

const ONE_CELL = 1 << Content.widthShift;
const EMPTY = ONE_CELL;

export function writeLine(writer: ByteWriter, line: RawLine): void {
  const data = line._data;
  const written = writtenColumns(line);
  writer.varint((written << 1) | (line.isWrapped ? 1 : 0));
  writer.varint(line.length);
  for (let x = 0; x < written; ) {
    const at = x * Cell.size;
    const fg = data[at + Cell.fg] as number;
    const bg = data[at + Cell.bg] as number;
    const extended = bg & Bg.extended ? line._extendedAttrs[x] : undefined;
    let end = x + 1;
    for (; end < written; end++) {
      const next = end * Cell.size;
      if (data[next + Cell.fg] !== fg || data[next + Cell.bg] !== bg) break;
      if (bg & Bg.extended && line._extendedAttrs[end] !== extended) break;
    }
    writer.varint(end - x);
    writer.varint(fg);
    writer.varint(bg);
    if (bg & Bg.extended) {
      writer.varint(extended?._ext ?? 0);
      writer.varint(extended?._urlId ?? 0);
    }
    for (; x < end; x++) writeCell(writer, data[x * Cell.size] as number, line._combined[x]);
  }
}

/** Columns above this are no screen's: the bytes are damaged. */
const MAX_COLUMNS = 100_000;

/** @param buffer that makes the line. @param likeness makes an `extended` with these fields. */
export function readLine(
  reader: ByteReader,
  buffer: RawBuffer,
  likeness: (ext: number, link: number) => RawExtended,
): RawLine {
  const head = reader.varint();
  const written = head >>> 1;
  const line = buffer.getBlankLine(plainAttributes(likeness), (head & 1) !== 0);
  const length = reader.varint();
  if (written > length || length > MAX_COLUMNS) throw new RangeError('a saved row is too wide');
  if (length !== line.length) {
    line._data = new Uint32Array(length * Cell.size);
    for (let x = 0; x < length; x++) line._data[x * Cell.size] = EMPTY;
    line.length = length;
  }
  const data = line._data;
  for (let x = 0; x < written; ) {
    const end = x + reader.varint();
    if (end > written) throw new RangeError('a saved row is too wide');
    const fg = reader.varint();
    const bg = reader.varint();
    const extended = bg & Bg.extended ? likeness(reader.varint(), reader.varint()) : undefined;
    for (; x < end; x++) {
      const at = x * Cell.size;
      const code = reader.byte();
      if (code === CellCode.empty) data[at] = EMPTY;
      else if (code >= 0x20) data[at] = ONE_CELL | code;
      else {
        data[at] = reader.varint();
        if (code === CellCode.cluster) line._combined[x] = reader.text();
      }
      data[at + Cell.fg] = fg;
      data[at + Cell.bg] = bg;
      if (extended) line._extendedAttrs[x] = extended;
    }
  }
  return line;
}

function writeCell(writer: ByteWriter, content: number, cluster: string | undefined): void {
  if (content === EMPTY) writer.byte(CellCode.empty);
  else if (content >= (ONE_CELL | 0x20) && content <= (ONE_CELL | 0x7e)) writer.byte(content & 0x7f);
  else if (content & Content.combined) {
    writer.byte(CellCode.cluster);
    writer.varint(content);
    writer.text(cluster ?? '');
  } else {
    writer.byte(CellCode.other);
    writer.varint(content);
  }
}

/** Columns up to the last that differs from a blank one. */
function writtenColumns(line: RawLine): number {
  const data = line._data;
  for (let x = line.length - 1; x >= 0; x--) {
    const at = x * Cell.size;
    if (data[at] !== EMPTY || data[at + Cell.fg] !== 0 || data[at + Cell.bg] !== 0) return x + 1;
  }
  return 0;
}

function plainAttributes(likeness: (ext: number, link: number) => RawExtended): {
  fg: number;
  bg: number;
  extended: RawExtended;
} {
  return { fg: 0, bg: 0, extended: likeness(0, 0) };
}
