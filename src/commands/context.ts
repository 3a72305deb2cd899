import type { AttachedClient, MouseState } from '../model/client.ts';
import type { Pane, PanePipe } from '../model/pane.ts';
import type { CaptureOptions, CopyState } from '../model/pane-info.ts';
import type { Server } from '../model/server.ts';
import type { RestoredShell } from '../model/shell-restore.ts';
import type { Target } from '../model/target/find.ts';

import type { Command } from './command.ts';
import type { CommandLine, Word } from './language/syntax.ts';

/** What commands work on: the model, and the daemon that carries out what the model cannot. */
export interface Host {
  readonly server: Server;
  readonly effects: Effects;
}

/**
 * What a command may ask of the daemon. Panes are named by uuid. Sizes are not here:
 * commands change layouts, and after each command the daemon brings the panes to
 * the sizes that the model says. A rejected promise ends the command with its message.
 */
export interface Effects {
  /** Starts a pane's program, once per `op`. */
  spawn(request: SpawnRequest): Promise<{ pid: number; tty: string }>;
  /** Begins a pane that has no program. */
  openEmpty(pane: string, size: Size & { readonly historyLimit: number }): Promise<void>;
  /** Shows text and escape sequences in a pane that has no program. */
  print(pane: string, text: string): Promise<void>;
  /** Ends a pane's program (SIGHUP, then SIGKILL) and forgets the pane; with `keep` its screen and history stay, for a respawn. */
  kill(pane: string, options: { keep: boolean }): Promise<void>;

  /** Resolves when a pane whose program was lost has another; undefined for any other pane. Writes wait for it. */
  arrival(pane: string): Promise<void> | undefined;
  /** Bytes to the pane's terminal as if typed. */
  write(pane: string, bytes: Uint8Array): Promise<void>;
  /** A key by tmux's name ('C-Left', 'é', 'F5'), encoded for the pane's modes; `raw` is what the client's terminal sent for it, if it came from one. */
  sendKey(pane: string, key: string, raw?: Uint8Array): Promise<void>;
  /** A mouse report, encoded for the pane's modes; dropped when the program wants none. */
  sendMouse(pane: string, mouse: MouseState): Promise<void>;

  /** @param most bytes that the text may have; it fails with more. */
  capture(pane: string, options: CaptureOptions, most?: number): Promise<string>;
  /**
   * The same of any length: a long text goes to the operation's file, which has `at` bytes, with `before`
   * in front of it. Returns the text, or how many bytes the file has then.
   */
  captureTo(
    pane: string,
    options: CaptureOptions,
    place: { readonly at: number; readonly before: string },
  ): Promise<string | number>;
  /** As PaneEngine.copyMode: `enter`, `cancel` and the -X commands. */
  copyMode(pane: string, command: string, args: readonly string[]): Promise<CopyState>;
  clearHistory(pane: string): Promise<void>;
  setHistoryLimit(pane: string, lines: number): void;
  /** The title that formats show until the program sets another (select-pane -T). */
  setTitle(pane: string, title: string): void;
  /** Drops the lines below the cursor; history takes their place (resize-pane -T). */
  trimBelow(pane: string): Promise<void>;
  /** send-keys -R. */
  reset(pane: string): Promise<void>;
  /** Says in the last row of a pane that remains how its program ended: expanded text, with `#[…]`. */
  showEnd(pane: string, format: string): Promise<void>;
  /** Refreshes pane.currentPath and pane.currentCommand from /proc. */
  refreshStatus(pane: Pane): Promise<void>;
  /** The environment with which the pane's program was started. */
  programEnvironment(pane: Pane): Promise<Record<string, string>>;
  /** Begins a pane's pipe to a shell command, or ends the one it has (undefined). */
  pipe(pane: string, request: PipeRequest | undefined): Promise<void>;

  /** Runs a command with /bin/sh; resolves at its end. */
  shell(request: ShellRequest): Promise<ShellResult>;
  /** Resolves after `ms`. */
  sleep(ms: number): Promise<void>;
  readFile(path: string): Promise<string>;
  /** With `append`, adds to the file. Relative paths have been resolved. */
  writeFile(path: string, data: string, options: { append: boolean }): Promise<void>;
  /** Files that match a glob(7) pattern, sorted. */
  glob(pattern: string): Promise<string[]>;

  /** The client has left the model (`server.clients`); tell it. `message` is what it prints in brackets: 'detached (from session a)'. */
  detached(client: AttachedClient, reason: DetachReason, message: string): void;
  /** SIGTSTP to the client's program. */
  suspend(client: AttachedClient): void;
  /** Runs a command at the client's terminal, which shows nothing else until it ends. */
  lock(client: AttachedClient, command: string): void;
  bell(client: AttachedClient): void;
  setClipboard(client: AttachedClient, text: string): void;
  /** Full repaint (refresh-client). */
  redraw(client: AttachedClient): void;
  /** What `zmx restore` does; returns the lines that it prints. */
  restore(wish: RestoreWish): Promise<readonly string[]>;
  /** Ends daemon and holder: kill-server, or the last session has gone with exit-empty. */
  endServer(): void;
}

export interface RestoreWish {
  /** List the snapshots, show what a restore would do, or do it. */
  readonly kind: 'list' | 'plan' | 'carry-out';
  /** Number of the snapshot, 1 the newest. */
  readonly from: number;
}

export type DetachReason = 'detached' | 'exited' | 'killed' | 'switched' | 'server-exited' | 'lost';

export interface SpawnRequest {
  readonly op: string;
  readonly pane: string;
  /** The program and its words; a command line for the shell is already [shell, '-c', line]. */
  readonly argv: readonly string[];
  /** argv[0] that the program sees: '-bash' for a login shell. */
  readonly arg0: string;
  readonly cwd: string;
  /** Complete, with ZMX, ZMX_PANE and TERM. */
  readonly env: Readonly<Record<string, string>>;
  readonly cols: number;
  readonly rows: number;
  readonly historyLimit: number;
  /** File mode creation mask; without it, the holder's own. */
  readonly umask?: number;
  /** The program is the pane's shell, at its prompt. */
  readonly shell?: ShellWish;
}

export interface ShellWish {
  /** It is to report (`shell-integration`). */
  readonly integration: boolean;
  /** Number of the session whose client its variables follow. */
  readonly session: number;
  /** What it gets of the shell before it. */
  readonly restored?: RestoredShell;
}

/** pipe-pane: the pane's output is the command's standard input (`stdout`), and the command's output is typed into the pane (`stdin`). */
export interface PipeRequest extends PanePipe {
  readonly op: string;
  readonly pane: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface ShellRequest {
  readonly op: string;
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Given on stdin. */
  readonly input?: string;
}

export interface ShellResult {
  /** Exit status, or 128 + signal. */
  readonly status: number;
  readonly output: string;
}

/** In cells. */
export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** One run of a command list: who asked, from where, and where its output goes. */
export interface CommandContext extends Host {
  /** The attached client that asked (key binding), or that the caller sits in. */
  readonly client: AttachedClient | undefined;
  /** What a command without -t works on; commands that make or select something move it. */
  current: Target | undefined;
  /** Comes from a key of `client`, not from a command line: output is shown on its screen. */
  readonly interactive: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** $ZMX_PANE of the caller, '' for none: the default target. */
  readonly callerPane: string;
  /** The terminal that the commands come from, if it is one: a session made without -d begins with its size. */
  readonly size: Size | undefined;
  /** Standard input of the command line, for the path `-`. */
  readonly input: string | undefined;
  /** The mouse event that a binding answers, for `{mouse}`. */
  readonly mouse: MouseState | undefined;
  /** Operation id of the whole list; effects get ids derived from it, so that a repetition repeats nothing. */
  readonly op: string;
  /** Next id derived from `op`: 'op.1', 'op.2', … */
  nextOp(): string;
  /** A uuid derived from `op` in the same way, for a new pane. */
  nextUuid(): string;
  /** Variables of the hook that runs (hook, hook_pane, …), undefined outside of hooks. */
  readonly hook: Readonly<Record<string, string>> | undefined;
  /** How many source-file commands this run has come through, to end loops. */
  sourceDepth: number;

  /** All commands there are, sorted by name. */
  readonly commands: readonly Command[];
  /** Reads command text. @throws CommandError */
  parse(text: string): CommandLine[];
  /**
   * Reads a configuration file's text. A command with a mistake is left out and told to
   * `mistake` as "path:line: reason"; unlike tmux, the rest of the file counts.
   * @throws CommandError in the same form for a file whose quotes or braces do not match
   */
  parseFile(path: string, text: string, mistake: (message: string) => void): CommandLine[];
  /** Reads words that are split already; blocks are commands as they are. @throws CommandError */
  parseWords(words: readonly Word[]): CommandLine[];

  /** Goes on without waiting: the commands run in a list of their own, at the same place (-b). */
  background(commands: readonly CommandLine[]): void;
  /** Waits for something outside that may take long, before the command has changed anything: the model may be saved meanwhile. */
  waiting<T>(work: Promise<T>): Promise<T>;

  print(line: string): void;
  /** As it is, without the end of a line. */
  write(text: string): void;
  /** Text of a pane, however long. */
  printPane(pane: string, options: CaptureOptions): Promise<void>;
  error(line: string): void;
  /** The command line's client is to attach itself after. */
  attach: AttachWish | undefined;
  /** Name of an empty pane in which the command line's client is to print its standard input after. */
  feed: string | undefined;
}

export interface AttachWish {
  readonly target: string;
  readonly readOnly?: boolean;
  readonly detachOthers?: boolean;
}

export { CommandError } from '../model/command-error.ts';
