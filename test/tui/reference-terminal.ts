import headless from '@xterm/headless';
import { CELL_INTS, type Grid, RIGHT_HALF } from '../../src/term/grid.ts';
import { Attribute, Colour, Underline, underlineShift } from '../../src/term/style.ts';

/** Internals of @xterm/headless 6.0.0 that its public interface does not show. */
interface Internals {
  readonly _core: {
    readonly coreService: { readonly isCursorHidden: boolean };
    readonly _oscLinkService: { getLinkData(id: number): { uri: string } | undefined };
  };
}
interface CellInternals {
  readonly fg: number;
  /** Bits 26 to 28 of `_ext`: the underline's shape, which the public getter hides under a link's. */
  readonly extended: { readonly _ext: number; readonly underlineColor: number; readonly urlId: number };
  hasExtendedAttrs(): number;
}
/** The foreground word's bit for any underline. */
const UNDERLINE_BIT = 0x10000000;

/**
 * A second terminal beside the one that is tested: @xterm/headless, read back as one
 * string for each cell, `text fg bg ul flags link`, with what cannot be seen left out
 * as the grid does (colours of blanks without ink).
 */
export class ReferenceTerminal {
  readonly #terminal: headless.Terminal;

  constructor(cols: number, rows: number) {
    this.#terminal = new headless.Terminal({ cols, rows, allowProposedApi: true, scrollback: 0 });
  }

  write(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(bytes, resolve));
  }

  get cursorVisible(): boolean {
    return !(this.#terminal as unknown as Internals)._core.coreService.isCursorHidden;
  }

  cursor(): { x: number; y: number } {
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    return { x: Math.min(cursorX, this.#terminal.cols - 1), y: cursorY };
  }

  lines(): string[][] {
    return Array.from({ length: this.#terminal.rows }, (_, y) => this.#line(y));
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  #line(y: number): string[] {
    const { buffer, cols } = this.#terminal;
    const line = buffer.active.getLine(buffer.active.viewportY + y)!;
    const texts: string[] = [];
    for (let x = 0; x < cols; x++) {
      const cell = line.getCell(x)!;
      if (cell.getWidth() === 0) {
        texts.push('');
        continue;
      }
      const { fg, extended } = cell as unknown as CellInternals;
      const shape = (extended._ext >>> 26) & 7;
      const underline = shape || (fg & UNDERLINE_BIT ? Underline.single : Underline.none);
      const { _oscLinkService: links } = (this.#terminal as unknown as Internals)._core;
      const flags =
        (cell.isBold() ? Attribute.bold : 0) |
        (cell.isDim() ? Attribute.dim : 0) |
        (cell.isItalic() ? Attribute.italic : 0) |
        (cell.isBlink() ? Attribute.blink : 0) |
        (cell.isInverse() ? Attribute.inverse : 0) |
        (cell.isInvisible() ? Attribute.invisible : 0) |
        (cell.isStrikethrough() ? Attribute.strike : 0) |
        (cell.isOverline() ? Attribute.overline : 0) |
        (underline << underlineShift);
      texts.push(
        describe(
          cell.getChars() || ' ',
          colourOf(cell.isFgPalette(), cell.isFgRGB(), cell.getFgColor()),
          colourOf(cell.isBgPalette(), cell.isBgRGB(), cell.getBgColor()),
          underline ? underlineColour(extended.underlineColor) : 0,
          flags,
          extended.urlId ? (links.getLinkData(extended.urlId)?.uri ?? '') : '',
        ),
      );
    }
    return texts;
  }
}

/** The same strings for a grid. Palette 16 and 256 look alike below 16, and the emulator keeps them together. */
export function textLines(grid: Grid): string[][] {
  return Array.from({ length: grid.rows }, (_, y) =>
    Array.from({ length: grid.cols }, (_, x) => {
      if (grid.cells[(y * grid.cols + x) * CELL_INTS] === RIGHT_HALF) return '';
      const { fg, bg, ul, flags, link } = grid.styleAt(x, y);
      return describe(grid.textAt(x, y), folded(fg), folded(bg), folded(ul), flags, link);
    }),
  );
}

const INK = Attribute.inverse | Attribute.strike | Attribute.overline | (7 << underlineShift);

function describe(text: string, fg: number, bg: number, ul: number, flags: number, link: string): string {
  const bare = text === ' ' && !(flags & INK) && link === '';
  return `${text} ${bare ? 0 : fg} ${bg} ${ul} ${bare ? 0 : flags} ${link}`;
}

function folded(colour: number): number {
  return (colour & Colour.kindMask) === Colour.palette16
    ? Colour.palette256 | (colour & Colour.valueMask)
    : colour;
}

function colourOf(palette: boolean, rgb: boolean, value: number): number {
  return palette ? Colour.palette256 | value : rgb ? Colour.rgb | value : Colour.default;
}

/**
 * xterm keeps an underline's colour with its kind in bits 24 and 25: 0 default, 1 and 2
 * palette, 3 true colour; all bits set after SGR 59.
 */
function underlineColour(value: number): number {
  const kind = (value >>> 24) & 3;
  if (kind === 0 || value === 0x3ffffff) return 0;
  return kind === 3 ? Colour.rgb | (value & 0xffffff) : Colour.palette256 | (value & 0xff);
}
