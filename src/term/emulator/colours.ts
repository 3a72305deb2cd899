import type { XtermHandle } from './xterm-internals.ts';

/** Colours that a program has set: palette number or OSC 10-12 → 0xrrggbb. */
export interface ColoursState {
  palette: [index: number, rgb: number][];
  special: [osc: number, rgb: number][];
}

/** What is answered while nothing is set: a dark terminal, since the viewers' own may differ from each other. */
const DEFAULT_SPECIAL: Record<number, number> = { 10: 0xe5e5e5, 11: 0x000000, 12: 0xe5e5e5 };
const FIRST_16 = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000,
  0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];

/**
 * OSC 4, 10, 11, 12 and their resets 104, 110, 111, 112 (xterm control sequences):
 * remembered and answered, since the emulator only passes them on.
 */
export class Colours {
  #palette = new Map<number, number>();
  #special = new Map<number, number>();
  readonly #reply: (text: string) => void;

  constructor(xterm: XtermHandle, reply: (text: string) => void) {
    this.#reply = reply;
    const { parser } = xterm.terminal;
    parser.registerEscHandler({ final: 'c' }, () => {
      this.#palette.clear();
      this.#special.clear();
      return false;
    });
    parser.registerOscHandler(4, (text) => this.#indexed(text.split(';')));
    parser.registerOscHandler(104, (text) => {
      if (text === '') this.#palette.clear();
      for (const index of text.split(';')) this.#palette.delete(Number(index));
      return true;
    });
    for (const osc of [10, 11, 12]) {
      parser.registerOscHandler(osc, (text) => this.#dynamic(osc, text.split(';')));
      parser.registerOscHandler(osc + 100, () => {
        this.#special.delete(osc);
        return true;
      });
    }
  }

  /** OSC 12 as `#rrggbb`, '' while the program has not set it. */
  get cursor(): string {
    const rgb = this.#special.get(12);
    return rgb === undefined ? '' : `#${rgb.toString(16).padStart(6, '0')}`;
  }

  get state(): ColoursState {
    return { palette: [...this.#palette], special: [...this.#special] };
  }

  restore(state: ColoursState): void {
    this.#palette = new Map(state.palette);
    this.#special = new Map(state.special);
  }

  #indexed(words: string[]): boolean {
    for (let i = 0; i + 1 < words.length; i += 2) {
      const index = Number(words[i]);
      const spec = words[i + 1] ?? '';
      if (!Number.isInteger(index) || index < 0 || index > 255) continue;
      const rgb = parseColour(spec);
      if (spec === '?') this.#answer(`4;${index}`, this.#palette.get(index) ?? defaultPalette(index));
      else if (rgb !== undefined) this.#palette.set(index, rgb);
    }
    return true;
  }

  /** Several colours in one OSC go to the following numbers, as in xterm. */
  #dynamic(first: number, specs: string[]): boolean {
    for (const [i, spec] of specs.entries()) {
      const osc = first + i;
      if (osc > 12) break;
      const rgb = parseColour(spec);
      if (spec === '?') this.#answer(String(osc), this.#special.get(osc) ?? DEFAULT_SPECIAL[osc] ?? 0);
      else if (rgb !== undefined) this.#special.set(osc, rgb);
    }
    return true;
  }

  #answer(what: string, rgb: number): void {
    const channels = [rgb >> 16, (rgb >> 8) & 0xff, rgb & 0xff].map((c) =>
      (c * 0x101).toString(16).padStart(4, '0'),
    );
    this.#reply(`\x1b]${what};rgb:${channels.join('/')}\x1b\\`);
  }
}

/** `#rgb`, `#rrggbb`, … and `rgb:r/g/b` with 1 to 4 digits a channel, by XParseColor(3); undefined for all else. */
function parseColour(spec: string): number | undefined {
  const slashed = /^rgb:([0-9a-f]{1,4})\/([0-9a-f]{1,4})\/([0-9a-f]{1,4})$/i.exec(spec);
  const hashed = /^#(?:([0-9a-f]{3})|([0-9a-f]{6})|([0-9a-f]{9})|([0-9a-f]{12}))$/i.exec(spec);
  if (slashed)
    return pack(
      slashed
        .slice(1)
        .map((digits) => Math.round((Number.parseInt(digits, 16) / (16 ** digits.length - 1)) * 255)),
    );
  if (!hashed) return undefined;
  const digits = spec.slice(1);
  const each = digits.length / 3;
  return pack(
    [0, 1, 2].map((i) =>
      Number.parseInt(
        digits
          .slice(i * each, (i + 1) * each)
          .padEnd(2, '0')
          .slice(0, 2),
        16,
      ),
    ),
  );
}

function pack([red = 0, green = 0, blue = 0]: number[]): number {
  return (red << 16) | (green << 8) | blue;
}

/** xterm's 256 colours. */
function defaultPalette(index: number): number {
  if (index < 16) return FIRST_16[index] ?? 0;
  if (index >= 232) return pack([1, 1, 1].map(() => 8 + 10 * (index - 232)));
  const cube = index - 16;
  return pack([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((c) => (c ? 55 + 40 * c : 0)));
}
