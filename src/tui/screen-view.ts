import type { LinkState } from '../transport/types.ts';
import { capabilitiesOf } from './compositor/capabilities.ts';
import type { Screen } from './compositor/chrome.ts';
import { Compositor, type Overlay } from './compositor/compositor.ts';
import { type Hit, hitTest } from './compositor/hit-test.ts';
import { TerminalWriter } from './compositor/terminal-writer.ts';
import { FrameStore } from './frame-store.ts';
import { OverlayPainter } from './overlays/overlay-painter.ts';
import { StaleBadges } from './stale-badges.ts';
import type { Size } from './terminal.ts';

/** What is under the pointer: a place of the window, or an entry of the overlay. */
export type Target =
  | { readonly kind: 'hit'; readonly hit: Hit }
  | { readonly kind: 'overlay'; readonly overlay: string; readonly value: string | undefined };

/**
 * Everything that an attached client shows: the newest SCREEN, the panes' frames, overlays
 * and badges; and the bytes that make the terminal show it.
 */
export class ScreenView {
  readonly frames = new FrameStore();
  readonly #term: string;
  readonly #compositor: Compositor;
  readonly #overlays: OverlayPainter;
  readonly #badges = new StaleBadges();
  readonly #writer: TerminalWriter;
  #screen: Screen | undefined;

  /** @param changed something can be drawn that could not before: the overlays' widgets are loaded. */
  constructor(term: string, features: ReadonlySet<string>, size: Size, changed: () => void) {
    this.#term = term;
    this.#writer = new TerminalWriter(capabilitiesOf(term, [...features]));
    this.#compositor = new Compositor(size.cols, size.rows);
    this.#overlays = new OverlayPainter(changed);
  }

  get screen(): Screen | undefined {
    return this.#screen;
  }

  /** Whether there is a frame for every pane of the screen that the daemon itself runs. */
  get complete(): boolean {
    return this.#screen?.panes.every(({ pane, host }) => host !== '' || this.frames.panes.has(pane)) ?? false;
  }

  setScreen(screen: Screen): void {
    this.#screen = screen;
    this.#badges.setScreen(screen, Date.now());
    const shown = screen.panes.map(({ pane }) => pane);
    if (screen.overlay?.kind === 'popup') shown.push(screen.overlay.pane);
    this.frames.keep(new Set(shown));
  }

  /** The terminal turned out to do more than was known. */
  setFeatures(features: ReadonlySet<string>): void {
    this.#writer.setCapabilities(capabilitiesOf(this.#term, [...features]));
  }

  resize(size: Size): void {
    this.#compositor.resize(size.cols, size.rows);
  }

  /** Somebody else has written to the terminal: the next drawing is a whole one. */
  invalidate(): void {
    this.#writer.invalidate();
  }

  isTicking(link: LinkState): boolean {
    return this.#badges.ticking(link);
  }

  /** The bytes that bring the terminal up to date; empty when it is, and before the first SCREEN. */
  draw(link: LinkState): Uint8Array {
    const screen = this.#screen;
    if (!screen) return new Uint8Array(0);
    const { cols, rows } = this.#compositor;
    const now = Date.now();
    const overlays: Overlay[] = [];
    const widget = this.#overlays.paint(screen, { cols, rows });
    if (widget) overlays.push(widget);
    const stale = this.#badges.link(link, cols, now);
    if (stale) overlays.push(stale);
    const { grid, cursor } = this.#compositor.compose({
      screen,
      panes: this.frames.panes,
      overlays,
      badges: this.#badges.panes(now),
    });
    return this.#writer.draw(grid, cursor);
  }

  /** The bytes that undo what the drawing left behind in the terminal. */
  restore(): Uint8Array {
    return this.#writer.restore();
  }

  /** The pointer is over this entry of an open menu, or over none; returns whether there is something to draw. */
  hover(value: string | undefined): boolean {
    return this.#overlays.hover(value);
  }

  /** What the user sees at a cell of the terminal. */
  at(x: number, y: number): Target {
    const screen = this.#screen;
    const entry = this.#overlays.at(x, y);
    if (entry) return entry;
    if (!screen) return { kind: 'hit', hit: { place: 'none', pane: '', paneX: 0, paneY: 0 } };
    const { place, statusRanges } = this.#compositor;
    return { kind: 'hit', hit: hitTest(screen, place, statusRanges, x, y) };
  }

  dispose(): void {
    this.#overlays.dispose();
  }
}
