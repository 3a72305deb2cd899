import { PassThrough } from 'node:stream';
import blessed, { type Widgets } from 'blessed';
import type { Disposable } from '../../base/disposable.ts';
import type { Screen } from '../compositor/chrome.ts';
import type { Overlay } from '../compositor/compositor.ts';
import type { Size } from '../terminal.ts';
import { type BlessedCell, rowsOf } from './blessed-cells.ts';
import { asRule, withFormat } from './formatted-row.ts';
import type { Painted } from './overlay-painter.ts';
import type { Widget } from './widget.ts';
import { layOut } from './widgets.ts';

/**
 * blessed without a terminal: its widgets draw into its cell buffer, which is read here,
 * and nothing that it writes goes anywhere. Its own drawing knows neither truecolor nor
 * italics, and its input loses keys; the panes' compositor shows these cells. The signal
 * handlers that it installs do nothing while the terminal's own are there.
 */
export class WidgetStage implements Disposable {
  readonly #screen: Widgets.Screen;

  constructor() {
    const nowhere = new PassThrough();
    nowhere.resume();
    this.#screen = blessed.screen({
      input: new PassThrough(),
      output: nowhere,
      terminal: 'xterm-256color',
      forceUnicode: true,
      fullUnicode: true,
      autoPadding: true,
    });
    this.#screen.draw = () => {};
  }

  /** Paints the overlay of `screen` for a terminal of this size; undefined where there is no room. */
  paint(screen: Screen, size: Size): Painted | undefined {
    const widget = layOut(screen, size);
    if (!widget) return undefined;
    this.#resize(size);
    const element = widget.make(this.#screen);
    this.#screen.render();
    const overlay = this.#read(widget);
    element.destroy();
    return { overlay, values: widget.rows.map((row) => row?.value) };
  }

  dispose(): void {
    this.#screen.destroy();
  }

  #read({ box, cursor, rows: entries }: Widget): Overlay {
    const { lines } = this.#screen as unknown as { readonly lines: readonly (readonly BlessedCell[])[] };
    const rows = lines.slice(box.y, box.y + box.rows).map((line, y) => {
      const row = rowsOf(line.slice(box.x, box.x + box.cols));
      const { format, over, rule } = entries[y] ?? {};
      if (rule) return asRule(row);
      return format === undefined ? row : withFormat(row, format, over, over !== undefined);
    });
    const { x, y } = cursor ?? { x: 0, y: 0 };
    return {
      x: box.x,
      y: box.y,
      rows,
      cursor: { x, y, visible: cursor !== undefined, shape: 0, colour: '' },
    };
  }

  #resize({ cols, rows }: Size): void {
    const { program } = this.#screen;
    if (program.cols === cols && program.rows === rows) return;
    program.cols = cols;
    program.rows = rows;
    this.#screen.alloc();
  }
}
