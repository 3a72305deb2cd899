import { join } from 'node:path';
import { ArchivedLines } from '../../archive/archived-lines.ts';
import { ArchivedStream } from '../../archive/archived-stream.ts';
import { type LogSettings, PaneLog } from '../../archive/pane-log.ts';
import type { SegmentStart } from '../../archive/segment-writer.ts';
import { SHELL_REPORT_OSC } from '../../term/shell-report.ts';
import type { OpenStream } from './capture.ts';
import { Checkpoints } from './checkpoints.ts';
import type { OutputPosition } from './output-position.ts';
import type { PaneEmulator } from './pane-emulator.ts';
import type { PaneRecovery } from './pane-recovery.ts';
import type { OpenArchive } from './pane-snapshot.ts';

export interface PaneStorageHost {
  readonly recovery: PaneRecovery;
  readonly emulator: PaneEmulator;
  readonly position: OutputPosition;
  /** Output up to here is safe: the holder may drop it. */
  free(offset: number): void;
  /** `crashSafe` or `logged` is another than before. */
  changed(): void;
  /** A segment of the log will not grow any more. */
  segmentClosed(): void;
}

/** Where a pane's log is, and what is logged; without settings only what is there is read. */
export interface PaneLogOptions {
  readonly folder: string;
  readonly settings: LogSettings | undefined;
}

/**
 * What is kept of a pane on disk: for the next daemon its checkpoint with the output since,
 * for people its log. Together, since a state of the emulator that a checkpoint has cost is
 * also the occasion for the log's next segment.
 */
export class PaneStorage {
  /** Lines that have left the history and are in the log; undefined where there is none. */
  readonly openArchive: OpenArchive | undefined;
  /** The same, to be read once from their beginning on. */
  readonly openStream: OpenStream | undefined;
  readonly #host: PaneStorageHost;
  readonly #log: PaneLog | undefined;
  readonly #checkpoints: Checkpoints;

  constructor(host: PaneStorageHost, log: PaneLogOptions | undefined) {
    this.#host = host;
    if (log) {
      if (log.settings) this.#log = this.#openLog(log.folder, log.settings);
      this.openArchive = (before, generation) => {
        this.#log?.flush();
        return new ArchivedLines(log.folder, before, generation);
      };
      this.openStream = (before, generation) => {
        this.#log?.flush();
        return new ArchivedStream(log.folder, before, generation);
      };
    }
    this.#checkpoints = new Checkpoints({
      get offset() {
        return host.position.offset;
      },
      save: () => this.#save(),
      free: (upTo) => host.free(upTo),
      changed: () => host.changed(),
    });
  }

  /** Or why a crash would cost what is on the screen. */
  get crashSafe(): true | string {
    return this.#checkpoints.crashSafe;
  }

  /** Or why nothing is logged though it should be. */
  get logged(): true | string {
    return this.#log?.failure ?? true;
  }

  /** The program's output goes on at the position; `nonce`: the secret of its shell's reports, which no log shows. */
  begin(nonce: string | undefined): void {
    const { recovery, position } = this.#host;
    recovery.tail.begin(position.op);
    this.#checkpoints.begin(position.offset);
    if (!this.#log) return;
    this.#log.nonce = nonce ?? '';
    this.#log.open(position.op, position.offset);
  }

  /** Output that the emulator is given next, at the position. */
  output(bytes: Uint8Array): void {
    const { recovery, position } = this.#host;
    this.#log?.output(bytes, position.offset);
    recovery.tail.output(position.offset, bytes);
  }

  resized(cols: number, rows: number, offset: number): void {
    this.#log?.resized(cols, rows, offset);
    this.#host.recovery.tail.resized(offset, cols, rows);
  }

  /** The emulator has seen more output. */
  progress(): void {
    this.#checkpoints.progress();
  }

  /** Something changed that can wait to be saved. */
  later(): void {
    this.#checkpoints.later();
  }

  checkpoint(): void {
    this.#checkpoints.now();
  }

  /** The screen is another by no output: a replay would not do it again, so it is saved at once. */
  edited(): void {
    this.#log?.renew();
    this.checkpoint();
  }

  setLog(settings: LogSettings): void {
    this.#log?.set(settings);
  }

  /** `size` bytes were typed. */
  typed(size: number): void {
    this.#log?.input(size);
  }

  /** The files themselves are those of the recovery, which its owner closes after this. */
  dispose(): void {
    this.#checkpoints.dispose();
    this.#log?.dispose();
  }

  #openLog(folder: string, settings: LogSettings): PaneLog {
    const { emulator, changed, segmentClosed } = this.#host;
    const log = new PaneLog(folder, {
      state: () => this.#segmentStart(emulator.current.saveState()),
      inReport: () => emulator.current.inOsc(SHELL_REPORT_OSC),
      changed,
      closed: segmentClosed,
    });
    log.set(settings);
    return log;
  }

  #save(): string | undefined {
    const { recovery, emulator, position } = this.#host;
    const { op, offset, origin, endShown } = position;
    const state = emulator.current.saveState();
    this.#log?.checkpoint(() => this.#segmentStart(state));
    return recovery.save(state, { op, offset, origin, ...(endShown && { endShown }) });
  }

  #segmentStart(state: readonly Uint8Array[]): SegmentStart {
    const { recovery, emulator, position } = this.#host;
    const { generation, end: lines } = recovery.history;
    const { cols, rows } = emulator.current;
    const { scrollback } = emulator;
    return { offset: position.offset, life: position.op, cols, rows, generation, lines, scrollback, state };
  }
}

/** A pane's log has a folder of its own. */
export function logOptions(
  root: string | undefined,
  pane: string,
  settings: LogSettings | undefined,
): PaneLogOptions | undefined {
  return root === undefined ? undefined : { folder: join(root, pane), settings };
}
