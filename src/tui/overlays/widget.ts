import blessed, { type Widgets } from 'blessed';
import { textWidth } from '../../term/width.ts';
import type { Box } from './boxes.ts';

/** A widget in its place: how blessed makes it, and what it does not know of it. */
export interface Widget {
  readonly box: Box;
  /** The terminal's cursor, in cells of the box; hidden without one. */
  readonly cursor?: { readonly x: number; readonly y: number };
  /** What lies on each row of the box, from its first on. */
  readonly rows: readonly (WidgetRow | undefined)[];
  make(parent: Widgets.Screen): Widgets.BlessedElement;
}

export interface WidgetRow {
  /** The entry's value, for clicks. */
  readonly value: string | undefined;
  /** Its text in tmux's notation, where that says more than blessed can draw. */
  readonly format: string | undefined;
  /** The format lies over what blessed draws, from this many columns on and up to as many before the end. */
  readonly over?: number;
  /** A separator. */
  readonly rule?: boolean;
}

/** tmux's mode-style and message-style: black on yellow. */
export const SELECTED = { fg: 'black', bg: 'yellow' } as const;
const FRAME_STYLE = { fg: 'green' } as const;

/** Options of a framed box with a title in its upper border. */
export function frame(parent: Widgets.Screen, box: Box, title: string): Widgets.BoxOptions {
  return {
    parent,
    ...position(box),
    border: { type: 'line' },
    padding: { left: 1, right: 1 },
    style: { border: FRAME_STYLE },
    ...(title === '' ? {} : { label: title.slice(0, box.cols - 4) }),
  };
}

/** A title as it stands in the frame. */
export function heading(title: string): string {
  return title === '' ? '' : ` ${plain(title)} `;
}

export function position({ x, y, cols, rows }: Box): {
  left: number;
  top: number;
  width: number;
  height: number;
} {
  return { left: x, top: y, width: cols, height: rows };
}

/** Text of one row without a frame. */
export function line(
  parent: Widgets.Screen,
  box: Box,
  content: string,
  style: object,
): Widgets.BlessedElement {
  return blessed.box({ parent, ...position(box), content, wrap: false, style } as Widgets.BoxOptions);
}

/** Columns of the widest line. */
export function widest(lines: readonly string[]): number {
  return lines.reduce((most, text) => Math.max(most, textWidth(text)), 0);
}

/** Without tmux's style notation: of two `#` one is shown, and an odd one before a bracket begins a style. */
export function plain(text: string): string {
  return text.replace(/(#+)(\[[^\]]*\])?/g, (_, { length }: string, bracket?: string) => {
    if (bracket === undefined) return '#'.repeat((length + 1) >> 1);
    return '#'.repeat(length >> 1) + (length % 2 === 0 ? bracket : '');
  });
}
