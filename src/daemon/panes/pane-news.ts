import type { ExitStatus } from '../../holder/wire.ts';
import type { ProgramEvent } from '../../term/emulator/program-events.ts';
import type { OutputPosition } from './output-position.ts';
import type { PaneChange, PaneInfo } from './pane-engine.ts';
import { sameModes } from './pane-info.ts';

/** `activity` and a cursor that moved are told at most this often. */
const TELL_MS = 100;

export interface PaneNewsHost {
  readonly position: OutputPosition;
  /** The pane as it is now. */
  look(): PaneInfo;
  tell(change: PaneChange): void;
}

/** What the rest of the daemon hears of a pane: its state when that is another, its program's events, its end. */
export class PaneNews {
  /** The secret by which reports of the pane's shell are known; without one none is believed. */
  shellNonce: string | undefined;
  readonly #pane: string;
  readonly #host: PaneNewsHost;
  #info: PaneInfo;
  #active = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(pane: string, host: PaneNewsHost) {
    this.#pane = pane;
    this.#host = host;
    this.#info = host.look();
  }

  get info(): PaneInfo {
    return this.#info;
  }

  /** There was output. */
  activity(): void {
    this.#active = true;
    this.#timer ??= setTimeout(() => this.now(), TELL_MS);
  }

  now(): void {
    this.dispose();
    const info = this.#host.look();
    if (JSON.stringify(info) !== JSON.stringify(this.#info)) this.#publish(info);
    if (this.#active) this.#host.tell({ kind: 'activity', pane: this.#pane });
    this.#active = false;
  }

  /** Modes are told as soon as the frame that shows their effect. */
  modes(): void {
    const info = this.#host.look();
    if (!sameModes(info, this.#info)) this.#publish(info);
  }

  /** The pane is another by what an earlier daemon had told already. */
  known(): void {
    this.#info = this.#host.look();
  }

  happened(event: ProgramEvent): void {
    if (event.kind === 'shell') {
      const { nonce, ...report } = event;
      if (nonce === this.shellNonce) this.#host.tell({ ...report, pane: this.#pane });
      return;
    }
    const once = event.kind === 'bell' || event.kind === 'clipboard';
    if (once && this.#host.position.past) return;
    this.#host.tell({ ...event, pane: this.#pane });
  }

  exited(exit: ExitStatus): void {
    this.now();
    this.#host.tell({ kind: 'exited', pane: this.#pane, exit });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #publish(info: PaneInfo): void {
    this.#info = info;
    this.#host.tell({ kind: 'info', pane: this.#pane, info });
  }
}
