import { spawn } from 'node:child_process';
import { DisposableStack } from '../base/disposable.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Body, Message } from '../protocol/message.ts';
import { FRAME, FRAME_TAKEN, FRAME_WANTED } from '../protocol/messages/frames.ts';
import * as messages from '../protocol/messages/sessions.ts';
import type { Connection, LinkState } from '../transport/types.ts';
import { ClientInput } from './client-input.ts';
import { DrawScheduler } from './draw-scheduler.ts';
import { type ClientEvent, EventStream } from './event-stream.ts';
import { QuitChord } from './quit-chord.ts';
import { ScreenView } from './screen-view.ts';
import { TakenFrames } from './taken-frames.ts';
import { Terminal } from './terminal.ts';
import type { TerminalInput, TerminalOutput } from './terminal-streams.ts';

export interface AttachOptions {
  /** tmux target of the session; '' = the most recent one. */
  readonly target: string;
  readonly create?: boolean | undefined;
  readonly readOnly?: boolean | undefined;
  readonly detachOthers?: boolean | undefined;
  readonly cwd: string;
  /** Environment of this terminal. */
  readonly env: Readonly<Record<string, string>>;
  /** What the daemon is told of it; all of it unless given. */
  readonly told?: Readonly<Record<string, string>> | undefined;
  /** Device of the terminal, e.g. /dev/pts/3; '' where it is not known. */
  readonly tty: string;
  /** This machine's name, and the name of the daemon's host; '' when it is this one. */
  readonly host: string;
  readonly remoteHost?: string | undefined;
  /** process.stdin and process.stdout unless given. */
  readonly input?: TerminalInput | undefined;
  readonly output?: TerminalOutput | undefined;
}

/** How it ended: what to print, as tmux does it, and the exit status. */
export interface AttachEnd {
  readonly message: string;
  readonly status: number;
}

/** Events kept for the daemon beyond this: the keyboard is not read until some are done with. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
const BADGE_TICK_MS = 1000;
/** The first drawing waits so long for the panes' frames: longer would look like a program that hangs. */
const FIRST_FRAMES_MS = 100;

/**
 * Shows a session on this terminal until it is detached or ends, through any number of
 * lost links and restarted daemons. The terminal is as before when it returns.
 * @throws ZmxError where there is no terminal, no such session, or the daemon refuses.
 */
export async function attachClient(connection: Connection, options: AttachOptions): Promise<AttachEnd> {
  const input = options.input ?? process.stdin;
  const output = options.output ?? process.stdout;
  const terminal = new Terminal({ input, output, env: options.env });
  const client = new AttachedClient(connection, options, terminal);
  try {
    return await client.run();
  } finally {
    await client.close();
  }
}

class AttachedClient {
  readonly #connection: Connection;
  readonly #options: AttachOptions;
  readonly #terminal: Terminal;
  readonly #view: ScreenView;
  readonly #input: ClientInput;
  readonly #events: EventStream;
  readonly #drawing: DrawScheduler;
  readonly #taken: TakenFrames;
  readonly #chord = new QuitChord();
  readonly #cleanUps = new DisposableStack();
  #finish: (end: AttachEnd | ZmxError) => void = () => {};
  #tick: NodeJS.Timeout | undefined;
  #firstFrames: NodeJS.Timeout | undefined;
  /** Something has been drawn, or may be whatever it lacks. */
  #begun = false;
  /** The daemon's name for this client, for good. */
  #id: string | undefined;
  #attaching = false;

  constructor(connection: Connection, options: AttachOptions, terminal: Terminal) {
    this.#connection = connection;
    this.#options = options;
    this.#terminal = terminal;
    this.#events = new EventStream(connection);
    this.#drawing = new DrawScheduler(
      () => this.#draw(),
      () => terminal.lagging,
    );
    this.#taken = new TakenFrames((pane, seq) => connection.send(FRAME_TAKEN, { pane, seq }));
    const redraw = () => this.#drawing.request('now');
    this.#view = new ScreenView(options.env.TERM ?? '', terminal.features, terminal.size, redraw);
    this.#input = new ClientInput(this.#view, (event, payload) => this.#send(event, payload), redraw);
  }

  run(): Promise<AttachEnd> {
    return new Promise((resolve, reject) => {
      this.#finish = (end) => (end instanceof ZmxError ? reject(end) : resolve(end));
      this.#listen();
      this.#terminal.start();
      this.#linkChanged(this.#connection.state);
      void this.#attach();
    });
  }

  async close(): Promise<void> {
    this.#cleanUps.dispose();
    this.#drawing.dispose();
    this.#taken.dispose();
    this.#input.dispose();
    clearInterval(this.#tick);
    clearTimeout(this.#firstFrames);
    this.#terminal.write(this.#view.restore());
    this.#view.dispose();
    await this.#terminal.close();
  }

  #listen(): void {
    const terminal = this.#terminal;
    const connection = this.#connection;
    const signals = [
      terminal.events.on((event) => {
        if (event.kind === 'key' && this.#isQuit(event.key)) this.#quit();
        else this.#input.take(event);
      }),
      terminal.resized.on((size) => this.#resized(size)),
      terminal.featuresChanged.on((features) => {
        this.#view.setFeatures(features);
        this.#drawing.request('now');
      }),
      terminal.drained.on(() => this.#drawing.drained()),
      terminal.resumed.on(() => this.#view.invalidate()),
      terminal.ended.on((why) =>
        this.#finish({ message: why === 'hangup' ? '[lost tty]' : '[terminated]', status: 1 }),
      ),
      connection.received.on((message) => this.#receive(message)),
      connection.stateChanged.on((state) => this.#linkChanged(state)),
      connection.epochChanged.on(({ first }) => {
        if (!first) this.#newEpoch();
      }),
    ];
    for (const signal of signals) this.#cleanUps.use(signal);
  }

  async #attach(): Promise<void> {
    const { target, create, readOnly, detachOthers, cwd, env, told = env, tty, host } = this.#options;
    this.#attaching = true;
    try {
      const answer = await this.#connection.request(messages.ATTACH, {
        target,
        create,
        readOnly,
        detachOthers,
        ...this.#terminal.size,
        cwd,
        env: told,
        term: env.TERM ?? '',
        features: [...this.#terminal.features],
        tty,
        pid: process.pid,
        host,
        client: this.#id,
      });
      this.#isAttached(answer.body as Body<typeof messages.ATTACHED>);
    } catch (error) {
      this.#finish(error instanceof ZmxError ? error : ZmxError.from(ZmxError.info(error)));
    } finally {
      this.#attaching = false;
    }
  }

  #isAttached({ client, done }: Body<typeof messages.ATTACHED>): void {
    const first = this.#id === undefined;
    this.#id = client;
    this.#events.open(done);
    if (first) this.#terminal.enter();
    this.#drawing.request('now');
  }

  /** The daemon is another process: frames begin anew, and what it had not done is sent again. */
  #newEpoch(): void {
    this.#events.close();
    this.#view.frames.newEpoch();
    this.#taken.forget();
    // A pending ATTACH is sent again by the connection.
    if (!this.#attaching) void this.#attach();
  }

  #send(event: ClientEvent, payload: readonly Uint8Array[] = []): void {
    this.#events.send(event, payload);
    if (this.#events.bytes > MAX_KEPT_BYTES) this.#terminal.setReading(false);
  }

  #receive(message: Message): void {
    switch (message.definition) {
      case FRAME:
        this.#frame(message.body as Body<typeof FRAME>, message.payload[0] ?? new Uint8Array(0));
        return;
      case messages.SCREEN:
        this.#screen(message.body as Body<typeof messages.SCREEN>);
        return;
      case messages.EVENTS_DONE:
        this.#events.done((message.body as Body<typeof messages.EVENTS_DONE>).seq);
        if (this.#events.bytes <= MAX_KEPT_BYTES) this.#terminal.setReading(true);
        return;
      case messages.BELL:
        this.#terminal.write('\x07');
        return;
      case messages.CLIPBOARD:
        this.#terminal.setClipboard(Buffer.concat(message.payload));
        return;
      case messages.LOCK:
        this.#lock((message.body as Body<typeof messages.LOCK>).command);
        return;
      case messages.SUSPEND:
        this.#terminal.suspend();
        return;
      case messages.DETACHED:
        this.#detached(message.body as Body<typeof messages.DETACHED>);
        return;
    }
  }

  /** What another host says is not run here. */
  #lock(command: string): void {
    if (this.#options.remoteHost !== '') return;
    void this.#terminal.lend(
      () =>
        new Promise((resolve) => {
          const { cwd, env } = this.#options;
          const program = spawn('/bin/sh', ['-c', command], { cwd, env, stdio: 'inherit' });
          program.on('error', () => resolve());
          program.on('exit', () => resolve());
        }),
    );
  }

  #frame(frame: Body<typeof FRAME>, payload: Uint8Array): void {
    const outcome = this.#view.frames.take(frame, payload);
    if (outcome !== 'stale') this.#drawing.request(outcome === 'small' ? 'now' : 'flood');
    else if (this.#view.frames.want(frame.pane)) this.#connection.send(FRAME_WANTED, { pane: frame.pane });
  }

  #screen(screen: Body<typeof messages.SCREEN>): void {
    this.#view.setScreen(screen);
    this.#terminal.escapeTimeMs = screen.escapeTimeMs;
    this.#terminal.setMouse(!screen.mouse ? 'off' : screen.mouseMoves ? 'all' : 'buttons');
    this.#terminal.setTitle(screen.title);
    this.#updateTick();
    this.#drawing.request('now');
  }

  /** Without a daemon that answers, keys have no meaning but this. Before the first screen Ctrl-C suffices. */
  #isQuit(key: string): boolean {
    if (this.#id === undefined) return key === 'C-c';
    return this.#chord.take(key) && this.#connection.state.kind !== 'live';
  }

  #quit(): void {
    const left = this.#id !== undefined;
    this.#finish({ message: left ? '[left: no answer; the session goes on]' : '', status: 1 });
  }

  #detached({ reason, message }: Body<typeof messages.DETACHED>): void {
    const from = this.#view.screen ? ` (from session ${this.#view.screen.session.name})` : '';
    const words = {
      detached: `[detached${from}]`,
      exited: '[exited]',
      killed: `[detached${from}]`,
      switched: `[detached${from}]`,
      'server-exited': '[server exited]',
      lost: '[lost server]',
    };
    this.#finish({ message: message || words[reason], status: reason === 'lost' ? 1 : 0 });
  }

  #linkChanged(state: LinkState): void {
    if (state.kind === 'refused') this.#finish(new ZmxError(state.code, state.message));
    else if (state.kind === 'closed') this.#finish({ message: '[lost server]', status: 1 });
    this.#updateTick();
    this.#drawing.request('now');
  }

  /** Badges count seconds while there is something stale. */
  #updateTick(): void {
    const ticking = this.#view.isTicking(this.#connection.state);
    if (ticking) this.#tick ??= setInterval(() => this.#drawing.request('now'), BADGE_TICK_MS);
    else {
      clearInterval(this.#tick);
      this.#tick = undefined;
    }
  }

  #resized(size: { cols: number; rows: number }): void {
    this.#view.resize(size);
    this.#send({ kind: 'size', ...size });
    this.#drawing.request('now');
  }

  /** Frames come on the other lane, a moment after the first SCREEN: all at once is sooner drawn than twice. */
  #begins(): boolean {
    this.#begun ||= this.#view.complete;
    if (!this.#begun)
      this.#firstFrames ??= setTimeout(() => {
        this.#begun = true;
        this.#drawing.request('now');
      }, FIRST_FRAMES_MS);
    return this.#begun;
  }

  #draw(): void {
    if (this.#id === undefined || !this.#begins()) return;
    this.#terminal.write(this.#view.draw(this.#connection.state));
    for (const [pane, frames] of this.#view.frames.drawn()) this.#taken.drawn(pane, frames);
  }
}
