import type { CopyMode } from './copy-mode/copy-mode.ts';
import { FrameClock } from './frame-clock.ts';
import type { PaneEmulator } from './pane-emulator.ts';
import type { EngineFrame } from './pane-engine.ts';
import { Viewers } from './viewers.ts';

export interface PaneFramesHost {
  readonly emulator: PaneEmulator;
  /** What is shown in the place of the screen. */
  readonly copyMode: CopyMode | undefined;
  /** A frame is about to be made, or would be if anybody looked. */
  due(): void;
  send(frame: EngineFrame): void;
}

/** A pane's picture: of its screen or its copy mode, to whoever looks, when it is due. */
export class PaneFrames {
  readonly #host: PaneFramesHost;
  readonly #viewers: Viewers;
  readonly #clock = new FrameClock(() => this.#frame());

  constructor(pane: string, host: PaneFramesHost) {
    this.#host = host;
    this.#viewers = new Viewers(pane, (frame) => host.send(frame));
  }

  show(viewer: string): void {
    this.#viewers.show(viewer);
    this.#clock.now();
  }

  hide(viewer: string): void {
    this.#viewers.hide(viewer);
  }

  refresh(viewer: string): void {
    this.#viewers.refresh(viewer);
    this.#clock.now();
  }

  acknowledge(viewer: string, seq: number): void {
    if (this.#viewers.acknowledge(viewer, seq)) this.#clock.now();
  }

  /** `bytes` of output have been emulated. */
  output(bytes: number): void {
    this.#clock.changed(bytes, this.#host.emulator.current.updating);
  }

  /** Something other than output changed what is shown. */
  now(): void {
    this.#clock.now();
  }

  dispose(): void {
    this.#clock.dispose();
  }

  #frame(): void {
    this.#host.due();
    if (!this.#viewers.any) return;
    const mode = this.#host.copyMode;
    if (mode) this.#sendCopyMode(mode);
    else this.#sendScreen();
  }

  #sendScreen(): void {
    const emulator = this.#host.emulator.current;
    const { cols, rows, cursor, screen } = emulator;
    emulator.look();
    this.#viewers.send(screen, { cols, rows, cursor });
  }

  #sendCopyMode(mode: CopyMode): void {
    const { cols, rows, screen } = this.#host.emulator.current;
    screen.begin(cols, rows, 0);
    for (const [y, row] of mode.draw().entries()) screen.setEncoded(y, row);
    const cursor = { x: Math.min(mode.cursor.x, cols - 1), y: mode.y, visible: true, shape: 0, colour: '' };
    const results = mode.shownPattern && mode.results?.pattern === mode.shownPattern && mode.results.count;
    const copy = { scroll: mode.scroll, history: mode.grid.historyRows, ...(results && { results }) };
    this.#viewers.send(screen, { cols, rows, cursor, copy });
  }
}
