import type { Style } from './style.ts';
import { type DrawStyle, parseDrawStyle, plainDrawStyle } from './styles.ts';
import { graphemesOf } from './width.ts';

/**
 * Reads text with tmux's `#[…]` notation into the parts that a status line is laid
 * out of. Where they go is decided by format-draw.ts, when all widths are known.
 */

export interface Glyph {
  readonly text: string;
  readonly width: 1 | 2;
  readonly style: Style;
  readonly range: string;
}

export type PartName =
  | 'left'
  | 'centre'
  | 'right'
  | 'absolute-centre'
  | 'list'
  | 'left-marker'
  | 'right-marker'
  | 'after';

/** What one alignment gathered: its glyphs and their columns in all. */
export class Part {
  readonly glyphs: Glyph[] = [];
  width = 0;

  add(glyph: Glyph): void {
    this.glyphs.push(glyph);
    this.width += glyph.width;
  }
}

export interface Parts {
  readonly part: Record<PartName, Part>;
  listAlign: 'left' | 'centre' | 'right' | 'absolute-centre' | undefined;
  focusStart: number;
  focusEnd: number;
  fill: number | undefined;
}

export function readParts(format: string, base: Style): Parts {
  const reader = new PartReader(base);
  // A style, a run of `#`, or text up to the next `#`.
  for (let at = 0; at < format.length; ) {
    if (format[at] === '#' && !reader.ignoring) at = reader.readHashes(format, at);
    else {
      const next = reader.ignoring ? -1 : format.indexOf('#', at);
      const end = next < 0 ? format.length : next;
      reader.write(format.slice(at, end));
      at = end;
    }
  }
  return reader.parts;
}

class PartReader {
  readonly parts: Parts = {
    part: {
      left: new Part(),
      centre: new Part(),
      right: new Part(),
      'absolute-centre': new Part(),
      list: new Part(),
      'left-marker': new Part(),
      'right-marker': new Part(),
      after: new Part(),
    },
    listAlign: undefined,
    focusStart: -1,
    focusEnd: -1,
    fill: undefined,
  };
  readonly #base: Style;
  /** Which part each alignment fills; after the list its own alignment fills 'after'. */
  readonly #aligned: Record<DrawStyle['align'], PartName> = {
    default: 'left',
    left: 'left',
    centre: 'centre',
    right: 'right',
    'absolute-centre': 'absolute-centre',
  };
  #current: PartName = 'left';
  #drawn: DrawStyle;
  #defaults: Style;
  #inList = false;

  constructor(base: Style) {
    this.#base = base;
    this.#defaults = base;
    this.#drawn = { ...plainDrawStyle, style: base };
  }

  get ignoring(): boolean {
    return this.#drawn.ignore;
  }

  write(text: string): void {
    const { style, range } = this.#drawn;
    for (const { text: character, width } of graphemesOf(text))
      this.parts.part[this.#current].add({ text: character, width, style, range });
  }

  /** Reads the run of `#` at `at`, with the style or the bracket that it ends in; returns where it ends. */
  readHashes(format: string, at: number): number {
    let end = at;
    while (format[end] === '#') end++;
    const count = end - at;
    if (format[end] !== '[') {
      this.write('#'.repeat((count + 1) >> 1));
      return end;
    }
    // Two are one `#`, and an odd one before the bracket begins a style.
    this.write('#'.repeat(count >> 1));
    if (count % 2 === 0) {
      this.write('[');
      return end + 1;
    }
    const close = format.indexOf(']', end);
    if (close < 0) return format.length;
    this.#readStyle(format.slice(end + 1, close));
    return close + 1;
  }

  #readStyle(text: string): void {
    const before = this.#drawn.style;
    const parsed = parseDrawStyle(text, this.#drawn, this.#defaults);
    if (!parsed) return;
    this.#drawn = { ...parsed, defaults: 'keep' };
    if (parsed.fill !== undefined) this.parts.fill = parsed.fill;
    if (parsed.defaults === 'push') this.#defaults = before;
    else if (parsed.defaults === 'pop') this.#defaults = this.#base;
    this.#choosePart();
  }

  #choosePart(): void {
    const { parts } = this;
    const { list, align } = this.#drawn;
    switch (list) {
      case 'on':
        if (!this.#inList) {
          this.#inList = true;
          parts.listAlign = align === 'default' ? undefined : align;
        }
        this.#endFocus();
        this.#current = 'list';
        break;
      case 'focus':
        if (this.#inList && parts.focusStart < 0) parts.focusStart = parts.part.list.width;
        break;
      case 'off':
        if (this.#inList) this.#endList();
        this.#current = this.#aligned[align];
        break;
      default:
        if (!this.#inList || parts.part[list].width > 0) break;
        if (parts.focusEnd < 0) parts.focusStart = -1;
        this.#current = list;
    }
  }

  #endFocus(): void {
    const { parts } = this;
    if (parts.focusStart >= 0 && parts.focusEnd < 0) parts.focusEnd = parts.part.list.width;
  }

  #endList(): void {
    this.#endFocus();
    this.#inList = false;
    this.#aligned[this.parts.listAlign ?? 'default'] = 'after';
    if (this.parts.listAlign === 'left') this.#aligned.default = 'after';
  }
}
