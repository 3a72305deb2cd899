import type { Disposable } from '../../base/disposable.ts';
import type { Screen } from '../compositor/chrome.ts';
import type { Overlay } from '../compositor/compositor.ts';
import type { Size } from '../terminal.ts';
import type { WidgetStage } from './widget-stage.ts';

/** An overlay as it was painted, and what is where on it. */
export interface Painted {
  readonly overlay: Overlay;
  /** Values of the entries by row of the overlay. */
  readonly values: readonly (string | undefined)[];
}

/**
 * Paints the daemon's overlay (list, text, confirm, menu) and the command prompt with
 * blessed's widgets. The daemon owns their state and takes the keys; here is only how
 * they look. blessed takes longer to load than a screen to draw, so it is loaded when
 * the first of them opens; until then the compositor shows the prompt by itself.
 */
export class OverlayPainter implements Disposable {
  readonly #loaded: () => void;
  #stage: WidgetStage | undefined;
  #loading = false;
  #disposed = false;
  /** The entry under the pointer of an open menu; until the keyboard or another overlay takes over. */
  #hovered: string | undefined;
  #painted:
    | { readonly screen: Screen; readonly size: Size; readonly result: Painted | undefined }
    | undefined;

  constructor(loaded: () => void) {
    this.#loaded = loaded;
  }

  /** undefined when there is nothing to paint, or not yet. */
  paint(screen: Screen, size: Size): Overlay | undefined {
    const { overlay, prompt } = screen;
    const drawnByCompositor = !overlay || ['pane-numbers', 'clock', 'popup'].includes(overlay.kind);
    if (drawnByCompositor && !prompt) {
      this.#painted = undefined;
      return undefined;
    }
    if (!this.#stage) {
      if (!this.#loading) void this.#load();
      return undefined;
    }
    const known = this.#painted;
    if (overlayKey(known?.screen) !== overlayKey(screen)) this.#hovered = undefined;
    if (known?.screen !== screen || known.size.cols !== size.cols || known.size.rows !== size.rows)
      this.#painted = { screen, size, result: this.#stage.paint(hovering(screen, this.#hovered), size) };
    return this.#painted?.result?.overlay;
  }

  /** Points at an entry of the open menu, or at none; returns whether that changes what is to be seen. */
  hover(value: string | undefined): boolean {
    const painted = this.#painted;
    if (painted?.screen.overlay?.kind !== 'menu' || value === this.#hovered || !this.#stage) return false;
    this.#hovered = value;
    const { screen, size } = painted;
    this.#painted = { screen, size, result: this.#stage.paint(hovering(screen, value), size) };
    return true;
  }

  /** The entry under a cell of the terminal, or the overlay alone beside them. */
  at(x: number, y: number): { kind: 'overlay'; overlay: string; value: string | undefined } | undefined {
    const painted = this.#painted;
    if (!painted?.result || !painted.screen.overlay) return undefined;
    const { overlay, values } = painted.result;
    const row = y - overlay.y;
    const cols = overlay.rows[row]?.cells.length ?? 0;
    if (x < overlay.x || x >= overlay.x + cols) return undefined;
    return { kind: 'overlay', overlay: painted.screen.overlay.id, value: values[row] };
  }

  dispose(): void {
    this.#disposed = true;
    this.#stage?.dispose();
  }

  async #load(): Promise<void> {
    this.#loading = true;
    const { WidgetStage } = await import('./widget-stage.ts');
    if (this.#disposed) return;
    this.#stage = new WidgetStage();
    this.#loaded();
  }
}

/** A menu with another entry selected. */
function hovering(screen: Screen, value: string | undefined): Screen {
  const { overlay } = screen;
  if (overlay?.kind !== 'menu' || value === undefined) return screen;
  return {
    ...screen,
    overlay: { ...overlay, selected: overlay.items.findIndex((item) => item.value === value) },
  };
}

/** Which menu it is, and what the keyboard has selected in it. */
function overlayKey(screen: Screen | undefined): string {
  const overlay = screen?.overlay;
  return overlay?.kind === 'menu' ? `${overlay.selected} ${overlay.id}` : '';
}
