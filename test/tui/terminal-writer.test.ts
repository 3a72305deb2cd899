import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Grid } from '../../src/term/grid.ts';
import {
  Attribute,
  Colour,
  plainStyle,
  type Style,
  Underline,
  underlineShift,
} from '../../src/term/style.ts';
import { type Capabilities, fullCapabilities } from '../../src/tui/compositor/capabilities.ts';
import { type Cursor, TerminalWriter } from '../../src/tui/compositor/terminal-writer.ts';
import { ReferenceTerminal, textLines } from './reference-terminal.ts';

const COLS = 24;
const ROWS = 8;
const SEED = 20240607;
const DECODER = new TextDecoder();

const colour = fc.oneof(
  fc.constant(Colour.default),
  fc.integer({ min: 0, max: 15 }).map((value) => Colour.palette16 | value),
  fc.integer({ min: 0, max: 255 }).map((value) => Colour.palette256 | value),
  fc.integer({ min: 0, max: 0xffffff }).map((value) => Colour.rgb | value),
);

const style: fc.Arbitrary<Style> = fc.oneof(
  fc.constant(plainStyle),
  fc.record({
    fg: colour,
    bg: colour,
    ul: colour.filter((value) => value !== (Colour.rgb | 0xffffff)), // the reference terminal cannot tell it from none
    flags: fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: Underline.dashed }))
      .map(([bits, underline]) => bits | (underline << underlineShift)),
    link: fc.constantFrom('', '', '', 'https://example.org/a', 'file:///tmp/b;c'),
  }),
);

const glyph = fc.constantFrom(
  ...[' ', ' ', ' ', 'a', '~', 'é', '─', '漢', '한', 'e\u0301', 'x\u0302\u0323'].map((text) => ({
    text,
    width: (text === '漢' || text === '한' ? 2 : 1) as 1 | 2,
  })),
);

/** Changes that programs make: cells, runs of one cell, whole rows moved, everything erased. */
const change = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      x: fc.nat(COLS - 1),
      y: fc.nat(ROWS - 1),
      count: fc.integer({ min: 1, max: COLS }),
      glyph,
      style,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('scroll' as const),
      top: fc.nat(ROWS - 1),
      by: fc.integer({ min: -4, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), style }) },
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const cursor: fc.Arbitrary<Cursor> = fc.record({
  x: fc.nat(COLS - 1),
  y: fc.nat(ROWS - 1),
  visible: fc.boolean(),
  shape: fc.nat(6),
  colour: fc.constantFrom('', '#ff8800'),
});

const frames = fc.array(fc.record({ changes: fc.array(change, { maxLength: 8 }), cursor }), {
  minLength: 1,
  maxLength: 8,
});

function apply(grid: Grid, action: Change): void {
  if (action.kind === 'run') {
    for (let index = 0; index < action.count; index++)
      grid.put(
        action.x + index * action.glyph.width,
        action.y,
        action.glyph.text,
        action.glyph.width,
        action.style,
      );
    grid.touch(action.y);
  } else if (action.kind === 'clear') {
    for (let y = 0; y < ROWS; y++) {
      grid.fill(0, y, COLS, action.style);
      grid.touch(y);
    }
  } else {
    const rows = Array.from({ length: ROWS - action.top }, (_, index) => action.top + index);
    for (const y of action.by > 0 ? rows : rows.reverse()) {
      const from = y + action.by;
      if (from >= action.top && from < ROWS) grid.moveRow(from, y);
      grid.touch(y);
    }
  }
}

const variants: Record<string, Capabilities> = {
  everything: fullCapabilities,
  'no scroll region, no synchronised output': {
    ...fullCapabilities,
    scrollRegion: false,
    synchronized: false,
  },
  'no background erase': { ...fullCapabilities, backgroundErase: false },
};

for (const [name, capabilities] of Object.entries(variants))
  test(`the terminal shows exactly the grid that was drawn: ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(frames, async (steps) => {
        const terminal = new ReferenceTerminal(COLS, ROWS);
        const writer = new TerminalWriter(capabilities);
        const grid = new Grid(COLS, ROWS);
        try {
          for (const step of steps) {
            for (const action of step.changes) apply(grid, action);
            await terminal.write(writer.draw(grid, step.cursor));
            assert.deepEqual(terminal.lines(), textLines(grid));
            if (step.cursor.visible)
              assert.deepEqual(terminal.cursor(), { x: step.cursor.x, y: step.cursor.y });
            assert.equal(terminal.cursorVisible, step.cursor.visible);
            assert.equal(writer.draw(grid, step.cursor).length, 0, 'a second drawing has nothing to say');
          }
        } finally {
          terminal.dispose();
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

test('a terminal without features gets only what it understands', () => {
  const poor: Capabilities = {
    colours: '16',
    dim: false,
    italic: false,
    strike: false,
    overline: false,
    underlines: false,
    links: false,
    backgroundErase: false,
    scrollRegion: false,
    synchronized: false,
    cursorStyle: false,
  };
  const writer = new TerminalWriter(poor);
  const grid = new Grid(10, 2);
  grid.put(0, 0, 'x', 1, {
    fg: Colour.rgb | 0xfe0101,
    bg: Colour.palette256 | 21,
    ul: Colour.rgb | 0xffffff,
    flags:
      Attribute.bold |
      Attribute.dim |
      Attribute.italic |
      Attribute.strike |
      (Underline.curly << underlineShift),
    link: 'https://example.org',
  });
  const bytes = DECODER.decode(writer.draw(grid, { x: 1, y: 0, visible: true, shape: 2, colour: '#ffffff' }));
  assert.equal(bytes, '\x1b[?25l\x1b[m\x1b[H\x1b[2J\x1b[1;4;91;44mx\x1b[?25h');
});

test('text from another host cannot act on the terminal', () => {
  const writer = new TerminalWriter(fullCapabilities);
  const grid = new Grid(10, 1);
  writer.draw(grid, { x: 0, y: 0, visible: false, shape: 0, colour: '' });
  const link = 'x\x1b]52;c;AAAA\x07';
  for (const [index, text] of ['\x1b', '\x9b', '\n', 'a\x1b[2J'].entries())
    grid.put(index, 0, text, 1, { ...plainStyle, link });
  grid.touch(0);
  const bytes = DECODER.decode(writer.draw(grid, { x: 0, y: 0, visible: false, shape: 0, colour: '\x1b\\' }));
  const rest = bytes.replaceAll(/\x1b\[[\d;:?]*[a-zA-Z]|\x1b\](?:8|12);[ -~]*?\x1b\\|\x1b\]112\x1b\\/g, '');
  assert.match(rest, /^[\ufffd\r]*$/);
});

test('one typed character costs one character', () => {
  const writer = new TerminalWriter(fullCapabilities);
  const grid = new Grid(80, 24);
  const at = (x: number): Cursor => ({ x, y: 5, visible: true, shape: 0, colour: '' });
  writer.draw(grid, at(0));
  for (const [x, text] of ['l', 's'].entries()) {
    grid.put(x, 5, text, 1, plainStyle);
    grid.touch(5);
    assert.equal(DECODER.decode(writer.draw(grid, at(x + 1))), text);
  }
});

test('a scrolled screen is moved, not sent again', () => {
  const writer = new TerminalWriter(fullCapabilities);
  const grid = new Grid(80, 24);
  const show = (first: number) => {
    for (let y = 0; y < 23; y++) {
      grid.fill(0, y, 80, plainStyle);
      for (const [x, text] of [...`line ${first + y} of the text`].entries())
        grid.put(x, y, text, 1, plainStyle);
      grid.touch(y);
    }
    return writer.draw(grid, { x: 0, y: 23, visible: true, shape: 0, colour: '' });
  };
  show(100);
  const bytes = show(101);
  assert.ok(bytes.length < 80, `${bytes.length} bytes`);
});

test('leaving gives the terminal its own cursor and pen back', async () => {
  const terminal = new ReferenceTerminal(COLS, ROWS);
  const writer = new TerminalWriter(fullCapabilities);
  const grid = new Grid(COLS, ROWS);
  grid.put(0, 0, 'x', 1, { ...plainStyle, flags: Attribute.inverse, link: 'https://example.org' });
  await terminal.write(writer.draw(grid, { x: 1, y: 0, visible: false, shape: 4, colour: '#112233' }));
  const bytes = writer.restore();
  await terminal.write(bytes);
  await terminal.write(new TextEncoder().encode('\x1b[3;1Hplain'));
  assert.equal(terminal.cursorVisible, true);
  assert.equal(
    terminal.lines()[2]!.slice(0, 5).join('|'),
    [...'plain'].map((c) => `${c} 0 0 0 0 `).join('|'),
  );
  assert.match(DECODER.decode(bytes), /\x1b\[0 q.*\x1b\]112\x1b\\/);
  terminal.dispose();
});
