import type { LogSettings } from '../../archive/pane-log.ts';
import type { Log } from '../../base/log.ts';
import type { ExitStatus } from '../../holder/wire.ts';
import { LIVE_SCROLLBACK } from '../../term/emulator/emulator.ts';
import { shellOf } from '../shells/shell-meta.ts';
import { capture, captureRows } from './capture.ts';
import { CopySession } from './copy-mode/copy-session.ts';
import { type FedPane, HolderFeed } from './holder-feed.ts';
import { showEnd } from './last-screen.ts';
import { OutputPosition } from './output-position.ts';
import { liveLines, PaneEmulator } from './pane-emulator.ts';
import type {
  CaptureOptions,
  CopyState,
  EngineFrame,
  PaneChange,
  PaneInfo,
  PaneOptions,
} from './pane-engine.ts';
import { PaneFrames } from './pane-frames.ts';
import { paneInfo } from './pane-info.ts';
import { PaneNews } from './pane-news.ts';
import { PaneRecovery } from './pane-recovery.ts';
import { PaneSnapshot } from './pane-snapshot.ts';
import { logOptions, PaneStorage } from './pane-storage.ts';
import { type TextLimits, TextSink } from './text-sink.ts';
import type { WorkerData } from './worker-messages.ts';

/** DECTCEM: nobody types into a pane without a program. */
const HIDE_CURSOR = Buffer.from('\x1b[?25l');

export interface PaneOutlets {
  frame(frame: EngineFrame): void;
  change(change: PaneChange): void;
  /** A segment of the pane's log will not grow any more. */
  segmentClosed(): void;
  readonly log: Log;
}

/**
 * One pane in a worker thread. Its output flows from the feed to what is stored of it and
 * to the emulator; what the emulator then shows leaves as frames, and what it means to
 * the rest of the daemon as news.
 */
export class EmulatedPane implements FedPane {
  readonly pane: string;
  readonly #position = new OutputPosition();
  readonly #recovery: PaneRecovery;
  readonly #emulator: PaneEmulator;
  readonly #storage: PaneStorage;
  readonly #copy: CopySession;
  readonly #frames: PaneFrames;
  readonly #news: PaneNews;
  #feed: HolderFeed | undefined;

  constructor(options: PaneOptions, { recoveryFolder, logFolder }: WorkerData, outlets: PaneOutlets) {
    const { pane, historyLimit } = options;
    this.pane = pane;
    const onDisk = historyLimit - liveLines(historyLimit);
    const recovery = new PaneRecovery(recoveryFolder, pane, onDisk, outlets.log);
    if (recovery.refused) outlets.log(`pane ${pane}: what was kept is damaged: ${recovery.refused}`);
    const { lost } = recovery.history;
    if (lost > 0) outlets.log(`pane ${pane}: ${lost} lines of its history are damaged`);
    const emulator = new PaneEmulator(options, recovery, {
      happened: (event) => this.#news.happened(event),
      log: outlets.log,
    });
    this.#recovery = recovery;
    this.#emulator = emulator;
    this.#storage = new PaneStorage(
      {
        ...{ recovery, emulator, position: this.#position },
        free: (upTo) => this.#feed?.free(upTo),
        changed: () => this.#news.now(),
        segmentClosed: () => outlets.segmentClosed(),
      },
      logOptions(logFolder, pane, options.log),
    );
    this.#copy = new CopySession({
      snapshot: () => new PaneSnapshot(emulator.current, recovery.history, false, this.#storage.openArchive),
      cursor: () => emulator.current.cursor,
      changed: () => this.#shownAnew(),
    });
    const copy = this.#copy;
    this.#frames = new PaneFrames(pane, {
      emulator,
      get copyMode() {
        return copy.mode;
      },
      due: () => this.#news.modes(),
      send: (frame) => outlets.frame(frame),
    });
    this.#news = new PaneNews(pane, {
      position: this.#position,
      look: () => this.#look(),
      tell: (change) => outlets.change(change),
    });
  }

  get info(): PaneInfo {
    return this.#news.info;
  }

  /** Connects, and resolves when the screen has caught up with what the holder has now. */
  async open({ holderSocket, restoredLine }: PaneOptions): Promise<void> {
    if (holderSocket === undefined) {
      const note = this.#emulator.restore('');
      this.#position.endShown = note?.endShown ?? false;
      if (!note) this.#emulator.current.write(HIDE_CURSOR);
      this.#news.known();
      return;
    }
    this.#feed = await HolderFeed.connect(holderSocket, this.pane, this.#position);
    this.#begin(this.#feed, restoredLine);
    await this.#feed.observe(this);
    this.#news.now();
  }

  show(viewer: string): void {
    this.#frames.show(viewer);
  }

  hide(viewer: string): void {
    this.#frames.hide(viewer);
  }

  refresh(viewer: string): void {
    this.#frames.refresh(viewer);
  }

  acknowledge(viewer: string, seq: number): void {
    this.#frames.acknowledge(viewer, seq);
  }

  /** Returns the text, or the length of the file that it ends. */
  async capture(options: CaptureOptions, to: TextLimits): Promise<string | number> {
    const shown = options.mode ? this.#copy.mode : undefined;
    if (shown) return captureRows(shown.visible, options);
    const { history } = this.#recovery;
    const sink = new TextSink(to);
    try {
      await capture(
        { emulator: this.#emulator.current, history, openStream: this.#storage.openStream },
        options,
        sink,
      );
      return sink.end();
    } finally {
      sink.dispose();
    }
  }

  copyMode(command: string, args: readonly string[]): Promise<CopyState> {
    return this.#copy.run(command, args);
  }

  setHistoryLimit(lines: number): void {
    this.#recovery.history.setLimit(Math.max(0, lines - LIVE_SCROLLBACK));
  }

  setLog(settings: LogSettings): void {
    this.#storage.setLog(settings);
  }

  typed(size: number): void {
    this.#storage.typed(size);
  }

  clearHistory(): void {
    this.#emulator.current.clearHistory();
    this.#storage.edited();
    this.#news.now();
  }

  trimBelow(): void {
    if (this.#copy.mode) return;
    this.#emulator.current.trimBelow();
    this.#storage.edited();
    this.#shownAnew();
  }

  reset(): void {
    this.#emulator.current.reset();
    this.#storage.edited();
    this.#shownAnew();
  }

  /** Without a program, whose own terminal would tell of it. */
  resize(cols: number, rows: number): void {
    this.#emulator.current.resize(cols, rows);
    this.#copy.resized();
    this.#frames.now();
    this.#storage.later();
  }

  /** Shows text in a pane without a program; nobody would take the answers to queries in it. */
  print(text: string): void {
    const emulator = this.#emulator.current;
    emulator.write(Buffer.from(text.replaceAll('\n', '\r\n')));
    emulator.takeAnswers();
    this.checkpoint();
    this.#shownAnew();
  }

  /** Says below the last output how the program ended; once, however often it is asked for. */
  showEnd(format: string): void {
    if (this.#position.endShown) return;
    this.#position.endShown = true;
    showEnd(this.#emulator.current, format);
    this.#storage.edited();
    this.#shownAnew();
  }

  /** Saves the state now. */
  checkpoint(): void {
    this.#storage.checkpoint();
  }

  dispose(options: { erase: boolean }): void {
    if (!options.erase && this.#position.op !== '') this.checkpoint();
    this.#news.dispose();
    this.#frames.dispose();
    this.#feed?.dispose();
    this.#storage.dispose();
    this.#recovery.dispose(options);
    this.#emulator.dispose();
  }

  output(fresh: Uint8Array): void {
    const emulator = this.#emulator.current;
    this.#storage.output(fresh);
    this.#position.offset += fresh.length;
    emulator.write(fresh);
    for (const { ordinal, bytes } of emulator.takeAnswers())
      if (!this.#position.answered) this.#feed?.answer(ordinal, bytes);
    this.#feed?.took();
    this.#news.activity();
    this.#frames.output(fresh.length);
    this.#storage.progress();
  }

  resized({ cols, rows, offset }: { cols: number; rows: number; offset: number }): void {
    this.#storage.resized(cols, rows, offset);
    this.resize(cols, rows);
  }

  /** Saved first: whoever hears of the exit may let the holder forget the pane. */
  exited(exit: ExitStatus): void {
    this.checkpoint();
    this.#frames.now();
    this.#news.exited(exit);
  }

  /** Goes on from the checkpoint; without a usable one, from what the holder still has. */
  #begin({ held }: HolderFeed, restoredLine: string | undefined): void {
    const shellNonce = shellOf(held.meta)?.nonce;
    this.#news.shellNonce = shellNonce;
    this.#position.begin(held);
    const note = this.#emulator.restore(held.op);
    this.#news.known();
    const goesOn = note?.op === held.op;
    if (note && goesOn) this.#position.resume(note);
    else if (restoredLine !== undefined) this.#emulator.startBelow(restoredLine);
    else if (note) this.#emulator.current.startAnew();
    // All of the output comes again, and with it every line.
    else if (this.#recovery.recovered && held.from === 0) this.#recovery.history.clear();
    this.#storage.begin(shellNonce);
    // The line is not part of the output: it is saved before any of that is.
    if (restoredLine !== undefined && !goesOn) this.checkpoint();
  }

  /** Something other than output changed what is shown. */
  #shownAnew(): void {
    this.#frames.now();
    this.#news.now();
  }

  #look(): PaneInfo {
    const { history } = this.#recovery;
    const emulator = this.#emulator.current;
    return paneInfo(emulator, {
      historySize: history.end - history.first + emulator.normalBuffer.ybase,
      copy: this.#copy.state,
      crashSafe: this.#storage.crashSafe,
      logged: this.#storage.logged,
    });
  }
}
