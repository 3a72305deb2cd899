import { plainStyle } from '../../term/style.ts';
import { parseStyle } from '../../term/styles.ts';
import { graphemesOf, textWidth } from '../../term/width.ts';
import { placementOf, type Screen } from '../compositor/chrome.ts';
import type { Size } from '../terminal.ts';
import { blessedStyle } from './blessed-cells.ts';
import type { Box } from './boxes.ts';
import { line, plain, SELECTED, type Widget } from './widget.ts';

/** A question in the place of the status line's messages, as tmux asks it. */
export function confirm(text: string, screen: Screen, size: Size): Widget {
  const box = messageLine(screen, size);
  const question = `${plain(text)} `;
  return {
    box,
    rows: [],
    cursor: { x: Math.min(textWidth(question), size.cols - 1), y: 0 },
    make: (parent) => line(parent, box, question, SELECTED),
  };
}

/** The command prompt: a line of input in that place, scrolled so that its cursor is in sight. */
export function prompt(screen: Screen, size: Size): Widget | undefined {
  const shown = screen.prompt;
  if (!shown) return undefined;
  const box = messageLine(screen, size);
  const label = plain(shown.label);
  const before = graphemesOf(shown.value.slice(0, shown.cursor));
  const room = size.cols - textWidth(label) - 1;
  let first = 0;
  while (first < before.length && columns(before.slice(first)) > room) first++;
  const inSight = before.slice(first);
  const text = label + inSight.map((glyph) => glyph.text).join('') + shown.value.slice(shown.cursor);
  return {
    box,
    rows: [],
    cursor: { x: Math.min(size.cols - 1, textWidth(label) + columns(inSight)), y: 0 },
    make: (parent) => line(parent, box, text, blessedStyle(parseStyle(shown.style) ?? plainStyle)),
  };
}

function columns(glyphs: readonly { readonly width: number }[]): number {
  return glyphs.reduce((sum, { width }) => sum + width, 0);
}

function messageLine(screen: Screen, size: Size): Box {
  return { x: 0, y: placementOf(screen, size.rows).messageRow, cols: size.cols, rows: 1 };
}
