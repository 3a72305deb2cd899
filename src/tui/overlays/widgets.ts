import blessed, { type Widgets } from 'blessed';
import { textWidth } from '../../term/width.ts';
import { placementOf, type Screen } from '../compositor/chrome.ts';
import type { Size } from '../terminal.ts';
import { type Box, centred, FRAME_COLS, FRAME_ROWS, fitted } from './boxes.ts';
import { confirm, prompt } from './message-line.ts';
import { frame, heading, plain, position, SELECTED, type Widget, type WidgetRow, widest } from './widget.ts';

type Shown = NonNullable<Screen['overlay']>;
type List = Extract<Shown, { kind: 'list' }>;
type Text = Extract<Shown, { kind: 'text' }>;
type Menu = Extract<Shown, { kind: 'menu' }>;

/** undefined where the screen has nothing for blessed, or the terminal no room for it. */
export function layOut(screen: Screen, size: Size): Widget | undefined {
  const { overlay } = screen;
  const { top, rows } = placementOf(screen, size.rows);
  const area = { x: 0, y: top, cols: size.cols, rows };
  switch (overlay?.kind) {
    case 'list':
      return list(overlay, area);
    case 'text':
      return text(overlay, area);
    case 'menu':
      return menu(overlay, { x: 0, y: 0, ...size });
    case 'confirm':
      return confirm(overlay.text, screen, size);
    default:
      return prompt(screen, size);
  }
}

/** An entry of a list: its value, its text as blessed draws it, and as tmux's notation has it. */
interface Entry {
  readonly value: string | undefined;
  readonly text: string;
  readonly format: string;
}

function list({ items, selected, title }: List, area: Box): Widget | undefined {
  const entries = items.map(({ value, label }) => ({ value, text: plain(label), format: label }));
  const inner = widest([heading(title), ...entries.map((entry) => entry.text)]);
  const box = centred(area, inner, entries.length);
  return box && selection(box, title, entries, selected);
}

/** As tmux draws it: the title over the border, separators from border to border. */
function menu({ items, selected, title, x, y }: Menu, area: Box): Widget | undefined {
  const texts = items.map(({ label, key }) => plain(label) + (key === '' ? '' : ` (${key})`));
  const box = fitted(area, x, y, widest([plain(title), ...texts]), items.length);
  if (!box) return undefined;
  const room = box.cols - FRAME_COLS;
  const entries = items.map(({ label, value, key }) => ({
    value: label === '' ? undefined : value,
    text: menuLine(plain(label), key, room),
    format: label === plain(label) || key === '' ? label : `${label}#[align=right](${key})`,
  }));
  const over = { value: undefined, format: title, over: FRAME_COLS / 2 };
  return selection(box, '', entries, selected, title === '' ? undefined : over);
}

/** Framed where it fits; longer text takes the whole area, of which the daemon counts a page. */
function text({ lines, scroll, title }: Text, area: Box): Widget | undefined {
  const content = lines.map(plain);
  const box = centred(area, widest([heading(title), ...content]), content.length);
  if (!box) return undefined;
  const framed = content.length <= area.rows - FRAME_ROWS;
  const shown = content.slice(scroll).join('\n');
  return {
    box: framed ? box : area,
    rows: framed ? [] : [place(lines.length, scroll, area.rows)],
    make: (parent) =>
      blessed.box({
        ...(framed ? frame(parent, box, heading(title)) : { parent, ...position(area) }),
        content: shown,
        wrap: false,
      } as Widgets.BoxOptions),
  };
}

/** Lines below the end of the area and in all, as copy mode tells them. */
function place(count: number, scroll: number, room: number): WidgetRow {
  const below = Math.max(0, count - room);
  const format = `#[align=right,fg=${SELECTED.fg},bg=${SELECTED.bg}][${Math.max(0, below - scroll)}/${below}]`;
  return { value: undefined, format, over: 0 };
}

/** A framed list; nothing is selected where `selected` is negative. */
function selection(
  box: Box,
  title: string,
  entries: readonly Entry[],
  selected: number,
  border?: WidgetRow,
): Widget {
  const room = box.rows - FRAME_ROWS;
  const first = firstShown(Math.max(0, selected), room, entries.length);
  const shown = entries.slice(first, first + room);
  return {
    box,
    rows: [border, ...shown.map(rowOf)],
    make: (parent) => {
      const options = frame(parent, box, heading(title));
      const element = blessed.list({
        ...options,
        items: shown.map((entry) => entry.text),
        style: { ...options.style, selected: selected < 0 ? {} : SELECTED },
      } as unknown as Widgets.ListOptions<Widgets.ListElementStyle>);
      element.select(Math.max(0, selected - first));
      return element;
    },
  };
}

function rowOf({ value, format }: Entry): WidgetRow {
  if (format === '') return { value, format: undefined, rule: true };
  return { value, format: plain(format) === format ? undefined : format };
}

/** The first entry in sight, so that the selected one is and no room is wasted. */
function firstShown(selected: number, room: number, count: number): number {
  return Math.max(0, Math.min(selected - Math.trunc(room / 2), count - room));
}

function menuLine(label: string, key: string, room: number): string {
  if (key === '') return label;
  const hint = `(${key})`;
  return label + ' '.repeat(Math.max(1, room - textWidth(label) - textWidth(hint))) + hint;
}
