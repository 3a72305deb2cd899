import blessed, { type Widgets } from 'blessed';
import { plainStyle } from '../../term/style.ts';
import { parseStyle } from '../../term/styles.ts';
import { graphemesOf, textWidth } from '../../term/width.ts';
import { placementOf, type Screen } from '../compositor/chrome.ts';
import type { Size } from '../terminal.ts';
import { blessedStyle } from './blessed-cells.ts';

/** A cell rectangle of the terminal. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly cols: number;
  readonly rows: number;
}

/** A widget in its place: how to make it, where the cursor is in it, and which entry lies on which of its rows. */
export interface Widget {
  readonly box: Box;
  readonly cursor?: { readonly x: number; readonly y: number; readonly visible: boolean };
  readonly entries: readonly (string | undefined)[];
  make(parent: Widgets.Screen): Widgets.BlessedElement;
}

type Prompt = NonNullable<Screen['prompt']>;
type Shown = NonNullable<Screen['overlay']>;
type List = Extract<Shown, { kind: 'list' }>;
type Text = Extract<Shown, { kind: 'text' }>;
type Menu = Extract<Shown, { kind: 'menu' }>;
type Confirm = Extract<Shown, { kind: 'confirm' }>;

/** Borders left and right, and a blank beside each. */
const FRAME_COLS = 4;
const FRAME_ROWS = 2;
/** The least inner size that is worth a frame. */
const LEAST_COLS = 8;
const LEAST_ROWS = 1;

/** tmux's mode-style and message-style: black on yellow. */
const SELECTED = { fg: 'black', bg: 'yellow' } as const;
const FRAME_STYLE = { fg: 'green' } as const;

/** undefined where the overlay is none of blessed's, or the terminal has no room for it. */
export function layOut(screen: Screen, size: Size): Widget | undefined {
  const { overlay } = screen;
  const { top, rows } = placementOf(screen, size.rows);
  const area = { x: 0, y: top, cols: size.cols, rows };
  const whole = { x: 0, y: 0, ...size };
  switch (overlay?.kind) {
    case 'list':
      return list(overlay, area);
    case 'text':
      return text(overlay, area);
    case 'menu':
      return menu(overlay, whole);
    case 'confirm':
      return confirm(overlay, screen, size);
    default:
      return screen.prompt && prompt(screen.prompt, screen, size);
  }
}

function list(shown: List, area: Box): Widget | undefined {
  const labels = shown.items.map(({ label }) => plain(label));
  const box = centred(area, widest([heading(shown.title), ...labels]), labels.length);
  if (!box) return undefined;
  const first = firstShown(shown.selected, box.rows - FRAME_ROWS, labels.length);
  return {
    box,
    entries: framed(
      shown.items.map(({ value }) => value),
      first,
      box.rows,
    ),
    make: (parent) => selection(parent, box, shown.title, labels.slice(first), shown.selected - first),
  };
}

function menu(shown: Menu, area: Box): Widget | undefined {
  const inner = widest([
    heading(shown.title),
    ...shown.items.map(({ label, key }) => `${plain(label)}  (${key})`),
  ]);
  const box = fitted(area, shown.x, shown.y, inner + FRAME_COLS, shown.items.length + FRAME_ROWS);
  if (!box) return undefined;
  const room = box.cols - FRAME_COLS;
  const labels = shown.items.map(({ label, key }) => menuLine(plain(label), key, room));
  const values = shown.items.map(({ label, value }) => (label === '' ? undefined : value));
  const first = firstShown(Math.max(0, shown.selected), box.rows - FRAME_ROWS, labels.length);
  return {
    box,
    entries: framed(values, first, box.rows),
    make: (parent) => selection(parent, box, shown.title, labels.slice(first), shown.selected - first),
  };
}

function text(shown: Text, area: Box): Widget | undefined {
  const lines = shown.lines.map(plain);
  const box = centred(area, widest([heading(shown.title), ...lines]), lines.length);
  if (!box) return undefined;
  return {
    box,
    entries: [],
    make: (parent) => {
      const element = blessed.box({
        ...frame(parent, box, shown.title),
        scrollable: true,
        alwaysScroll: true,
        scrollbar: lines.length > box.rows - FRAME_ROWS ? { ch: ' ' } : undefined,
        style: { border: FRAME_STYLE, scrollbar: { inverse: true } },
        content: lines.join('\n'),
        wrap: false,
      } as Widgets.BoxOptions);
      element.setScroll(shown.scroll);
      return element;
    },
  };
}

/** A question in the place of the status line's messages, as tmux asks it. */
function confirm(shown: Confirm, screen: Screen, size: Size): Widget {
  const box = messageLine(screen, size);
  const question = `${plain(shown.text)} `;
  return {
    box,
    entries: [],
    cursor: { x: Math.min(textWidth(question), size.cols - 1), y: 0, visible: true },
    make: (parent) => line(parent, box, question, SELECTED),
  };
}

/** The command prompt: a line of input in the place of the status line, scrolled so that its cursor is in sight. */
function prompt(shown: Prompt, screen: Screen, size: Size): Widget {
  const box = messageLine(screen, size);
  const label = plain(shown.label);
  const before = graphemesOf(shown.value.slice(0, shown.cursor));
  const room = size.cols - textWidth(label) - 1;
  let first = 0;
  while (first < before.length && columns(before.slice(first)) > room) first++;
  const cursor = Math.min(size.cols - 1, textWidth(label) + columns(before.slice(first)));
  const value = before.slice(first).map(({ text: glyph }) => glyph);
  return {
    box,
    entries: [],
    cursor: { x: cursor, y: 0, visible: true },
    make: (parent) =>
      line(parent, box, label + value.join('') + shown.value.slice(shown.cursor), {
        ...blessedStyle(parseStyle(shown.style) ?? plainStyle),
      }),
  };
}

function columns(glyphs: readonly { readonly width: number }[]): number {
  return glyphs.reduce((sum, { width }) => sum + width, 0);
}

function messageLine(screen: Screen, size: Size): Box {
  return { x: 0, y: placementOf(screen, size.rows).messageRow, cols: size.cols, rows: 1 };
}

function line(parent: Widgets.Screen, box: Box, content: string, style: object): Widgets.BlessedElement {
  return blessed.box({ parent, ...position(box), content, wrap: false, style } as Widgets.BoxOptions);
}

/** A framed list; nothing is selected where `selected` is negative. */
function selection(
  parent: Widgets.Screen,
  box: Box,
  title: string,
  items: readonly string[],
  selected: number,
): Widgets.BlessedElement {
  const style = { border: FRAME_STYLE, selected: selected < 0 ? {} : SELECTED };
  const element = blessed.list({
    ...frame(parent, box, title),
    items: items.slice(0, box.rows - FRAME_ROWS),
    style,
  } as unknown as Widgets.ListOptions<Widgets.ListElementStyle>);
  element.select(Math.max(0, selected));
  return element;
}

function frame(parent: Widgets.Screen, box: Box, title: string): Widgets.BoxOptions {
  return {
    parent,
    ...position(box),
    border: { type: 'line' },
    padding: { left: 1, right: 1 },
    ...(title === '' ? {} : { label: heading(title).slice(0, box.cols - FRAME_COLS) }),
  };
}

/** A title as it stands in the frame. */
function heading(title: string): string {
  return title === '' ? '' : ` ${plain(title)} `;
}

function position({ x, y, cols, rows }: Box): { left: number; top: number; width: number; height: number } {
  return { left: x, top: y, width: cols, height: rows };
}

function centred(area: Box, innerCols: number, innerRows: number): Box | undefined {
  const cols = innerCols + FRAME_COLS;
  const rows = innerRows + FRAME_ROWS;
  const x = area.x + Math.trunc((area.cols - cols) / 2);
  return fitted(area, x, area.y + Math.trunc((area.rows - rows) / 2), cols, rows);
}

/** Moved and cut so that it lies inside the area. */
function fitted(area: Box, x: number, y: number, wantedCols: number, wantedRows: number): Box | undefined {
  const cols = Math.min(area.cols, Math.max(wantedCols, LEAST_COLS + FRAME_COLS));
  const rows = Math.min(area.rows, Math.max(wantedRows, LEAST_ROWS + FRAME_ROWS));
  if (cols < LEAST_COLS + FRAME_COLS || rows < LEAST_ROWS + FRAME_ROWS) return undefined;
  return {
    x: Math.max(area.x, Math.min(x, area.x + area.cols - cols)),
    y: Math.max(area.y, Math.min(y, area.y + area.rows - rows)),
    cols,
    rows,
  };
}

/** The first entry in sight, so that the selected one is and no room is wasted. */
function firstShown(selected: number, room: number, count: number): number {
  return Math.max(0, Math.min(selected - Math.trunc(room / 2), count - room));
}

/** Entries by row of a framed box. */
function framed(
  values: readonly (string | undefined)[],
  first: number,
  rows: number,
): (string | undefined)[] {
  return [undefined, ...values.slice(first, first + rows - FRAME_ROWS)];
}

/** An empty label is a separator. */
function menuLine(label: string, key: string, room: number): string {
  if (label === '') return '─'.repeat(room);
  if (key === '') return label;
  const hint = `(${key})`;
  return label + ' '.repeat(Math.max(1, room - textWidth(label) - textWidth(hint))) + hint;
}

function widest(lines: readonly string[]): number {
  return lines.reduce((most, line) => Math.max(most, textWidth(plain(line))), 0);
}

/** Without tmux's style notation, which blessed cannot draw. */
function plain(line: string): string {
  return line.replace(/#\[[^\]]*\]/g, '');
}
