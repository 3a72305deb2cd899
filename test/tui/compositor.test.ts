import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Grid } from '../../src/term/grid.ts';
import type { Cell, Row } from '../../src/term/row.ts';
import { Attribute, Colour, plainStyle } from '../../src/term/style.ts';
import type { Screen, ScreenPane } from '../../src/tui/compositor/chrome.ts';
import { type Composition, Compositor, type PaneView } from '../../src/tui/compositor/compositor.ts';
import { hitTest } from '../../src/tui/compositor/hit-test.ts';
import { textLines } from './reference-terminal.ts';

const COLS = 20;
const ROWS = 6;
const SEED = 7;

const shown = (x: number, y: number) => ({ x, y, visible: true, shape: 0, colour: '' });

function row(text: string): Row {
  const cells: Cell[] = [];
  for (const character of text) {
    const wide = character > '\u2e80';
    cells.push({ text: character, width: wide ? 2 : 1, style: plainStyle });
    if (wide) cells.push({ text: '', width: 0, style: plainStyle });
  }
  return { cells, wrapped: false };
}

function pane(id: string, x: number, cols: number, more: Partial<ScreenPane> = {}): ScreenPane {
  return {
    pane: id,
    name: id,
    index: 0,
    x,
    y: 0,
    cols,
    rows: ROWS - 1,
    active: false,
    title: '',
    host: '',
    dead: false,
    marked: false,
    style: 'default',
    inputOff: false,
    ...more,
  };
}

function screen(panes: ScreenPane[], more: Partial<Screen> = {}): Screen {
  return {
    version: 1,
    session: { id: '$0', name: 'work' },
    window: { id: '@0', index: 0, name: 'w', zoomed: false, cols: COLS, rows: ROWS - 1 },
    origin: { x: 0, y: 0 },
    panes,
    border: { lines: 'single', style: '', activeStyle: 'fg=green', status: 'off', indicators: 'colour' },
    status: {
      position: 'bottom',
      lines: ['#[range=left]work#[norange] #[range=window|2]two#[norange]'],
      style: 'bg=green,fg=black',
    },
    table: 'root',
    mouse: true,
    title: '',
    escapeTimeMs: 0,
    ...more,
  };
}

const two = screen([pane('a', 0, 9, { active: true }), pane('b', 10, 10)]);

function view(...lines: string[]): PaneView {
  return { rows: lines.map(row), cursor: shown(1, 0) };
}

const texts = (grid: Grid) => Array.from({ length: grid.rows }, (_, y) => grid.rowText(y));

test('panes are cut at their edges, a wide character never in half', () => {
  const { grid, cursor } = new Compositor(COLS, ROWS).compose({
    screen: two,
    panes: new Map([
      ['a', view('12345678漢x', 'ab\u001b')],
      ['b', view('漢字')],
    ]),
  });
  assert.deepEqual(texts(grid).slice(0, 2), ['12345678 │漢字      ', 'ab\ufffd      │          ']);
  assert.equal(grid.rowText(5), 'work two            ');
  assert.deepEqual(cursor, shown(1, 0));
});

test('a window larger than the terminal is shown from its origin', () => {
  const wide = screen([pane('a', 0, 15), pane('b', 16, 14, { active: true })], {
    window: { id: '@0', index: 0, name: 'w', zoomed: false, cols: 30, rows: 12 },
    origin: { x: 10, y: 1 },
  });
  const { grid, cursor } = new Compositor(COLS, ROWS).compose({
    screen: wide,
    panes: new Map([
      ['a', view('hidden', '0123456789漢cde')],
      ['b', { ...view('hidden', 'the second'), cursor: shown(2, 1) }],
    ]),
  });
  assert.equal(grid.rowText(0), '漢cde│the second    ');
  assert.deepEqual(cursor, shown(8, 0));
  const cut = new Compositor(COLS, ROWS).compose({
    screen: { ...wide, origin: { x: 11, y: 1 } },
    panes: new Map([['a', view('hidden', '0123456789漢cde')]]),
  });
  assert.equal(cut.grid.rowText(0).slice(0, 5), ' cde│');
});

test('badges, copy position, prompt and overlays lie over the panes', () => {
  const compositor = new Compositor(COLS, ROWS);
  const panes = new Map([
    ['a', { ...view('aaaaaaaaa'), copy: { scroll: 3, history: 90 } }],
    ['b', view('bbbbbbbbbb')],
  ]);
  const prompt = {
    id: 'p',
    label: '#[bold]:',
    value: 'kill-server 漢字 and so on',
    cursor: 14,
    style: 'bg=yellow',
  };
  const overlay = { x: 8, y: 1, rows: [row('┌──┐'), row('└──┘')] };
  const { grid, cursor } = compositor.compose({
    screen: { ...two, prompt },
    panes,
    badges: new Map([['b', 'stale 9 s']]),
    overlays: [overlay],
  });
  assert.deepEqual(texts(grid), [
    'aaa[3/90]│ stale 9 s',
    '        ┌──┐        ',
    '        └──┘        ',
    '         │          ',
    '         │          ',
    ':kill-server 漢字 an',
  ]);
  assert.deepEqual(cursor, shown(17, 5));
  assert.equal(grid.styleAt(0, 5).flags, Attribute.bold);
  assert.deepEqual(
    compositor.compose({ screen: two, panes, overlays: [{ ...overlay, cursor: shown(1, 1) }] }).cursor,
    shown(9, 2),
  );
});

test("a pane's default colours are seen where its cells have none", () => {
  const styled = screen([pane('a', 0, COLS, { active: true, style: 'bg=colour236' })]);
  const { grid } = new Compositor(COLS, ROWS).compose({ screen: styled, panes: new Map([['a', view('x')]]) });
  for (const y of [0, 4]) assert.equal(grid.styleAt(3, y).bg, Colour.palette256 | 236);
});

test('the mouse finds panes, borders and ranges of the status line', () => {
  const compositor = new Compositor(COLS, ROWS);
  compositor.compose({ screen: two, panes: new Map() });
  const at = (x: number, y: number) => hitTest(two, compositor.place, compositor.statusRanges, x, y);
  assert.deepEqual(at(12, 3), { place: 'pane', pane: 'b', paneX: 2, paneY: 3 });
  assert.deepEqual(at(9, 2), { place: 'border', pane: 'a', paneX: 9, paneY: 2 });
  assert.equal(at(2, 5).place, 'status-left');
  assert.deepEqual([at(6, 5).place, at(6, 5).range], ['status', 'window|2']);
  assert.equal(at(15, 5).place, 'status-default');
});

test('composing what changed gives what composing everything gives', () => {
  const lines = ['plain', '漢字漢字漢字漢', '', 'long long long long line', 'e\u0301'].map(row);
  const line = fc.constantFrom(...lines);
  const step = fc.record({
    a: fc.array(line, { minLength: 5, maxLength: 5 }),
    b: fc.array(line, { minLength: 5, maxLength: 5 }),
    badge: fc.constantFrom(undefined, 'stale 1 s', 'stale 2 s'),
    overlay: fc.constantFrom(undefined, { x: 7, y: 2, rows: lines }, { x: -2, y: -1, rows: lines }),
    screen: fc.constantFrom(two, two, screen([pane('b', 0, COLS)])),
    cols: fc.constantFrom(COLS, COLS, COLS - 3),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
      const kept = new Compositor(COLS, ROWS);
      let before: { grid: Grid; lines: string[][]; versions: number[] } | undefined;
      for (const { a, b, badge, overlay, cols, screen } of steps) {
        const composition: Composition = {
          screen,
          panes: new Map([
            ['a', { rows: a, cursor: shown(0, 0) }],
            ['b', { rows: b, cursor: shown(0, 0) }],
          ]),
          badges: new Map(badge ? [['b', badge]] : []),
          overlays: overlay ? [overlay] : [],
        };
        kept.resize(cols, ROWS);
        const { grid } = kept.compose(composition);
        const drawn = textLines(grid);
        assert.deepEqual(drawn, textLines(new Compositor(cols, ROWS).compose(composition).grid));
        for (let y = 0; before?.grid === grid && y < ROWS; y++)
          if (before.versions[y] === grid.versions[y]) assert.deepEqual(drawn[y], before.lines[y]);
        before = { grid, lines: drawn, versions: [...grid.versions] };
      }
    }),
    { seed: SEED, numRuns: 100 },
  );
});
