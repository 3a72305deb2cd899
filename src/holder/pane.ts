import { kill } from 'node:process';
import { commandName, foregroundProcess, groupsOfSession, processStat, workingFolder } from '../base/proc.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Child, ChildEvents } from './child.ts';
import { type FrameSink, type Observed, Observer, type Resize } from './observer.ts';
import { OutputLog } from './output-log.ts';
import { PipeChild } from './pipe-child.ts';
import { PtyChild } from './pty-child.ts';
import { resolveProgram } from './resolve-program.ts';
import { SourceGate } from './source-gate.ts';
import type { ExitStatus, HeldPane, PaneKind, ToHolder } from './wire.ts';

export type SpawnMessage = Extract<ToHolder, { t: 'spawn' }>;

/** Input for a program that does not read is refused beyond this: 64 pastes of 1 MB. */
const MAX_WAITING_INPUT_BYTES = 64 * 1024 * 1024;

/** Time that a program gets to save its work between SIGHUP and SIGKILL. */
const HANG_UP_GRACE_MS = 3000;

/** A child and everything about it that must outlive the daemon. */
export class Pane implements Observed {
  readonly id: string;
  readonly kind: PaneKind;
  readonly op: string;
  readonly meta: string;
  readonly out = new OutputLog();
  readonly err: OutputLog | undefined;
  readonly #child: Child;
  readonly #observers = new Set<Observer>();
  /** Those of them that somebody looks through: a terminal's source is not far ahead of them. */
  readonly #pacing = new Set<Observer>();
  readonly #outGate: SourceGate;
  readonly #errGate: SourceGate | undefined;
  readonly #ended: (pane: Pane) => void;
  #resizes: Resize[];
  #answered = { offset: -1, ordinal: -1 };
  #exit: ExitStatus | undefined;
  #hangingUp: NodeJS.Timeout | undefined;

  /** Starts the child. @throws ZmxError or a system error with the reason why it cannot be started. */
  constructor(request: SpawnMessage, ended: (pane: Pane) => void) {
    const [program = '', ...args] = request.argv;
    const file = resolveProgram(program, request.cwd, request.env);
    this.id = request.pane;
    this.kind = request.kind;
    this.op = request.op;
    this.meta = request.meta;
    this.#ended = ended;
    const size = { cols: request.cols, rows: request.rows };
    this.#resizes = request.kind === 'pty' ? [{ id: 0, offset: 0, ...size }] : [];
    this.#outGate = this.#gate(this.out, false);
    if (request.kind === 'pipe') {
      this.err = new OutputLog();
      this.#errGate = this.#gate(this.err, true);
    }
    const child = {
      file,
      args,
      arg0: request.arg0 ?? program,
      cwd: request.cwd,
      env: request.env,
      ...(request.umask !== undefined && { umask: request.umask }),
      ...(request.noInput && { noInput: true }),
    };
    const events: ChildEvents = {
      output: (bytes, err) => this.#output(bytes, err),
      exited: (exit) => this.#exited(exit),
    };
    this.#child = request.kind === 'pty' ? new PtyChild(child, size, events) : new PipeChild(child, events);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get tty(): string {
    return this.#child.tty;
  }

  get exit(): ExitStatus | undefined {
    return this.#exit;
  }

  get resizes(): readonly Resize[] {
    return this.#resizes;
  }

  /** It was told to end and may be dropped as soon as it has. */
  get hangingUp(): boolean {
    return this.#hangingUp !== undefined;
  }

  /** `done` is called when all of it has reached the terminal or stdin, or never will. */
  write(bytes: Uint8Array, eof: boolean, done: (error?: Error | null) => void): void {
    if (this.#exit) {
      done(new ZmxError('EPIPE', 'the program has ended'));
      return;
    }
    if (this.#child.waitingInputBytes + bytes.length > MAX_WAITING_INPUT_BYTES) {
      done(new ZmxError('ENOBUFS', 'the program does not read its input, and too much is waiting'));
      return;
    }
    this.#child.write(bytes, done);
    if (eof) this.#child.endInput();
  }

  /** The emulator's answer to a query, once: a daemon that parses the same output again answers again. */
  answer(offset: number, ordinal: number, bytes: Uint8Array): void {
    const last = this.#answered;
    if (offset < last.offset || (offset === last.offset && ordinal <= last.ordinal)) return;
    this.#answered = { offset, ordinal };
    this.write(bytes, false, () => {});
  }

  resize(cols: number, rows: number, id: number): void {
    const last = this.#resizes.at(-1);
    if (this.#exit || this.kind !== 'pty' || id <= (last?.id ?? 0)) return;
    this.#child.resize(cols, rows);
    const record = { id, offset: this.out.end, cols, rows };
    if (last?.offset === record.offset) this.#resizes[this.#resizes.length - 1] = record;
    else this.#resizes.push(record);
    for (const observer of this.#observers) observer.flush();
  }

  /** @throws ESRCH where nobody is left to take it, EINVAL for a signal that does not exist. */
  signal(signal: number, to: 'foreground' | 'group' | 'process'): void {
    // After the exit the pid may be somebody else's.
    if (this.#exit) throw new ZmxError('ESRCH', 'the program has ended');
    if (to === 'process') kill(this.pid, signal);
    else if (to === 'group') this.#killGroup(this.pid, signal);
    else {
      const group = processStat(this.pid)?.foreground ?? 0;
      this.#killGroup(group > 1 ? group : this.pid, signal);
    }
  }

  /** @param options.paces its source waits for this observer too */
  observe(sink: FrameSink, from: number, errFrom: number, options = { paces: true }): Observer {
    const observer = new Observer(this, sink, from, errFrom);
    this.#observers.add(observer);
    if (options.paces) this.#pacing.add(observer);
    observer.flush();
    this.#updateGates();
    return observer;
  }

  unobserve(observer: Observer): void {
    observer.dispose();
    this.#observers.delete(observer);
    this.#pacing.delete(observer);
    this.#updateGates();
  }

  took(observer: Observer, offset: number, errOffset: number): void {
    observer.took(offset, errOffset);
    this.#updateGates();
  }

  free(offset: number, errOffset: number): void {
    this.out.free(offset);
    this.err?.free(errOffset);
    const newest = this.#resizes.length - 1;
    // The newest stays: its id decides about repeats.
    this.#resizes = this.#resizes.filter((resize, i) => resize.offset >= this.out.from || i === newest);
    this.#updateGates();
  }

  /** As when a terminal is closed; who ignores that is killed after a while, except for what runs in the background. */
  hangUp(): void {
    if (this.#exit || this.#hangingUp) return;
    for (const group of groupsOfSession(this.pid)) {
      this.#tryKill(group, 'SIGHUP');
      this.#tryKill(group, 'SIGCONT');
    }
    this.#hangingUp = setTimeout(() => {
      const foreground = processStat(this.pid)?.foreground ?? 0;
      if (foreground > 1) this.#tryKill(foreground, 'SIGKILL');
      this.#tryKill(this.pid, 'SIGKILL');
    }, HANG_UP_GRACE_MS);
  }

  /** What its user would say that it does: the foreground process's folder and command. */
  status(): { cwd: string; command: string; pid: number } {
    const stat = this.#exit ? undefined : foregroundProcess(this.pid);
    if (!stat) return { cwd: '', command: '', pid: this.pid };
    return { cwd: workingFolder(stat.pid), command: commandName(stat), pid: stat.pid };
  }

  describe(): HeldPane {
    const size = this.#resizes.at(-1) ?? { cols: 0, rows: 0, id: 0 };
    return {
      pane: this.id,
      kind: this.kind,
      op: this.op,
      pid: this.pid,
      cols: size.cols,
      rows: size.rows,
      resizeId: size.id,
      from: this.out.from,
      end: this.out.end,
      ...(this.err && { errFrom: this.err.from, errEnd: this.err.end }),
      ...(this.#exit && { exit: this.#exit }),
      meta: this.meta,
      tty: this.tty,
    };
  }

  #output(bytes: Uint8Array, err: boolean): void {
    const log = err && this.err ? this.err : this.out;
    log.append(bytes);
    for (const observer of this.#observers) observer.wake();
    this.#updateGates();
  }

  #gate(log: OutputLog, err: boolean): SourceGate {
    return new SourceGate(
      log,
      () => this.#child.pause(err),
      () => this.#child.resume(err),
    );
  }

  /** What is on a pipe may wait for the one who fetches it; a terminal is looked at by somebody. */
  #updateGates(): void {
    if (this.#exit) return;
    let untaken: number | undefined;
    if (this.kind === 'pty')
      for (const observer of this.#pacing)
        untaken = Math.min(observer.untakenBytes, untaken ?? Number.POSITIVE_INFINITY);
    this.#outGate.update(untaken);
    this.#errGate?.update(undefined);
  }

  #exited(exit: ExitStatus): void {
    clearTimeout(this.#hangingUp);
    this.#exit = exit;
    for (const observer of this.#observers) observer.flush();
    this.#ended(this);
  }

  /** A child that has not begun its session yet has no group of its own either: it is all that there is of it. */
  #killGroup(group: number, signal: number | NodeJS.Signals): void {
    try {
      kill(-group, signal);
    } catch (error) {
      if (group !== this.pid || (error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      kill(this.pid, signal);
    }
  }

  #tryKill(group: number, signal: NodeJS.Signals): void {
    try {
      this.#killGroup(group, signal);
    } catch {
      // has gone already
    }
  }
}
