import { join } from 'node:path';
import { ArchivedLines } from '../../archive/archived-lines.ts';
import { type LogSettings, PaneLog } from '../../archive/pane-log.ts';
import type { SegmentStart } from '../../archive/segment-writer.ts';
import type { Log } from '../../base/log.ts';
import { packageVersion } from '../../base/package-root.ts';
import { HolderClient, type Observation } from '../../holder/holder-client.ts';
import type { ExitStatus, HeldPane } from '../../holder/wire.ts';
import { ZmxError } from '../../protocol/errors.ts';
import { Emulator, LIVE_SCROLLBACK } from '../../term/emulator/emulator.ts';
import type { ProgramEvent } from '../../term/emulator/program-events.ts';
import { SHELL_REPORT_OSC } from '../../term/shell-report.ts';
import { shellOf } from '../shells/shell-meta.ts';
import { capture, captureRows } from './capture.ts';
import type { CheckpointNote } from './checkpoint-file.ts';
import { Checkpoints } from './checkpoints.ts';
import { CopySession } from './copy-mode/copy-session.ts';
import { FrameClock } from './frame-clock.ts';
import { replayTail, startBelow } from './last-screen.ts';
import type {
  CaptureOptions,
  CopyState,
  EngineFrame,
  PaneChange,
  PaneInfo,
  PaneOptions,
} from './pane-engine.ts';
import { paneInfo, sameModes } from './pane-info.ts';
import { PaneRecovery } from './pane-recovery.ts';
import { type OpenArchive, PaneSnapshot } from './pane-snapshot.ts';
import { Viewers } from './viewers.ts';
import type { WorkerData } from './worker-messages.ts';

/** Credit is given back in pieces of this size, a quarter of what the holder sends ahead. */
const TOOK_BYTES = 16 * 1024;
/** `activity` and a cursor that moved are told at most this often. */
const TELL_MS = 100;

export interface PaneOutlets {
  frame(frame: EngineFrame): void;
  change(change: PaneChange): void;
  /** A segment of the pane's log will not grow any more. */
  segmentClosed(): void;
  readonly log: Log;
}

/**
 * One pane in a worker thread: its connection to the holder, its emulator, its
 * viewers and its checkpoints. A connection for each pane, so that the event loop
 * serves a quiet pane between two pieces of one that floods.
 */
export class EmulatedPane {
  readonly pane: string;
  readonly #outlets: PaneOutlets;
  readonly #recovery: PaneRecovery;
  readonly #viewers: Viewers;
  readonly #clock: FrameClock;
  readonly #copy = new CopySession({
    snapshot: () => new PaneSnapshot(this.#emulator, this.#recovery.history, false, this.#openArchive),
    cursor: () => this.#emulator.cursor,
    changed: () => {
      this.#clock.now();
      this.#tell();
    },
  });
  readonly #checkpoints: Checkpoints;
  readonly #archive: PaneLog | undefined;
  readonly #openArchive: OpenArchive | undefined;
  #emulator: Emulator;
  #holder: HolderClient | undefined;
  #observation: Observation | undefined;
  #op = '';
  /** One past the last byte of output that the emulator has seen, and what it has told the holder of that. */
  #offset = 0;
  #taken = 0;
  /** Where this emulation began; names its answers together with their ordinal. */
  #origin = 0;
  /** Output before this was seen by an earlier daemon: bells, clipboards and queries in it are old news. */
  #newsFrom = 0;
  /** The secret by which reports of the pane's shell are known; without one none is believed. */
  #shellNonce: string | undefined;
  /** Rows of scrollback that stay in the emulator. */
  readonly #scrollback: number;
  #info: PaneInfo;
  #telling: NodeJS.Timeout | undefined;
  #active = false;
  /** What is parsed is of the past: nothing is told of it. */
  #replaying = false;

  constructor(options: PaneOptions, { recoveryFolder, logFolder }: WorkerData, outlets: PaneOutlets) {
    this.pane = options.pane;
    this.#outlets = outlets;
    this.#scrollback = Math.min(LIVE_SCROLLBACK, options.historyLimit);
    const onDisk = options.historyLimit - this.#scrollback;
    this.#recovery = new PaneRecovery(recoveryFolder, options.pane, onDisk, outlets.log);
    if (this.#recovery.refused)
      outlets.log(`pane ${this.pane}: what was kept is damaged: ${this.#recovery.refused}`);
    this.#emulator = this.#emulate(options);
    if (logFolder !== undefined) {
      const folder = join(logFolder, options.pane);
      if (options.log) this.#archive = this.#openLog(folder, options.log);
      this.#openArchive = (before, generation) => {
        this.#archive?.flush();
        return new ArchivedLines(folder, before, generation);
      };
    }
    this.#checkpoints = this.#keepCheckpoints();
    this.#viewers = new Viewers(options.pane, (frame) => outlets.frame(frame));
    this.#clock = new FrameClock(() => this.#frame());
    this.#info = this.#look();
  }

  get info(): PaneInfo {
    return this.#info;
  }

  /** Connects, and resolves when the screen has caught up with what the holder has now. */
  async open(options: PaneOptions): Promise<void> {
    if (options.holderSocket === undefined) {
      this.#restore(options, '');
      return;
    }
    const holder = await HolderClient.connect(options.holderSocket, { daemon: false });
    this.#holder = holder;
    const held = holder.welcome.panes.find(({ pane }) => pane === this.pane);
    if (!held) throw new ZmxError('ENOENT', `the holder has no pane ${this.pane}`);
    this.#begin(held, options);
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
        resized: (size) => this.#resized(size),
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

  async capture(options: CaptureOptions): Promise<string> {
    const shown = options.mode ? this.#copy.mode : undefined;
    if (shown) return captureRows(shown.visible, options);
    return capture(this.#emulator, this.#recovery.history, options, this.#openArchive);
  }

  copyMode(command: string, args: readonly string[]): Promise<CopyState> {
    return this.#copy.run(command, args);
  }

  setHistoryLimit(lines: number): void {
    this.#recovery.history.setLimit(Math.max(0, lines - LIVE_SCROLLBACK));
  }

  setLog(settings: LogSettings): void {
    this.#archive?.set(settings);
  }

  typed(size: number): void {
    this.#archive?.input(size);
  }

  /** Not part of the output, so a replay would not do it again: it is saved at once. */
  clearHistory(): void {
    this.#emulator.clearHistory();
    this.#archive?.renew();
    this.checkpoint();
    this.#tell();
  }

  trimBelow(): void {
    if (this.#copy.mode) return;
    this.#emulator.trimBelow();
    this.#archive?.renew();
    this.checkpoint();
    this.#clock.now();
    this.#tell();
  }

  reset(): void {
    this.#emulator.reset();
    this.#archive?.renew();
    this.checkpoint();
    this.#clock.now();
    this.#tell();
  }

  /** Saves the state now. */
  checkpoint(): void {
    this.#checkpoints.now();
  }

  dispose(options: { erase: boolean }): void {
    if (!options.erase && this.#op !== '') this.checkpoint();
    clearTimeout(this.#telling);
    this.#checkpoints.dispose();
    this.#clock.dispose();
    this.#observation?.dispose();
    this.#holder?.dispose();
    this.#archive?.dispose();
    this.#recovery.dispose(options);
    this.#emulator.dispose();
  }

  #emulate({ cols, rows }: PaneOptions): Emulator {
    const emulator = new Emulator({
      cols,
      rows,
      sink: this.#recovery.history,
      version: packageVersion(),
      scrollback: this.#scrollback,
      fault: (error) => this.#outlets.log(`pane ${this.pane}: output could not be emulated: ${error.stack}`),
    });
    emulator.events.on((event) => this.#happened(event));
    return emulator;
  }

  #openLog(folder: string, settings: LogSettings): PaneLog {
    const log = new PaneLog(folder, {
      state: () => this.#segmentStart(this.#emulator.saveState()),
      inReport: () => this.#emulator.inOsc(SHELL_REPORT_OSC),
      changed: () => this.#tell(),
      closed: () => this.#outlets.segmentClosed(),
    });
    log.set(settings);
    return log;
  }

  #segmentStart(state: readonly Uint8Array[]): SegmentStart {
    const { generation, end: lines } = this.#recovery.history;
    const { cols, rows } = this.#emulator;
    const scrollback = this.#scrollback;
    return { offset: this.#offset, life: this.#op, cols, rows, generation, lines, scrollback, state };
  }

  #keepCheckpoints(): Checkpoints {
    const offset = (): number => this.#offset;
    return new Checkpoints({
      get offset() {
        return offset();
      },
      save: () => {
        const note = { op: this.#op, offset: this.#offset, origin: this.#origin };
        const state = this.#emulator.saveState();
        this.#archive?.checkpoint(() => this.#segmentStart(state));
        return this.#recovery.save(state, note);
      },
      free: (upTo) => this.#holder?.free(this.pane, upTo),
      changed: () => this.#tell(),
    });
  }

  /** Goes on from the checkpoint; without a usable one, from what the holder still has. */
  #begin(held: HeldPane, options: PaneOptions): void {
    this.#op = held.op;
    this.#shellNonce = shellOf(held.meta)?.nonce;
    this.#offset = held.from;
    this.#origin = held.from;
    this.#newsFrom = held.end;
    const note = this.#restore(options, held.op);
    const goesOn = note?.op === held.op;
    if (note && goesOn) {
      this.#offset = Math.max(held.from, note.offset);
      this.#origin = note.origin;
    } else if (options.restoredLine !== undefined) this.#startBelow(options.restoredLine);
    else if (note) this.#emulator.startAnew();
    // All of the output comes again, and with it every line.
    else if (this.#recovery.recovered && held.from === 0) this.#recovery.history.clear();
    this.#taken = this.#offset;
    this.#recovery.tail.begin(held.op);
    this.#checkpoints.begin(this.#offset);
    if (this.#archive) this.#archive.nonce = this.#shellNonce ?? '';
    this.#archive?.open(this.#op, this.#offset);
    // The line is not part of the output: it is saved before any of that is.
    if (options.restoredLine !== undefined && !goesOn) this.checkpoint();
  }

  /** Damaged lines of the history are met when the rows are gone through, and cost that alone. */
  #startBelow(line: string): void {
    const { history } = this.#recovery;
    try {
      startBelow(this.#emulator, history, line);
    } catch (error) {
      this.#outlets.log(
        `pane ${this.pane}: its history is damaged and left out: ${(error as Error).message}`,
      );
      history.clear();
      startBelow(this.#emulator, history, line);
    }
  }

  /**
   * The screen of the checkpoint; returns what is noted with it, undefined where there is no usable one.
   * @param op the program that runs now: of an earlier one the output after the checkpoint is shown too
   */
  #restore(options: PaneOptions, op: string): CheckpointNote | undefined {
    const note = this.#restoreCheckpoint(options);
    if (note?.op !== op) this.#replayTail(op);
    this.#info = this.#look();
    return note;
  }

  /** The last output of a program that no holder has any more; what it meant was told at the time. */
  #replayTail(op: string): void {
    const tail = this.#recovery.readTail();
    if (tail.op === op) return;
    this.#replaying = true;
    replayTail(this.#emulator, tail);
    this.#replaying = false;
    if (tail.damaged > 0)
      this.#outlets.log(`pane ${this.pane}: ${tail.damaged} damaged parts of its last output were left out`);
  }

  #restoreCheckpoint(options: PaneOptions): CheckpointNote | undefined {
    const { recovered } = this.#recovery;
    if (!recovered) return undefined;
    try {
      this.#emulator.restoreState(recovered.state);
      return recovered.note;
    } catch (error) {
      this.#outlets.log(`pane ${this.pane}: starts without its screen: ${(error as Error).message}`);
      this.#emulator.dispose();
      this.#emulator = this.#emulate(options);
      return undefined;
    }
  }

  #output(bytes: Uint8Array, offset: number): void {
    // Where the holder had to let something go, the output jumps.
    if (offset > this.#offset) this.#offset = offset;
    const fresh = offset < this.#offset ? bytes.subarray(this.#offset - offset) : bytes;
    if (fresh.length === 0) return;
    this.#archive?.output(fresh, this.#offset);
    this.#recovery.tail.output(this.#offset, fresh);
    this.#offset += fresh.length;
    this.#emulator.write(fresh);
    this.#answerQueries();
    if (this.#offset - this.#taken >= TOOK_BYTES) {
      this.#taken = this.#offset;
      this.#observation?.took(this.#offset);
    }
    this.#active = true;
    this.#clock.changed(fresh.length, this.#emulator.updating);
    this.#telling ??= setTimeout(() => this.#tell(), TELL_MS);
    this.#checkpoints.progress();
  }

  /** An emulation that began in the middle does not know which queries were answered before. */
  #answerQueries(): void {
    for (const { ordinal, bytes } of this.#emulator.takeAnswers()) {
      if (this.#origin > 0 && this.#origin < this.#newsFrom && this.#offset <= this.#newsFrom) continue;
      this.#holder?.answer(this.pane, this.#origin, ordinal, bytes);
    }
  }

  #resized({ cols, rows, offset }: { cols: number; rows: number; offset: number }): void {
    this.#archive?.resized(cols, rows, offset);
    this.#recovery.tail.resized(offset, cols, rows);
    this.#emulator.resize(cols, rows);
    this.#copy.resized();
    this.#clock.now();
    this.#checkpoints.later();
  }

  /** Saved first: whoever hears of the exit may let the holder forget the pane. */
  #exited(exit: ExitStatus): void {
    this.#checkpoints.now();
    this.#clock.now();
    this.#tell();
    this.#outlets.change({ kind: 'exited', pane: this.pane, exit });
  }

  #happened(event: ProgramEvent): void {
    if (this.#replaying) return;
    if (event.kind === 'shell') {
      const { nonce, ...report } = event;
      if (nonce === this.#shellNonce) this.#outlets.change({ ...report, pane: this.pane });
      return;
    }
    const once = event.kind === 'bell' || event.kind === 'clipboard';
    if (once && this.#offset <= this.#newsFrom) return;
    this.#outlets.change({ ...event, pane: this.pane });
  }

  /** Modes are told as soon as the frame that shows their effect. */
  #frame(): void {
    const info = this.#look();
    if (!sameModes(info, this.#info)) this.#publish(info);
    if (!this.#viewers.any) return;
    const { cols, rows, cursor, screen } = this.#emulator;
    const { mode } = this.#copy;
    if (!mode) {
      this.#emulator.look();
      this.#viewers.send(screen, { cols, rows, cursor });
      return;
    }
    screen.begin(cols, rows, 0);
    for (const [y, row] of mode.draw().entries()) screen.setEncoded(y, row);
    const place = { x: Math.min(mode.cursor.x, cols - 1), y: mode.y, visible: true, shape: 0, colour: '' };
    const results = mode.shownPattern && mode.results?.pattern === mode.shownPattern && mode.results.count;
    const copy = { scroll: mode.scroll, history: mode.grid.historyRows, ...(results && { results }) };
    this.#viewers.send(screen, { cols, rows, cursor: place, copy });
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
    const { history } = this.#recovery;
    return paneInfo(this.#emulator, {
      historySize: history.end - history.first + this.#emulator.normalBuffer.ybase,
      copy: this.#copy.state,
      crashSafe: this.#checkpoints.crashSafe,
      logged: this.#archive?.failure ?? true,
    });
  }
}
