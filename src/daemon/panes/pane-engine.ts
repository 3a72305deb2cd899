import type { LogSettings } from '../../archive/pane-log.ts';
import type { Signal } from '../../base/signal.ts';
import type { ExitStatus } from '../../holder/wire.ts';
import type { CaptureOptions, CopyState, PaneInfo } from '../../model/pane-info.ts';
import type { ShellReport } from '../../term/shell-report.ts';

/**
 * What the daemon's main thread sees of the panes that run here: emulation,
 * frames, history and checkpoints happen in worker threads behind this interface,
 * since reading and parsing in the thread that resolves keys would delay each key.
 */
export interface PaneEngine {
  /**
   * Emulates a holder's pane from its checkpoint (or from offset 0) on, in a worker
   * that has its own connection to the holder. Resolves when the screen has caught up
   * with what the holder held at the time.
   */
  open(options: PaneOptions): Promise<void>;
  /** The pane is open, or being opened or closed. */
  has(pane: string): boolean;
  /** Ends emulation; `erase` also removes the pane's checkpoint and history from disk. */
  close(pane: string, options: { erase: boolean }): Promise<void>;

  /** Begins frames for a viewer (an attached client's id) with a full one; `hide` ends them. */
  show(pane: string, viewer: string): void;
  hide(pane: string, viewer: string): void;
  /** The viewer has drawn frame `seq`: another may be sent. */
  acknowledge(pane: string, viewer: string, seq: number): void;
  /** The viewer missed a frame: the next is a full one. */
  refresh(pane: string, viewer: string): void;

  /**
   * Text of screen and history as capture-pane defines it.
   * @param most bytes that it may have. @throws ZmxError E2BIG for more.
   */
  capture(pane: string, options: CaptureOptions, most?: number): Promise<string>;
  /**
   * The same where it may be of any length: one that is not short goes to a file. Returns the text, or
   * the length of the file that it ends.
   * @throws a system error, e.g. ENOSPC.
   */
  captureTo(pane: string, options: CaptureOptions, file: TextFile): Promise<string | number>;
  /**
   * Runs a command of send-keys -X by tmux's name and arguments; `enter` begins the mode and
   * `cancel` ends it. `enter` takes -e, -u, -H and the options that matter as `name=value`
   * (mode-keys, word-separators, wrap-search, mode-style, copy-mode-*-style). Every command
   * takes `x=N` and `y=N`, a mouse's place to go to first (y beyond the view scrolls);
   * `cursor-to` does nothing else.
   * @throws ZmxError for an unknown command and for a pane that is not in the mode.
   */
  copyMode(pane: string, command: string, args: readonly string[]): Promise<CopyState>;
  clearHistory(pane: string): Promise<void>;
  setHistoryLimit(pane: string, lines: number): void;
  /** Whether and how the pane's output is logged from now on. */
  setLog(pane: string, settings: LogSettings): void;
  /** So many bytes were typed into the pane, for its log. */
  typed(pane: string, size: number): void;
  /** resize-pane -T. */
  trimBelow(pane: string): Promise<void>;
  /** send-keys -R. */
  reset(pane: string): Promise<void>;
  /** Of a pane whose program has ended; a running one's follows its terminal, which the holder resizes. */
  resize(pane: string, cols: number, rows: number): void;
  /** Shows text and sequences as if a program had printed them, in a pane that has none; a newline goes to the first column. */
  print(pane: string, text: string): Promise<void>;
  /** Writes this text, with `#[…]`, below the output of a program that has ended; once for each program. */
  showEnd(pane: string, format: string): Promise<void>;
  info(pane: string): PaneInfo;
  /** Writes checkpoints of all panes, e.g. before a planned end. */
  checkpointAll(): Promise<void>;
  /** Bytes of memory that the workers use, for tests and `zmx info`. */
  dispose(): Promise<void>;

  readonly frames: Signal<EngineFrame>;
  readonly changes: Signal<PaneChange>;
  /** A segment of this pane's log, or the log itself, is closed: it can be compressed. */
  readonly segmentClosed: Signal<string>;
}

/** Where a text goes that is too long for memory. */
export interface TextFile {
  readonly path: string;
  /** Length of what stays of the file; what follows is cut off. */
  readonly at: number;
  /** Comes first, if the text goes there. */
  readonly before: string;
}

/** A text that is longer goes to a file. Bytes. */
export const OUTPUT_IN_MEMORY_BYTES = 32 * 1024;

export interface PaneOptions {
  readonly pane: string;
  /** undefined: the program has ended and nothing holds it any more; what is shown is its last screen. */
  readonly holderSocket: string | undefined;
  readonly cols: number;
  readonly rows: number;
  /** Lines of history kept in all (memory and disk). */
  readonly historyLimit: number;
  /** undefined: not logged. */
  readonly log?: LogSettings;
  /** A line between the screen of an earlier program and this one's output; written once. */
  readonly restoredLine?: string;
}

export type { CaptureOptions, CopyState, PaneInfo };

/** One frame for one viewer, ready for the bulk lane; see FRAME in protocol/messages. */
export interface EngineFrame {
  readonly pane: string;
  readonly viewer: string;
  readonly frame: import('../../protocol/messages/frames.ts').FrameBody;
  readonly payload: Uint8Array;
}

export type PaneChange =
  | { readonly kind: 'info'; readonly pane: string; readonly info: PaneInfo }
  | { readonly kind: 'title'; readonly pane: string; readonly title: string }
  | { readonly kind: 'bell'; readonly pane: string }
  /** There was output; at most every 100 ms. */
  | { readonly kind: 'activity'; readonly pane: string }
  /** OSC 7: working folder that the program reports. */
  | { readonly kind: 'cwd'; readonly pane: string; readonly path: string }
  /** OSC 52: the program sets the clipboard. */
  | { readonly kind: 'clipboard'; readonly pane: string; readonly text: string }
  /** A report of the pane's own shell. After a restart of the daemon those since the checkpoint come again, with their numbers. */
  | { readonly kind: 'shell'; readonly pane: string; readonly number: number; readonly report: ShellReport }
  /** The child has ended and its last byte is on the screen. */
  | { readonly kind: 'exited'; readonly pane: string; readonly exit: ExitStatus };
