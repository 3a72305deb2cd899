import type { Row } from '../term/row.ts';
import { Colour, plainStyle } from '../term/style.ts';
import type { LinkState } from '../transport/types.ts';
import type { Screen } from './compositor/chrome.ts';
import type { Overlay } from './compositor/compositor.ts';

/** A link or a view that is silent for less is not worth a word: it comes and goes with every restart. */
const STALE_SHOWN_AFTER_MS = 1000;

/** From then on the way out is named; see quit-chord.ts. */
const HINT_AFTER_MS = 5000;

/** Black on yellow, as copy mode's mark. */
const style = { ...plainStyle, fg: Colour.palette16, bg: Colour.palette16 | 3 };

/** How old what is drawn is, where it is not live: of panes of other hosts, and of the whole screen. */
export class StaleBadges {
  #link: { readonly text: string; readonly overlay: Overlay } | undefined;
  #screen: Screen | undefined;
  #screenMs = 0;

  /** A SCREEN came: its times count from now. */
  setScreen(screen: Screen, nowMs: number): void {
    this.#screen = screen;
    this.#screenMs = nowMs;
  }

  /** By pane uuid. */
  panes(nowMs: number): ReadonlyMap<string, string> {
    const badges = new Map<string, string>();
    for (const { pane, staleMs } of this.#screen?.panes ?? [])
      if (staleMs !== undefined) badges.set(pane, `stale ${seconds(staleMs + nowMs - this.#screenMs)} s`);
    return badges;
  }

  /** At the terminal's top right; undefined while the link is live. */
  link(state: LinkState, cols: number, nowMs: number): Overlay | undefined {
    if (state.kind !== 'connecting' || nowMs - state.since < STALE_SHOWN_AFTER_MS) return undefined;
    const staleMs = nowMs - state.since;
    const hint = staleMs < HINT_AFTER_MS ? '' : '(Enter ~ . leaves) ';
    const text = ` stale ${seconds(staleMs)} s ${hint}`.slice(0, cols);
    const x = cols - text.length;
    if (this.#link?.text !== text || this.#link.overlay.x !== x)
      this.#link = { text, overlay: { x, y: 0, rows: [rowOf(text)] } };
    return this.#link.overlay;
  }

  /** Whether any badge is or will be shown: then it is drawn again every second. */
  ticking(state: LinkState): boolean {
    return (
      state.kind === 'connecting' || (this.#screen?.panes ?? []).some(({ staleMs }) => staleMs !== undefined)
    );
  }
}

function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}

function rowOf(text: string): Row {
  return { cells: [...text].map((character) => ({ text: character, width: 1, style })), wrapped: false };
}
