import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Cell, Row } from '../../src/term/row.ts';
import { decodeRow, encodeRow, RowFormatError, RowWriter } from '../../src/term/row-codec.ts';
import {
  Attribute,
  Colour,
  plainStyle,
  type Style,
  Underline,
  underlineShift,
} from '../../src/term/style.ts';

const colour = fc.oneof(
  fc.constant(Colour.default),
  fc.nat(15).map((n) => Colour.palette16 | n),
  fc.nat(255).map((n) => Colour.palette256 | n),
  fc.nat(0xffffff).map((n) => Colour.rgb | n),
);
const style: fc.Arbitrary<Style> = fc.oneof(
  fc.constant(plainStyle),
  fc.record(
    {
      fg: colour,
      bg: colour,
      ul: colour,
      flags: fc.nat(0x5ff),
      link: fc.constantFrom('', 'https://example.org/ä?b=1'),
    },
    { noNullPrototype: true },
  ),
);
const glyph = fc.constantFrom<[string, 1 | 2]>(
  [' ', 1],
  ['a', 1],
  ['~', 1],
  ['é', 1],
  ['e\u0301', 1],
  ['\u2500', 1],
  ['漢', 2],
  ['😀', 2],
  ['👨‍👩‍👧', 2],
  ['𝔸', 1],
);
const row: fc.Arbitrary<Row> = fc
  .tuple(fc.array(fc.tuple(fc.array(glyph, { maxLength: 12 }), style), { maxLength: 8 }), fc.boolean())
  .map(([runs, wrapped]) => {
    const cells: Cell[] = [];
    for (const [glyphs, look] of runs)
      for (const [text, width] of glyphs) {
        cells.push({ text, width, style: look });
        if (width === 2) cells.push({ text: '', width: 0, style: look });
      }
    return { cells, wrapped };
  });

test('a row survives the wire with every glyph and style', () => {
  fc.assert(
    fc.property(row, (original) => {
      assert.deepEqual(decodeRow(encodeRow(original), original.cells.length), original);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('the reader gives exactly the columns asked for', () => {
  const cells: Cell[] = [
    { text: 'a', width: 1, style: plainStyle },
    { text: '漢', width: 2, style: plainStyle },
    { text: '', width: 0, style: plainStyle },
  ];
  const bytes = encodeRow({ cells, wrapped: false });
  assert.deepEqual(
    decodeRow(bytes, 2).cells.map((cell) => cell.text),
    ['a', ' '],
  );
  assert.deepEqual(
    decodeRow(bytes, 5).cells.map((cell) => cell.text),
    ['a', '漢', '', ' ', ' '],
  );
});

test('blank and plain columns at the end cost nothing, coloured ones little', () => {
  const writer = new RowWriter();
  writer.beginRow(false);
  writer.blank(200);
  assert.equal(writer.endRow(), 1);
  writer.beginRow(true);
  writer.style({ ...plainStyle, bg: Colour.palette16 | 4 });
  writer.blank(200);
  assert.ok(writer.endRow() < 12);
});

test('control characters never come out of a row', () => {
  const writer = new RowWriter();
  writer.beginRow(false);
  writer.codePoint(0x1b, 1);
  writer.codePoint(0x9b, 1);
  writer.cluster('a\u001b', 1);
  writer.style({ ...plainStyle, link: 'x\u0007y' });
  writer.codePoint(0x62, 1);
  writer.endRow();
  const { cells } = decodeRow(writer.take(), 4);
  assert.deepEqual(
    cells.map((cell) => cell.text),
    ['\ufffd', '\ufffd', 'a\ufffd', 'b'],
  );
  assert.equal(cells[3]?.style.link, 'x\ufffdy');
});

test('bytes that are no row are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        assert.equal(decodeRow(bytes, 20).cells.length, 20);
      } catch (error) {
        assert.ok(error instanceof RowFormatError);
      }
    }),
    { seed: 2, numRuns: 500 },
  );
});

test('underline shapes and attributes keep their bits', () => {
  const flags = Attribute.bold | Attribute.overline | (Underline.curly << underlineShift);
  const look: Style = { ...plainStyle, flags, ul: Colour.rgb | 0xff0000 };
  const cell: Cell = { text: 'u', width: 1, style: look };
  assert.deepEqual(decodeRow(encodeRow({ cells: [cell], wrapped: false }), 1).cells[0]?.style, look);
});
