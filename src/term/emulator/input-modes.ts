import type { XtermHandle } from './xterm-internals.ts';

export type MouseProtocol = 'none' | 'x10' | 'normal' | 'button' | 'any';
export type MouseEncoding = 'default' | 'utf8' | 'sgr' | 'urxvt' | 'sgr-pixels';

/** How a program wants its keys and mouse encoded, as far as the emulator does not know it itself. */
export interface InputModesState {
  encodings: MouseEncoding[];
  modifyOtherKeys: 0 | 1 | 2;
  /** Kitty keyboard flags, the present ones last; one stack for each screen. */
  kitty: { normal: number[]; alternate: number[] };
}

/** DECSET numbers of the mouse encodings, the strongest first. */
const ENCODINGS: readonly (readonly [number, MouseEncoding])[] = [
  [1016, 'sgr-pixels'],
  [1006, 'sgr'],
  [1015, 'urxvt'],
  [1005, 'utf8'],
];
const PROTOCOLS: Record<string, MouseProtocol> = { X10: 'x10', VT200: 'normal', DRAG: 'button', ANY: 'any' };

/** A stack deeper than this drops its oldest entry, as kitty's documentation asks. */
const MAX_KITTY_STACK = 16;
/** Flags that kitty's protocol defines. */
const KITTY_FLAGS = 0x1f;

/**
 * Mouse encodings, xterm's modifyOtherKeys and the kitty keyboard protocol
 * (https://sw.kovidgoyal.net/kitty/keyboard-protocol/), which the emulator lacks
 * or forgets. Queries are answered through `reply`.
 */
export class InputModes {
  #state = initialState();
  readonly #xterm: XtermHandle;

  constructor(xterm: XtermHandle, reply: (text: string) => void) {
    this.#xterm = xterm;
    const { parser } = xterm.terminal;
    parser.registerEscHandler({ final: 'c' }, () => {
      this.#state = initialState();
      return false;
    });
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, (params) => this.#mouse(params, true));
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, (params) => this.#mouse(params, false));
    parser.registerCsiHandler({ prefix: '>', final: 'm' }, ([resource, level]) => {
      if (resource === 4) this.#state.modifyOtherKeys = level === 1 || level === 2 ? level : 0;
      return true;
    });
    parser.registerCsiHandler({ prefix: '>', final: 'n' }, ([resource]) => {
      if (resource === 4) this.#state.modifyOtherKeys = 0;
      return true;
    });
    parser.registerCsiHandler({ prefix: '?', final: 'm' }, ([resource]) => {
      if (resource === 4) reply(`\x1b[>4;${this.#state.modifyOtherKeys}m`);
      return true;
    });
    parser.registerCsiHandler({ prefix: '>', final: 'u' }, ([flags]) => {
      const stack = this.#stack();
      stack.push(Number(flags) & KITTY_FLAGS);
      if (stack.length > MAX_KITTY_STACK) stack.shift();
      return true;
    });
    parser.registerCsiHandler({ prefix: '<', final: 'u' }, ([count]) => {
      const stack = this.#stack();
      stack.length = Math.max(0, stack.length - (Number(count) || 1));
      return true;
    });
    parser.registerCsiHandler({ prefix: '=', final: 'u' }, ([flags, how]) => {
      const stack = this.#stack();
      const present = stack.pop() ?? 0;
      const bits = Number(flags) & KITTY_FLAGS;
      stack.push(how === 2 ? present | bits : how === 3 ? present & ~bits : bits);
      return true;
    });
    parser.registerCsiHandler({ prefix: '?', final: 'u' }, () => {
      reply(`\x1b[?${this.kittyKeyboard}u`);
      return true;
    });
  }

  get mouse(): MouseProtocol {
    return PROTOCOLS[this.#xterm.core.coreMouseService.activeProtocol] ?? 'none';
  }

  get mouseEncoding(): MouseEncoding {
    return ENCODINGS.find(([, name]) => this.#state.encodings.includes(name))?.[1] ?? 'default';
  }

  get modifyOtherKeys(): 0 | 1 | 2 {
    return this.#state.modifyOtherKeys;
  }

  get kittyKeyboard(): number {
    return this.#stack().at(-1) ?? 0;
  }

  get state(): InputModesState {
    return this.#state;
  }

  restore(state: InputModesState): void {
    this.#state = state;
  }

  #stack(): number[] {
    const { buffers } = this.#xterm.core._bufferService;
    return buffers.active === buffers.alt ? this.#state.kitty.alternate : this.#state.kitty.normal;
  }

  /** Notes encodings only; the emulator's own handler comes next. */
  #mouse(params: readonly (number | number[])[], on: boolean): boolean {
    for (const [number, name] of ENCODINGS) {
      if (!params.includes(number)) continue;
      const others = this.#state.encodings.filter((other) => other !== name);
      this.#state.encodings = on ? [...others, name] : others;
    }
    return false;
  }
}

function initialState(): InputModesState {
  return { encodings: [], modifyOtherKeys: 0, kitty: { normal: [], alternate: [] } };
}
