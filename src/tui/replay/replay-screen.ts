import type { LogRecord, StartRecord } from '../../archive/records.ts';
import { packageVersion } from '../../base/package-root.ts';
import type { FrameBody } from '../../protocol/messages/frames.ts';
import { Emulator } from '../../term/emulator/emulator.ts';
import type { HistorySink } from '../../term/emulator/history-line.ts';
import type { FrameBase } from '../../term/emulator/screen-rows.ts';
import type { Stage } from './player.ts';

/** Lines that leave the screen are not looked at. */
const NO_HISTORY: HistorySink = { append: () => {}, clear: () => {} };

/** The emulator of a replay: what the pane's screen showed. Its output is the records', its answers are nobody's. */
export class ReplayScreen implements Stage {
  #emulator: Emulator | undefined;
  #life = '';
  /** Something is missing before the next start: its state counts. */
  #gap = true;
  #base: FrameBase | undefined;

  get size(): { readonly cols: number; readonly rows: number } {
    return { cols: this.#emulator?.cols ?? 80, rows: this.#emulator?.rows ?? 24 };
  }

  jumped(): void {
    this.#gap = true;
  }

  /** Returns whether the screen began anew, from the state of a start. */
  take(record: LogRecord): boolean {
    switch (record.kind) {
      case 'start':
        if (!this.#gap && record.life === this.#life) return false;
        this.#begin(record);
        return true;
      case 'output':
        this.#emulator?.write(record.bytes);
        this.#emulator?.takeAnswers();
        return false;
      case 'resize':
        this.#emulator?.resize(record.cols, record.rows);
        return false;
      case 'gap':
        this.#gap = true;
        return false;
      case 'input':
      case 'mark':
        return false;
    }
  }

  /** What changed since the last call, as frame `pane`; undefined before the first start. */
  frame(pane: string): { readonly frame: FrameBody; readonly payload: Uint8Array } | undefined {
    const emulator = this.#emulator;
    if (!emulator) return undefined;
    emulator.look();
    const { screen, cols, rows, cursor } = emulator;
    const { payload, ...changes } = screen.changesSince(this.#base);
    this.#base = screen.base;
    return { frame: { pane, seq: screen.base.version, ...changes, cols, rows, cursor }, payload };
  }

  /** As `frame`, with all rows. */
  whole(pane: string): ReturnType<ReplayScreen['frame']> {
    this.#base = undefined;
    return this.frame(pane);
  }

  dispose(): void {
    this.#emulator?.dispose();
    this.#emulator = undefined;
  }

  #begin({ cols, rows, state, life }: StartRecord): void {
    this.dispose();
    this.#base = undefined;
    this.#gap = false;
    this.#life = life;
    this.#emulator = new Emulator({ cols, rows, sink: NO_HISTORY, version: packageVersion() });
    if (state) this.#emulator.restoreState(state);
    // The state has the size of its checkpoint.
    this.#emulator.resize(cols, rows);
  }
}
