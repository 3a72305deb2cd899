import type { Disposable } from '../../base/disposable.ts';
import type { Screen } from '../compositor/chrome.ts';
import type { Overlay } from '../compositor/compositor.ts';
import type { Size } from '../terminal.ts';
import type { WidgetStage } from './widget-stage.ts';

/** An overlay as it was painted, and what is where on it. */
export interface Painted {
  readonly overlay: Overlay;
  /** Values of the entries by row of the overlay. */
  readonly entries: readonly (string | undefined)[];
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
  #painted:
    | { readonly screen: Screen; readonly size: Size; readonly result: Painted | undefined }
    | undefined;

  constructor(loaded: () => void) {
    this.#loaded = loaded;
  }

  /** undefined when there is nothing to paint, or not yet. */
  paint(screen: Screen, size: Size): Overlay | undefined {
    const { overlay, prompt } = screen;
    const drawnByCompositor = !overlay || overlay.kind === 'pane-numbers' || overlay.kind === 'clock';
    if (drawnByCompositor && !prompt) {
      this.#painted = undefined;
      return undefined;
    }
    if (!this.#stage) {
      if (!this.#loading) void this.#load();
      return undefined;
    }
    const known = this.#painted;
    if (known?.screen !== screen || known.size.cols !== size.cols || known.size.rows !== size.rows)
      this.#painted = { screen, size, result: this.#stage.paint(screen, size) };
    return this.#painted?.result?.overlay;
  }

  /** The entry under a cell of the terminal, or the overlay alone beside them. */
  at(x: number, y: number): { kind: 'overlay'; overlay: string; value: string | undefined } | undefined {
    const painted = this.#painted;
    if (!painted?.result || !painted.screen.overlay) return undefined;
    const { overlay, entries } = painted.result;
    const row = y - overlay.y;
    const cols = overlay.rows[row]?.cells.length ?? 0;
    if (x < overlay.x || x >= overlay.x + cols) return undefined;
    return { kind: 'overlay', overlay: painted.screen.overlay.id, value: entries[row] };
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
