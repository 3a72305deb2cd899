import { type Disposable, DisposableStack } from '../base/disposable.ts';
import { Signal } from '../base/signal.ts';
import { ZmxError } from '../protocol/errors.ts';
import { InputDecoder } from '../term/keys/input-decoder.ts';
import type { InputEvent } from '../term/keys/input-events.ts';
import { type ProcessEnd, ProcessGuard } from './process-guard.ts';
import { type Feature, FeatureProbe } from './terminal-features.ts';
import * as modes from './terminal-modes.ts';
import {
  flushed,
  setBlocking,
  type TerminalInput,
  type TerminalOutput,
  withTimeout,
  writeNow,
} from './terminal-streams.ts';

export interface TerminalOptions {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  readonly env: NodeJS.ProcessEnv;
}

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** Until the daemon has told `escape-time`. */
const FIRST_ESCAPE_TIME_MS = 50;
/** At the end, answers on their way are waited for, so that the shell does not get them as typed text. */
const LAST_ANSWER_MS = 300;
/** How long the terminal may take for what is still to be written at the end. */
const LAST_WRITE_MS = 1000;
/** A stop signal that had no effect (no job control) is seen by this. */
const STOP_CHECK_MS = 200;
const MAX_CELLS = 10_000;

/**
 * The user's terminal: raw mode, alternate screen and the modes of an attached client,
 * put back however the program ends; events in, bytes out.
 */
export class Terminal implements Disposable {
  readonly events = new Signal<InputEvent>();
  readonly resized = new Signal<Size>();
  readonly featuresChanged = new Signal<ReadonlySet<Feature>>();
  /** Output is wanted again after `lagging`. */
  readonly drained = new Signal<void>();
  /** Back from a stop: everything must be drawn again. */
  readonly resumed = new Signal<void>();
  /** The program has been asked to end, or the terminal is gone. */
  readonly ended = new Signal<ProcessEnd>();
  escapeTimeMs = FIRST_ESCAPE_TIME_MS;

  readonly #input: TerminalInput;
  readonly #output: TerminalOutput;
  readonly #probe: FeatureProbe;
  readonly #decoder = new InputDecoder();
  readonly #guard: ProcessGuard;
  readonly #cleanUps = new DisposableStack();
  #lent = false;
  #escapeTimer: NodeJS.Timeout | undefined;
  #raw = false;
  #onScreen = false;
  /** The modes are set: they are undone once, since leaving the alternate screen again would move the cursor. */
  #modesSet = false;
  #reading = false;
  #stopped = false;
  #closed = false;
  #mouse: modes.MouseReports = 'off';
  #keyboard: { readonly on: string; readonly off: string } | undefined;
  #title = '';

  /** @throws ZmxError where there is no terminal to draw on. */
  constructor(options: TerminalOptions) {
    const { input, output, env } = options;
    if (!input.isTTY || !output.isTTY || !input.setRawMode)
      throw new ZmxError(
        'ENOTTY',
        'open terminal failed: not a terminal; run zmx from one, or detached (new-session -d)',
      );
    if (!env.TERM || env.TERM === 'dumb')
      throw new ZmxError(
        'ENOTTY',
        `open terminal failed: terminal ${env.TERM ? '"dumb" cannot move its cursor' : 'type is not set'}; set TERM to what you use, e.g. xterm-256color`,
      );
    this.#input = input;
    this.#output = output;
    this.#probe = new FeatureProbe(env);
    this.#guard = new ProcessGuard({
      restore: () => this.#restoreNow(),
      suspend: () => this.suspend(),
      resume: () => {
        if (!this.#lent) this.#resume();
      },
      // C-c at a terminal that is lent is for the program that has it.
      end: (why, signal) => {
        if (!(this.#lent && signal === 'SIGINT')) this.ended.emit(why);
      },
    });
  }

  get features(): ReadonlySet<Feature> {
    return this.#probe.features;
  }

  /** A terminal that does not know its size (a serial line) has 80x24, as ever. */
  get size(): Size {
    const within = (value: number | undefined, unknown: number) => Math.min(value || unknown, MAX_CELLS);
    return { cols: within(this.#output.columns, 80), rows: within(this.#output.rows, 24) };
  }

  /** The terminal has not taken what was written: draw later, and only what is true then. */
  get lagging(): boolean {
    return this.#output.writableNeedDrain || this.#stopped || this.#closed;
  }

  /** Takes the keyboard: raw mode, and events from now on. */
  start(): void {
    this.#cleanUps.use(this.#guard.install());
    this.#listen(this.#input, 'data', (bytes: Buffer) => this.#read(bytes));
    for (const event of ['end', 'error']) this.#listen(this.#input, event, () => this.ended.emit('hangup'));
    this.#listen(this.#output, 'error', () => this.ended.emit('hangup'));
    this.#listen(this.#output, 'drain', () => this.drained.emit());
    this.#listen(this.#output, 'resize', () => this.resized.emit(this.size));
    setBlocking(this.#output, false);
    this.#setRaw(true);
    this.setReading(true);
  }

  /** Takes the screen: alternate screen and modes; asks the terminal what it can do. */
  enter(): void {
    this.#onScreen = true;
    this.#enterModes();
    this.#output.write(this.#probe.questions());
  }

  write(data: string | Uint8Array): void {
    if (!this.#closed && !this.#stopped && data.length > 0) this.#output.write(data);
  }

  setMouse(wanted: modes.MouseReports): void {
    if (wanted === this.#mouse) return;
    this.#mouse = wanted;
    if (this.#onScreen) this.write(modes.mouseReports(wanted));
  }

  /** '' leaves the title alone. */
  setTitle(title: string): void {
    if (title === '' || title === this.#title || !this.features.has('title')) return;
    this.#title = title;
    this.write(modes.windowTitle(title));
  }

  setClipboard(text: Uint8Array): void {
    if (this.features.has('clipboard')) this.write(modes.clipboard(text));
  }

  /** Input is left unread while more would have to be kept than is sensible. */
  setReading(on: boolean): void {
    if (on === this.#reading) return;
    this.#reading = on;
    if (on) this.#input.resume();
    else this.#input.pause();
  }

  /** Gives the terminal back and stops the program, as Ctrl-Z does elsewhere. */
  suspend(): void {
    if (this.#stopped || this.#closed) return;
    this.#restoreNow();
    this.#stopped = true;
    this.#guard.stop();
    // Without job control the signal is ignored and no SIGCONT follows.
    setTimeout(() => {
      if (this.#stopped) this.#resume();
    }, STOP_CHECK_MS).unref();
  }

  /** Gives the terminal to another program, and takes it again when that has ended. */
  async lend(run: () => Promise<void>): Promise<void> {
    if (this.#stopped || this.#closed) return;
    this.#restoreNow();
    this.#stopped = true;
    this.#lent = true;
    const wasReading = this.#reading;
    this.setReading(false);
    await run();
    this.#lent = false;
    this.setReading(wasReading);
    this.#resume();
  }

  /** Gives the terminal back for good. Answers on their way and unwritten bytes are waited for, but not long. */
  async close(): Promise<void> {
    if (this.#closed) return;
    if (this.#onScreen && this.#probe.outstanding) await this.#lastAnswers();
    await flushed(this.#output, LAST_WRITE_MS);
    this.dispose();
  }

  /** As `close`, at once. */
  dispose(): void {
    if (this.#closed) return;
    this.#restoreNow();
    this.#closed = true;
    clearTimeout(this.#escapeTimer);
    this.#cleanUps.dispose();
    // A terminal that is gone tells so for each write that was under way, also later.
    for (const stream of [this.#input, this.#output]) stream.on('error', () => {});
    this.setReading(false);
  }

  #listen<A extends unknown[]>(
    stream: NodeJS.EventEmitter,
    event: string,
    listener: (...values: A) => void,
  ): void {
    stream.on(event, listener);
    this.#cleanUps.defer(() => stream.removeListener(event, listener));
  }

  #read(bytes: Buffer): void {
    clearTimeout(this.#escapeTimer);
    for (const event of this.#decoder.feed(bytes)) this.#take(event);
    this.#awaitEscape();
  }

  /** When the escape time ends late, after a busy turn, what follows may be there unread: one turn more to read it. */
  #awaitEscape(): void {
    if (!this.#decoder.pending) return;
    this.#escapeTimer = setTimeout(() => {
      const held = this.#decoder.held;
      setImmediate(() => {
        if (this.#closed || this.#decoder.held !== held) return;
        for (const event of this.#decoder.flush()) this.#take(event);
        this.#awaitEscape();
      });
    }, this.escapeTimeMs);
  }

  #take(event: InputEvent): void {
    if (event.kind !== 'reply') this.events.emit(event);
    else if (this.#probe.take(event)) {
      this.#chooseKeyboard();
      this.featuresChanged.emit(this.features);
    }
  }

  #chooseKeyboard(): void {
    const { features } = this;
    const wanted = features.has('kitty-keys')
      ? modes.kittyKeys
      : features.has('other-keys')
        ? modes.otherKeys
        : undefined;
    if (wanted === this.#keyboard) return;
    this.write((this.#keyboard?.off ?? '') + (wanted?.on ?? ''));
    this.#keyboard = wanted;
  }

  #enterModes(): void {
    this.#modesSet = true;
    this.#output.write(
      modes.enterScreen(this.features.has('title')) +
        (this.#mouse === 'off' ? '' : modes.mouseReports(this.#mouse)) +
        (this.#keyboard?.on ?? '') +
        (this.#title === '' ? '' : modes.windowTitle(this.#title)),
    );
  }

  #resume(): void {
    if (this.#closed) return;
    // Somebody else may have changed the terminal also where we were stopped without notice.
    if (!this.#stopped) this.#restoreNow();
    this.#stopped = false;
    this.#setRaw(true);
    setBlocking(this.#output, false);
    if (this.#onScreen) this.#enterModes();
    this.resumed.emit();
    this.resized.emit(this.size);
  }

  /** At once and to the file descriptor itself: the event loop may never turn again. */
  #restoreNow(): void {
    if (this.#closed || this.#stopped) return;
    setBlocking(this.#output, true);
    if (this.#modesSet) {
      this.#modesSet = false;
      const bytes = (this.#keyboard?.off ?? '') + modes.leaveScreen(this.features.has('title'));
      writeNow(this.#output, bytes);
    }
    this.#setRaw(false);
  }

  #setRaw(on: boolean): void {
    if (on === this.#raw) return;
    this.#raw = on;
    try {
      this.#input.setRawMode?.(on);
    } catch {
      // the terminal is gone
    }
  }

  async #lastAnswers(): Promise<void> {
    const deadline = Date.now() + LAST_ANSWER_MS;
    while (this.#probe.outstanding && Date.now() < deadline)
      await withTimeout(this.featuresChanged.once(), LAST_ANSWER_MS / 10);
    this.#probe.giveUp();
  }
}
