import type { FrameBase, ScreenRows } from '../../term/emulator/screen-rows.ts';
import type { EngineFrame } from './pane-engine.ts';

/** Frames that a viewer has been sent and not yet drawn; a slow one waits, and then gets the newest state. */
const MAX_FRAMES_IN_FLIGHT = 4;
/** Of them, those of a flood: an echo costs a slow link nothing, and its like must not wait for the news that it was drawn. */
const MAX_LARGE_IN_FLIGHT = 2;
/** A frame with more changed rows is part of a flood. */
const SMALL_ROWS = 3;

/** What a frame tells beside its rows. */
export type FrameState = Pick<EngineFrame['frame'], 'cols' | 'rows' | 'cursor' | 'copy'>;

interface Viewer {
  /** What it will have when all sent frames have arrived; undefined: the next frame is a full one. */
  base: FrameBase | undefined;
  state: string;
  inFlight: { readonly seq: number; readonly large: boolean }[];
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
    known.inFlight = known.inFlight.filter((sent) => sent.seq > seq);
    return known.waiting && hasRoom(known);
  }

  /** Sends what changed to every viewer that has room for a frame. */
  send(screen: ScreenRows, state: FrameState): void {
    for (const [name, viewer] of this.#viewers) {
      viewer.waiting = !hasRoom(viewer);
      if (viewer.waiting) continue;
      const changes = screen.changesSince(viewer.base);
      const stateKey = JSON.stringify(state);
      if (viewer.base && changes.changed.length === 0 && changes.scroll === 0 && stateKey === viewer.state)
        continue;
      const seq = screen.base.version;
      viewer.base = screen.base;
      viewer.state = stateKey;
      const { payload, ...rows } = changes;
      viewer.inFlight.push({ seq, large: rows.changed.length + rows.scroll > SMALL_ROWS });
      this.#send({
        pane: this.#pane,
        viewer: name,
        frame: { pane: this.#pane, seq, ...rows, ...state },
        payload,
      });
    }
  }
}

function hasRoom({ inFlight }: Viewer): boolean {
  return (
    inFlight.length < MAX_FRAMES_IN_FLIGHT &&
    inFlight.filter(({ large }) => large).length < MAX_LARGE_IN_FLIGHT
  );
}
