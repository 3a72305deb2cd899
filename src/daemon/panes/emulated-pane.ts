import { packageVersion } from '../../base/package-root.ts';
import { HolderClient, type Observation } from '../../holder/holder-client.ts';
import type { ExitStatus, HeldPane } from '../../holder/wire.ts';
import { ZmxError } from '../../protocol/errors.ts';
import { Emulator, type EmulatorEvent } from '../../term/emulator/emulator.ts';
import { FrameClock } from './frame-clock.ts';
import type { EngineFrame, PaneChange, PaneInfo, PaneOptions } from './pane-engine.ts';
import { paneInfo, sameModes } from './pane-info.ts';
import { Viewers } from './viewers.ts';

/** Credit is given back in pieces of this size, a quarter of what the holder sends ahead. */
const TOOK_BYTES = 64 * 1024;
/** `activity` and a cursor that moved are told at most this often. */
const TELL_MS = 100;

export interface PaneOutlets {
  frame(frame: EngineFrame): void;
  change(change: PaneChange): void;
}

/**
 * One pane in a worker thread: its connection to the holder, its emulator and its
 * viewers. A connection for each pane, so that the event loop serves a quiet pane
 * between two pieces of one that floods.
 */
export class EmulatedPane {
  readonly pane: string;
  readonly #outlets: PaneOutlets;
  readonly #emulator: Emulator;
  readonly #viewers: Viewers;
  readonly #clock: FrameClock;
  #holder: HolderClient | undefined;
  #observation: Observation | undefined;
  /** One past the last byte of output that the emulator has seen. */
  #offset = 0;
  #taken = 0;
  #info: PaneInfo;
  #telling: NodeJS.Timeout | undefined;
  #active = false;
  /** Output before this was seen by an earlier daemon: bells and clipboards in it are old news. */
  #newsFrom = 0;

  constructor(options: PaneOptions, outlets: PaneOutlets) {
    this.pane = options.pane;
    this.#outlets = outlets;
    this.#emulator = new Emulator({
      cols: options.cols,
      rows: options.rows,
      sink: { append: () => {}, clear: () => {} },
      version: packageVersion(),
    });
    this.#emulator.events.on((event) => this.#happened(event));
    this.#viewers = new Viewers(options.pane, (frame) => outlets.frame(frame));
    this.#clock = new FrameClock(() => this.#frame());
    this.#info = this.#look();
  }

  get info(): PaneInfo {
    return this.#info;
  }

  /** Connects, and resolves when the screen has caught up with what the holder has now. */
  async open(holderSocket: string): Promise<void> {
    const holder = await HolderClient.connect(holderSocket, { daemon: false });
    this.#holder = holder;
    const held = holder.welcome.panes.find(({ pane }) => pane === this.pane);
    if (!held) throw new ZmxError('ENOENT', `the holder has no pane ${this.pane}`);
    this.#begin(held);
    await new Promise<void>((resolve, reject) => {
      const gone = holder.closed.on((error) => reject(error ?? new ZmxError('EPIPE', 'the pane was closed')));
      const caughtUp = (): void => {
        if (this.#offset < held.end) return;
        gone.dispose();
        resolve();
      };
      this.#observation = holder.observe(this.pane, this.#offset, {
        output: (bytes, offset) => {
          this.#output(bytes, offset);
          caughtUp();
        },
        resized: ({ cols, rows }) => this.#resized(cols, rows),
        exited: (exit) => this.#exited(exit),
      });
      caughtUp();
    });
    this.#tell();
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

  dispose(): void {
    clearTimeout(this.#telling);
    this.#clock.dispose();
    this.#observation?.dispose();
    this.#holder?.dispose();
    this.#emulator.dispose();
  }

  #begin(held: HeldPane): void {
    this.#offset = held.from;
    this.#taken = held.from;
    this.#newsFrom = held.end;
  }

  #output(bytes: Uint8Array, offset: number): void {
    const fresh = offset < this.#offset ? bytes.subarray(this.#offset - offset) : bytes;
    if (fresh.length === 0) return;
    this.#offset += fresh.length;
    this.#emulator.write(fresh);
    for (const { ordinal, bytes } of this.#emulator.takeAnswers())
      this.#holder?.answer(this.pane, 0, ordinal, bytes);
    if (this.#offset - this.#taken >= TOOK_BYTES) {
      this.#taken = this.#offset;
      this.#observation?.took(this.#offset);
    }
    this.#active = true;
    this.#clock.changed(fresh.length, this.#emulator.updating);
    this.#telling ??= setTimeout(() => this.#tell(), TELL_MS);
  }

  #resized(cols: number, rows: number): void {
    this.#emulator.resize(cols, rows);
    this.#clock.now();
  }

  #exited(exit: ExitStatus): void {
    this.#clock.now();
    this.#tell();
    this.#outlets.change({ kind: 'exited', pane: this.pane, exit });
  }

  #happened(event: EmulatorEvent): void {
    if (event.kind !== 'title' && this.#offset <= this.#newsFrom) return;
    this.#outlets.change({ ...event, pane: this.pane });
  }

  /** Modes are told as soon as the frame that shows their effect. */
  #frame(): void {
    const info = this.#look();
    if (!sameModes(info, this.#info)) this.#publish(info);
    if (!this.#viewers.any) return;
    this.#emulator.look();
    const { cols, rows, cursor } = this.#emulator;
    this.#viewers.send(this.#emulator.screen, { cols, rows, cursor });
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    const info = this.#look();
    if (JSON.stringify(info) !== JSON.stringify(this.#info)) this.#publish(info);
    if (this.#active) this.#outlets.change({ kind: 'activity', pane: this.pane });
    this.#active = false;
  }

  #publish(info: PaneInfo): void {
    this.#info = info;
    this.#outlets.change({ kind: 'info', pane: this.pane, info });
  }

  #look(): PaneInfo {
    return paneInfo(this.#emulator, {
      historySize: this.#emulator.normalBuffer.ybase,
      copy: undefined,
      crashSafe: true,
    });
  }
}
