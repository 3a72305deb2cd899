import { Colour, plainStyle, type Style } from '../../term/style.ts';
import { type Placement, type Screen, visiblePanes } from './chrome.ts';

/** Digits of clock mode and of display-panes, five by five cells; each number is a row of five bits. */
const DIGITS: Readonly<Record<string, readonly number[]>> = {
  '0': [0b11111, 0b10001, 0b10001, 0b10001, 0b11111],
  '1': [0b00001, 0b00001, 0b00001, 0b00001, 0b00001],
  '2': [0b11111, 0b00001, 0b11111, 0b10000, 0b11111],
  '3': [0b11111, 0b00001, 0b11111, 0b00001, 0b11111],
  '4': [0b10001, 0b10001, 0b11111, 0b00001, 0b00001],
  '5': [0b11111, 0b10000, 0b11111, 0b00001, 0b11111],
  '6': [0b11111, 0b10000, 0b11111, 0b10001, 0b11111],
  '7': [0b11111, 0b00001, 0b00001, 0b00001, 0b00001],
  '8': [0b11111, 0b10001, 0b11111, 0b10001, 0b11111],
  '9': [0b11111, 0b10001, 0b11111, 0b00001, 0b11111],
  ':': [0b00000, 0b00100, 0b00000, 0b00100, 0b00000],
  A: [0b11111, 0b10001, 0b11111, 0b10001, 0b10001],
  P: [0b11111, 0b10001, 0b11111, 0b10000, 0b10000],
  M: [0b10001, 0b11011, 0b10101, 0b10001, 0b10001],
};

/** Columns of a character with the gap after it, and rows. */
const DIGIT_COLS = 6;
const DIGIT_ROWS = 5;
/** Rows from a box's middle up to the first row of the digits; tmux has the clock one row higher. */
const NUMBER_RISE = 2;
const CLOCK_RISE = 3;

/** tmux's default display-panes-colour (also clock-mode-colour) and display-panes-active-colour. */
const COLOUR = Colour.palette16 | 4;
const ACTIVE_COLOUR = Colour.palette16 | 1;
/** Rows from which a pane's size is shown beside its number. */
const SIZE_ROWS = 7;

/** Single cells by terminal row. */
export type Marks = Map<number, { readonly x: number; readonly text: string; readonly style: Style }[]>;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly cols: number;
  readonly rows: number;
}

/** The cells of display-panes and of clock mode. */
export function drawDigits(screen: Screen, place: Placement): Marks {
  const marks: Marks = new Map();
  const { overlay, origin } = screen;
  for (const pane of visiblePanes(screen)) {
    const box = { ...pane, x: pane.x - origin.x, y: pane.y - origin.y + place.top };
    if (overlay?.kind === 'clock' && overlay.pane === pane.pane)
      drawBig(marks, box, overlay.time, COLOUR, CLOCK_RISE);
    if (overlay?.kind !== 'pane-numbers') continue;
    const colour = pane.active ? ACTIVE_COLOUR : COLOUR;
    const size = `${pane.cols}x${pane.rows}`;
    if (
      drawBig(marks, box, String(pane.index), colour, NUMBER_RISE) &&
      box.rows >= SIZE_ROWS &&
      box.cols >= size.length
    )
      drawSmall(marks, box, box.x + box.cols - size.length, box.y, size, colour);
  }
  return marks;
}

/** Draws `text` large in the middle of the box, small where the box is too small; false when it was small. */
function drawBig(marks: Marks, box: Box, text: string, colour: number, rise: number): boolean {
  const middle = box.y + (box.rows >> 1);
  if (box.cols < text.length * DIGIT_COLS || box.rows < rise + DIGIT_ROWS - 2) {
    drawSmall(marks, box, box.x + (box.cols >> 1) - (text.length >> 1), middle, text, colour);
    return false;
  }
  let left = box.x + (box.cols >> 1) - text.length * (DIGIT_COLS >> 1);
  for (const character of text) {
    const rows = DIGITS[character] ?? [];
    for (const [row, bits] of rows.entries())
      for (let column = 0; column < 5; column++)
        if (bits & (1 << (4 - column)))
          mark(marks, left + column, middle - rise + row, ' ', { ...plainStyle, bg: colour });
    left += DIGIT_COLS;
  }
  return true;
}

function drawSmall(marks: Marks, box: Box, left: number, y: number, text: string, colour: number): void {
  for (const [index, character] of [...text].entries()) {
    const x = left + index;
    if (x >= box.x && x < box.x + box.cols) mark(marks, x, y, character, { ...plainStyle, fg: colour });
  }
}

function mark(marks: Marks, x: number, y: number, text: string, style: Style): void {
  const row = marks.get(y);
  if (row) row.push({ x, text, style });
  else marks.set(y, [{ x, text, style }]);
}
