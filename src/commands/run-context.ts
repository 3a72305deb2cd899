import { createHash } from 'node:crypto';
import type { AttachedClient, MouseState } from '../model/client.ts';
import type { CaptureOptions } from '../model/pane-info.ts';
import type { RunData } from '../model/runs.ts';
import type { Server } from '../model/server.ts';
import { bestSession, type Target, targetOf, targetOfPane } from '../model/target/find.ts';
import type { Command } from './command.ts';
import { CommandList } from './command-list.ts';
import {
  type AttachWish,
  type CommandContext,
  CommandError,
  type Effects,
  type Host,
  type Size,
} from './context.ts';
import { parseCommands, parseWords } from './language/parse.ts';
import { type CommandLine, ParseError, type Word } from './language/syntax.ts';
import { languageOf } from './language-of.ts';
import { commandTable } from './table.ts';

/** What a key's command prints is shown by each client that attaches, whole. Bytes. */
const SHOWN_LIMIT_BYTES = 1024 * 1024;

/** Who asks for commands, and where they stand. */
export interface CommandOrigin {
  /** Operation id of the whole list: run again with the same one, it has no effect twice. */
  readonly op: string;
  readonly client?: AttachedClient | undefined;
  /** The commands come from a key of `client`, or from a prompt that it answered. */
  readonly interactive?: boolean;
  /** Errors of commands from a file say where: the daemon's configuration, which nobody sees run. */
  readonly locateErrors?: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** $ZMX_PANE of the caller. */
  readonly callerPane?: string | undefined;
  readonly mouse?: MouseState | undefined;
  /** The terminal that the commands come from. */
  readonly size?: Size | undefined;
  /** Standard input of the command line. */
  readonly input?: string | undefined;
  /** Overrides the target that client and caller's pane give. */
  readonly target?: Target | undefined;
  /** Who asks again after the daemon's death; 'nobody' unless it is said. */
  readonly asker?: RunData['asker'];
  /** Variables of the hook whose commands these are. */
  readonly hook?: Readonly<Record<string, string>> | undefined;
}

/** Whose list an earlier daemon left in the middle. */
export function originOfRun({ server }: Host, run: RunData): CommandOrigin {
  const { op, asker, interactive, cwd, env, callerPane, mouse, size, input, hook } = run;
  const client = run.client === undefined ? undefined : server.clients.get(run.client);
  return { op, asker, interactive, cwd, env, callerPane, mouse, size, input, hook, client };
}

/** Begins a list of commands that nobody waits for. */
export type Detach = (origin: CommandOrigin, commands: readonly CommandLine[]) => Promise<void>;

/** The state of one run of a command list. */
export class RunContext implements CommandContext {
  readonly server: Server;
  readonly effects: Effects;
  readonly client: AttachedClient | undefined;
  readonly interactive: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly callerPane: string;
  readonly mouse: MouseState | undefined;
  readonly size: Size | undefined;
  readonly input: string | undefined;
  readonly op: string;
  sourceDepth = 0;
  readonly hook: Readonly<Record<string, string>> | undefined;
  readonly origin: CommandOrigin;
  readonly output: string[] = [];
  /** Bytes of output before that, which are in the operation's file. */
  filed = 0;
  readonly errors: string[] = [];
  attach: AttachWish | undefined;
  feed: string | undefined;
  #current: Target | undefined;
  #derived = 0;

  readonly #detach: Detach | undefined;

  /** @param detach begins a list of commands that this one does not wait for */
  constructor(host: Host, origin: CommandOrigin, detach?: Detach) {
    this.#detach = detach;
    this.hook = origin.hook;
    this.origin = origin;
    this.server = host.server;
    this.effects = host.effects;
    this.interactive = origin.interactive ?? false;
    this.cwd = origin.cwd;
    this.env = origin.env;
    this.callerPane = origin.callerPane ?? '';
    this.mouse = origin.mouse;
    this.op = origin.op;
    this.client = origin.client ?? this.#clientOfCaller();
    this.input = origin.input;
    this.size = origin.size ?? (origin.interactive ? origin.client : undefined);
    this.#current = origin.target;
  }

  get current(): Target | undefined {
    const known = this.#current;
    if (known && this.#stands(known)) return known;
    if (known && this.server.sessions.has(known.session.id)) return targetOf(known.session);
    if (this.interactive && this.client) return targetOf(this.client.session);
    const pane = this.#callersPane();
    return pane && targetOfPane(this.server, pane, this.client?.session);
  }

  set current(target: Target | undefined) {
    this.#current = target;
  }

  nextOp(): string {
    return this.#derive().toString('base64url').slice(0, 24);
  }

  nextUuid(): string {
    const hex = this.#derive().toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
      '-',
    );
  }

  get commands(): readonly Command[] {
    return commandTable;
  }

  parse(text: string): CommandLine[] {
    return asCommandError(() => parseCommands(text, languageOf(this)));
  }

  parseFile(path: string, text: string, mistake: (message: string) => void): CommandLine[] {
    const where = ({ line, message }: ParseError) => `${path}:${line}: ${message}`;
    const language = { ...languageOf(this), mistake: (error: ParseError) => mistake(where(error)) };
    return asCommandError(() => parseCommands(text, language), where);
  }

  parseWords(words: readonly Word[]): CommandLine[] {
    const [first] = words;
    if (words.length === 1 && typeof first === 'object') return [...first.commands];
    if (words.length === 1 && typeof first === 'string') return this.parse(first);
    return asCommandError(() => parseWords(words, languageOf(this)));
  }

  background(commands: readonly CommandLine[]): void {
    const { origin, client, current: target } = this;
    void this.#detach?.({ ...origin, client, target, op: this.nextOp() }, commands);
  }

  waiting<T>(work: Promise<T>): Promise<T> {
    return this.server.runs.wait(work);
  }

  /** How many ids have been derived so far. */
  get derived(): number {
    return this.#derived;
  }

  /** Takes up a list where an earlier daemon left it. */
  goOn({ rest, derived, output, filed = 0, errors, status, current, attach, feed }: RunData): CommandList {
    this.attach = attach;
    this.feed = feed;
    this.output.push(...output);
    this.filed = filed;
    this.errors.push(...errors);
    this.#derived = derived;
    const pane = current && this.server.panes.get(current.pane);
    this.#current = pane && targetOfPane(this.server, pane, this.server.sessions.get(current.session));
    return new CommandList(this, this.parse(rest), status);
  }

  print(line: string): void {
    this.output.push(`${line}\n`);
  }

  write(text: string): void {
    this.output.push(text);
  }

  async printPane(pane: string, options: CaptureOptions): Promise<void> {
    const { effects, filed } = this;
    // Whoever asks from a command line reads output of any length; what a key prints is shown at once.
    const text =
      this.origin.asker === 'command-line'
        ? await this.waiting(effects.captureTo(pane, options, { at: filed, before: this.output.join('') }))
        : await this.waiting(effects.capture(pane, options, SHOWN_LIMIT_BYTES));
    if (typeof text === 'string') this.write(text);
    else {
      this.output.length = 0;
      this.filed = text;
    }
  }

  error(line: string): void {
    this.errors.push(line);
  }

  #derive(): Buffer {
    return createHash('sha256')
      .update(`${this.op} ${++this.#derived}`)
      .digest();
  }

  #stands({ session, link, window, pane }: Target): boolean {
    return (
      this.server.sessions.get(session.id) === session &&
      session.winlinks.includes(link) &&
      window.panes.includes(pane)
    );
  }

  #callersPane() {
    return this.server.panes.get(Number(/^%(\d+)$/.exec(this.callerPane)?.[1] ?? Number.NaN));
  }

  /** A command line inside a pane means the client that looks at it, the latest one if there are several. */
  #clientOfCaller(): AttachedClient | undefined {
    const pane = this.#callersPane();
    const clients = [...this.server.clients.values()];
    const viewing = pane
      ? clients.filter((client) => client.session.linkOf(pane.window))
      : clients.filter((client) => client.session === bestSession(this.server));
    return viewing.sort((a, b) => b.activity - a.activity)[0];
  }
}

function asCommandError<T>(work: () => T, say = (error: ParseError) => error.message): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ParseError) throw new CommandError(say(error));
    throw error;
  }
}
