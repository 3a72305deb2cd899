import { accessSync, constants } from 'node:fs';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  DetachReason,
  Effects,
  PipeRequest,
  RestoreWish,
  ShellRequest,
  ShellResult,
  SpawnRequest,
} from '../commands/context.ts';
import type { AttachedClient, MouseState } from '../model/client.ts';
import type { Pane } from '../model/pane.ts';
import type { CaptureOptions, CopyState, PaneInfo } from '../model/pane-info.ts';
import { encodeKey, plainModes } from '../term/keys/key-encoder.ts';
import { encodeMouse } from '../term/keys/mouse-encoder.ts';
import type { Holders } from './holders.ts';
import type { OutputFiles } from './output-files.ts';
import type { PanePipes } from './pane-pipes.ts';
import type { PaneEngine } from './panes/pane-engine.ts';
import { lookAtForeground } from './restore/foreground.ts';
import type { ShellJobs } from './shell-jobs.ts';
import { environmentOfProcess, type PaneShells } from './shells/pane-shells.ts';

/** What of an attached client's terminal commands can reach; implemented by the service that holds the connections. */
export interface ClientControl {
  detached(client: AttachedClient, reason: DetachReason, message: string): void;
  suspend(client: AttachedClient): void;
  lock(client: AttachedClient, command: string): void;
  bell(client: AttachedClient): void;
  setClipboard(client: AttachedClient, text: string): void;
  redraw(client: AttachedClient): void;
}

/** A holder answers within a millisecond; one that is stopped must not keep everybody else's commands, ms. What was known last counts then. */
const STATUS_PATIENCE_MS = 1000;

export interface EffectParts {
  readonly holders: Holders;
  readonly engine: PaneEngine;
  readonly outputs: OutputFiles;
  readonly pipes: PanePipes;
  readonly jobs: ShellJobs;
  readonly shells: PaneShells;
  readonly clients: ClientControl;
  /** Emulates a pane that the holder has begun. */
  begin(pane: string, size: { cols: number; rows: number; historyLimit: number }): Promise<void>;
  /** The pane's modes, by which keys are encoded; waits while the pane is being taken up. */
  modes(pane: string): Promise<PaneInfo | undefined>;
  /** Resolves when a pane that lost its program has another; undefined for one that did not. */
  arrival(pane: string): Promise<void> | undefined;
  /** The title that formats show until the program sets another. */
  retitle(pane: string, title: string): void;
  /** Somebody types into the pane. */
  typedInto(pane: string): void;
  /** What the command `restore` does. */
  restore(wish: RestoreWish): Promise<readonly string[]>;
  endServer(): void;
}

/** How an operation's writes to panes are numbered towards the holder, which takes each number of a source once. */
export interface WriteNumbers {
  readonly source: string;
  readonly first: number;
}

/**
 * What commands may do to the world, bound to one operation: each write to a pane is
 * numbered under the operation's id, so that a list of commands that is repeated
 * after the daemon's death types nothing twice.
 */
export class CommandEffects implements Effects {
  readonly #parts: EffectParts;
  readonly #numbers: WriteNumbers;
  #writes = 0;

  constructor(parts: EffectParts, numbers: WriteNumbers) {
    this.#parts = parts;
    this.#numbers = numbers;
  }

  /** A folder that has gone, or is closed to us, is no reason to have no shell: it starts at home, as tmux's does. */
  async spawn(request: SpawnRequest): Promise<{ pid: number; tty: string }> {
    const { historyLimit, arg0, shell, ...rest } = request;
    const integrated = this.#parts.shells.prepare(request);
    const argv = integrated?.argv ?? request.argv;
    // A shell that is not integrated has no later moment to be given anything.
    const env = integrated?.env ?? { ...request.env, ...shell?.restored?.variables };
    const cwd = [request.cwd, env.HOME].find(canEnter) ?? '/';
    const started = await this.#parts.holders.spawn({
      ...rest,
      cwd,
      kind: 'pty',
      argv: [...argv],
      env: { ...env, PWD: cwd },
      meta: integrated?.meta ?? '',
      ...(arg0 !== argv[0] && arg0 !== '' && { arg0 }),
    });
    await this.#parts.begin(request.pane, { cols: request.cols, rows: request.rows, historyLimit });
    return started;
  }

  openEmpty(pane: string, size: { cols: number; rows: number; historyLimit: number }): Promise<void> {
    return this.#parts.begin(pane, size);
  }

  print(pane: string, text: string): Promise<void> {
    return this.#parts.engine.print(pane, text);
  }

  async kill(pane: string, { keep }: { keep: boolean }): Promise<void> {
    this.#parts.pipes.close(pane);
    if (!keep) this.#parts.shells.forget(pane);
    if (this.#parts.holders.has(pane)) this.#parts.holders.forget(pane);
    await this.#parts.engine.close(pane, { erase: !keep });
  }

  arrival(pane: string): Promise<void> | undefined {
    return this.#parts.arrival(pane);
  }

  async write(pane: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    await this.arrival(pane);
    if (!this.#parts.holders.has(pane)) return;
    this.#parts.typedInto(pane);
    this.#parts.engine.typed(pane, bytes.length);
    await this.#parts.holders
      .client(pane)
      .input(pane, this.#numbers.source, this.#numbers.first + ++this.#writes, bytes);
  }

  async sendKey(pane: string, key: string, raw?: Uint8Array): Promise<void> {
    await this.write(pane, encodeKey(key, (await this.#parts.modes(pane)) ?? plainModes, raw));
  }

  async sendMouse(pane: string, mouse: MouseState): Promise<void> {
    const info = await this.#parts.modes(pane);
    if (!info || info.mouse === 'none') return;
    const report = { button: mouse.button, release: mouse.release, x: mouse.paneX, y: mouse.paneY };
    await this.write(pane, encodeMouse(report, info));
  }

  /** Right after a restart the screen is the one of before as soon as the pane is taken up. */
  async capture(pane: string, options: CaptureOptions, most?: number): Promise<string> {
    await this.#parts.modes(pane);
    return this.#parts.engine.capture(pane, options, most);
  }

  async captureTo(
    pane: string,
    options: CaptureOptions,
    { at, before }: { at: number; before: string },
  ): Promise<string | number> {
    await this.#parts.modes(pane);
    const file = this.#parts.outputs.file(this.#numbers.source, at, before);
    return this.#parts.engine.captureTo(pane, options, file);
  }

  async copyMode(pane: string, command: string, args: readonly string[]): Promise<CopyState> {
    await this.#parts.modes(pane);
    return this.#parts.engine.copyMode(pane, command, args);
  }

  clearHistory(pane: string): Promise<void> {
    return this.#parts.engine.clearHistory(pane);
  }

  setHistoryLimit(pane: string, lines: number): void {
    this.#parts.engine.setHistoryLimit(pane, lines);
  }

  setTitle(pane: string, title: string): void {
    this.#parts.retitle(pane, title);
  }

  trimBelow(pane: string): Promise<void> {
    return this.#parts.engine.trimBelow(pane);
  }

  reset(pane: string): Promise<void> {
    return this.#parts.engine.reset(pane);
  }

  showEnd(pane: string, format: string): Promise<void> {
    return this.#parts.engine.showEnd(pane, format);
  }

  async refreshStatus(pane: Pane): Promise<void> {
    if (!this.#parts.holders.has(pane.uuid)) return;
    const asked = this.#parts.holders.client(pane.uuid).status(pane.uuid);
    const status = await Promise.race([asked, sleep(STATUS_PATIENCE_MS, undefined, { ref: false })]);
    if (!status) return;
    pane.currentPath = status.cwd;
    pane.currentCommand = status.command;
    const quiet = status.pid === pane.pid || pane.shellState !== undefined;
    if (status.cwd !== '') pane.foreground = lookAtForeground(status.pid, status.cwd, quiet);
  }

  programEnvironment(pane: Pane): Promise<Record<string, string>> {
    return environmentOfProcess(pane.pid);
  }

  async pipe(pane: string, request: PipeRequest | undefined): Promise<void> {
    if (request) await this.#parts.pipes.open(request);
    else this.#parts.pipes.close(pane);
  }

  shell(request: ShellRequest): Promise<ShellResult> {
    return this.#parts.jobs.run(request);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  readFile(path: string): Promise<string> {
    return readFile(path, 'utf8');
  }

  async writeFile(path: string, data: string, { append }: { append: boolean }): Promise<void> {
    if (append) await appendFile(path, data);
    else await writeFile(path, data);
  }

  /** Wildcards in the last component, which is where `source-file conf.d/*.conf` has them. */
  async glob(pattern: string): Promise<string[]> {
    const name = basename(pattern);
    if (!/[*?[]/.test(name)) return [pattern];
    const folder = dirname(pattern);
    const matches = new RegExp(
      `^${name
        .replace(/[.+^${}()|\\]/g, '\\$&')
        .replace(/\*/g, '.*')
        .replace(/\?/g, '.')
        .replace(/\[!/g, '[^')}$`,
    );
    const names = await readdir(folder).catch(() => [] as string[]);
    return names
      .filter((entry) => matches.test(entry) && (!entry.startsWith('.') || name.startsWith('.')))
      .sort()
      .map((entry) => join(folder, entry));
  }

  detached(client: AttachedClient, reason: DetachReason, message: string): void {
    this.#parts.clients.detached(client, reason, message);
  }
  suspend(client: AttachedClient): void {
    this.#parts.clients.suspend(client);
  }
  lock(client: AttachedClient, command: string): void {
    this.#parts.clients.lock(client, command);
  }
  bell(client: AttachedClient): void {
    this.#parts.clients.bell(client);
  }
  setClipboard(client: AttachedClient, text: string): void {
    this.#parts.clients.setClipboard(client, text);
  }
  redraw(client: AttachedClient): void {
    this.#parts.clients.redraw(client);
  }
  restore(wish: RestoreWish): Promise<readonly string[]> {
    return this.#parts.restore(wish);
  }
  endServer(): void {
    this.#parts.endServer();
  }
}

/** Whether this folder is there and open to us. */
export function canEnter(folder: string | undefined): folder is string {
  if (!folder) return false;
  try {
    accessSync(`${folder}/.`, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
