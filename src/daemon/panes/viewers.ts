import type { FrameBase, ScreenRows } from '../../term/emulator/screen-rows.ts';
import type { EngineFrame } from './pane-engine.ts';

/** Frames that a viewer has been sent and not yet drawn; a slow one waits, and then gets the newest state. */
const MAX_FRAMES_IN_FLIGHT = 2;

/** What a frame tells beside its rows. */
export type FrameState = Pick<EngineFrame['frame'], 'cols' | 'rows' | 'cursor' | 'copy'>;

interface Viewer {
  /** What it will have when all sent frames have arrived; undefined: the next frame is a full one. */
  base: FrameBase | undefined;
  state: string;
  inFlight: number[];
  /** A frame was due and there was no room for it. */
  waiting: boolean;
}

/** The attached clients that show a pane, and how far each has got. */
export class Viewers {
  readonly #viewers = new Map<string, Viewer>();
  readonly #pane: string;
  readonly #send: (frame: EngineFrame) => void;

  constructor(pane: string, send: (frame: EngineFrame) => void) {
    this.#pane = pane;
    this.#send = send;
  }

  get any(): boolean {
    return this.#viewers.size > 0;
  }

  show(viewer: string): void {
    this.#viewers.set(viewer, { base: undefined, state: '', inFlight: [], waiting: false });
  }

  hide(viewer: string): void {
    this.#viewers.delete(viewer);
  }

  /** The next frame will be a full one; whatever is in flight no longer counts. */
  refresh(viewer: string): void {
    if (this.#viewers.has(viewer)) this.show(viewer);
  }

  /** Returns whether the viewer has waited for room. */
  acknowledge(viewer: string, seq: number): boolean {
    const known = this.#viewers.get(viewer);
    if (!known) return false;
    known.inFlight = known.inFlight.filter((sent) => sent > seq);
    return known.waiting && known.inFlight.length < MAX_FRAMES_IN_FLIGHT;
  }

  /** Sends what changed to every viewer that has room for a frame. */
  send(screen: ScreenRows, state: FrameState): void {
    for (const [name, viewer] of this.#viewers) {
      viewer.waiting = viewer.inFlight.length >= MAX_FRAMES_IN_FLIGHT;
      if (viewer.waiting) continue;
      const changes = screen.changesSince(viewer.base);
      const stateKey = JSON.stringify(state);
      if (viewer.base && changes.changed.length === 0 && changes.scroll === 0 && stateKey === viewer.state)
        continue;
      const seq = screen.base.version;
      viewer.base = screen.base;
      viewer.state = stateKey;
      viewer.inFlight.push(seq);
      const { payload, ...rows } = changes;
      this.#send({
        pane: this.#pane,
        viewer: name,
        frame: { pane: this.#pane, seq, ...rows, ...state },
        payload,
      });
    }
  }
}
