import { setTimeout as sleep } from 'node:timers/promises';
import { type AttachRequest, attachClient } from '../commands/attach.ts';
import { detachClient } from '../commands/lifecycle.ts';
import {
  type CommandOrigin,
  type CommandResult as RunResult,
  resumeRun,
  runRaisedHooks,
  runText,
  runWords,
} from '../commands/run.ts';
import { overlayId } from '../commands/show-on-client.ts';
import type { AttachedClient } from '../model/client.ts';
import type { Server } from '../model/server.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Body } from '../protocol/message.ts';
import {
  type COMMAND,
  REPLY,
  RESULT,
  RESULT_PIECE,
  type RESULT_READ,
} from '../protocol/messages/sessions.ts';
import type { Peer } from '../transport/types.ts';
import { CommandEffects, type EffectParts } from './command-effects.ts';
import type { ModelStore } from './model-store.ts';
import { OUTPUT_IN_MEMORY_BYTES } from './panes/pane-engine.ts';
import type { CommandResult } from './result-log.ts';

export interface CommandParts extends EffectParts {
  readonly server: Server;
  readonly store: ModelStore;
  /** The panes of before a restart have been taken up: what formats say of them is right from then on. */
  readonly adopted: Promise<void>;
  /** The model may have changed: bring panes to their sizes and screens up to date. */
  changed(): void;
}

/** Of output in one message, which with its other frames is below the transport's limit. Bytes. */
const WHOLE_LIMIT_BYTES = 15 * 1024 * 1024;
const NOTHING = new Uint8Array(0);

/** Commands do not wait for longer than this for panes to be taken up, ms: a holder that is stopped must not keep anybody from `kill-server`. */
const ADOPTION_PATIENCE_MS = 5000;

/**
 * Runs commands from command lines, once per operation: the result is recorded together
 * with the model that holds its effects, so that a request repeated after the daemon's
 * death gets the first run's answer.
 */
export class CommandService {
  readonly #parts: CommandParts;
  /** Runs under way: a repeated request waits for the first. */
  readonly #running = new Map<string, Promise<CommandResult>>();
  readonly #adopted: Promise<void>;
  readonly #untold: string[] = [];

  constructor(parts: CommandParts) {
    this.#parts = parts;
    this.#adopted = Promise.race([parts.adopted, sleep(ADOPTION_PATIENCE_MS, undefined, { ref: false })]);
  }

  async command(peer: Peer, body: Body<typeof COMMAND>, input?: Uint8Array): Promise<void> {
    const { outputs } = this.#parts;
    try {
      outputs.claim(body.op, peer.id);
      await this.#adopted;
      const asked = this.#once(body.op, () => this.#run(body.op, () => this.#words(body, input)));
      const result = await asked.catch((error: unknown) => {
        outputs.finished(body.op, 0);
        throw error;
      });
      outputs.finished(body.op, result.length ?? 0);
      const { status, attach, feed, length } = result;
      if (length !== undefined && body.pieces)
        peer.send(RESULT, { re: body.id, status, attach, feed, length }, [NOTHING, Buffer.from(result.err)]);
      else
        peer.send(RESULT, { re: body.id, status, attach, feed }, [
          await this.#whole(body.op, peer, result),
          Buffer.from(result.err),
        ]);
    } catch (error) {
      peer.send(REPLY, { re: body.id, error: ZmxError.info(error) });
    }
  }

  /** A piece of the output of a command that has ended. */
  async read(peer: Peer, { id, op, offset, length }: Body<typeof RESULT_READ>): Promise<void> {
    try {
      const piece = await this.#parts.outputs.read(op, peer.id, offset, length);
      peer.send(RESULT_PIECE, { re: id }, [piece]);
    } catch (error) {
      peer.send(RESULT_PIECE, { re: id, error: ZmxError.info(error) });
    }
  }

  peerLeft(peer: Peer): void {
    this.#parts.outputs.left(peer.id);
  }

  /** Makes a terminal an attached client of a session, which is made where that is asked for. */
  async attach(request: AttachRequest): Promise<AttachedClient> {
    const host = this.#host(request.op);
    const client = await attachClient(host, request);
    await runRaisedHooks(host, request.op);
    if (this.#untold.length > 0) {
      const lines = this.#untold.splice(0);
      client.overlay = { kind: 'text', id: overlayId(host), title: '', lines, scroll: 0 };
    }
    return client;
  }

  /** Keeps a line for the first terminal that attaches. */
  tell(line: string): void {
    this.#untold.push(line);
  }

  /** A client's program has gone without a word. */
  async left(client: AttachedClient): Promise<void> {
    const op = `left-${client.id}`.slice(0, 64);
    detachClient(this.#host(op), client, 'lost', 'lost');
    await runRaisedHooks(this.#host(op), op);
    this.#parts.changed();
  }

  /** Runs command text for the daemon itself or a key; its effects are bound to `origin.op`. */
  async text(origin: CommandOrigin, text: string): ReturnType<typeof runText> {
    const result = await runText(this.#host(origin.op), origin, text);
    this.#parts.changed();
    return result;
  }

  /**
   * Goes on with what was under way when the last daemon ended. A client's own commands
   * wait for the client to come back and ask, unless it does not (`gone`).
   */
  resume(gone: (client: string) => boolean): void {
    const { server, store, changed } = this.#parts;
    for (const run of server.runs.allInterrupted()) {
      const { op, asker, client } = run;
      const resume = () => resumeRun(this.#host(op), run);
      if (asker === 'command-line') void this.#once(op, () => this.#run(op, resume));
      else if (asker === 'nobody' || client === undefined || gone(client))
        void resume().then(() => {
          server.runs.end(op);
          store.save();
          changed();
        });
    }
  }

  /**
   * The holder was lost, and with it the knowledge of what commands under way had done: what
   * was left of them is told and not carried out, since it may have been carried out already.
   */
  giveUp(): void {
    const { server, store } = this.#parts;
    for (const { op, asker, rest, output } of server.runs.allInterrupted()) {
      server.runs.end(op);
      if (rest === '' && asker !== 'command-line') continue;
      const why = `not known whether this was carried out, since the host or its holder was restarted: ${rest}`;
      if (asker !== 'command-line') server.addMessage(why);
      else store.record(op, { status: 1, out: output.map((line) => `${line}\n`).join(''), err: `${why}\n` });
    }
    store.save();
  }

  /** Resolves when no command is under way: the daemon ends after it has answered. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running.values());
    await this.#parts.outputs.taken();
  }

  #once(op: string, run: () => Promise<CommandResult>): Promise<CommandResult> {
    const recorded = this.#parts.store.result(op);
    if (recorded) return Promise.resolve(recorded);
    let running = this.#running.get(op);
    if (!running) {
      running = run().finally(() => this.#running.delete(op));
      this.#running.set(op, running);
    }
    return running;
  }

  async #run(op: string, run: () => Promise<RunResult>): Promise<CommandResult> {
    const { server, store, changed } = this.#parts;
    const result = this.#result(op, await run());
    store.record(op, result);
    server.runs.end(op);
    await store.saved();
    changed();
    return result;
  }

  /** Long output is kept in the operation's file; what the disk does not take stays in memory, or is lost behind a part that it took. */
  #result(op: string, { status, output, filed, errors, attach, feed }: RunResult): CommandResult {
    const result = { status, out: output, err: errors, ...(attach && { attach }), ...(feed && { feed }) };
    if (filed === 0 && output.length <= OUTPUT_IN_MEMORY_BYTES) return result;
    try {
      return { ...result, out: '', length: this.#parts.outputs.append(op, filed, output) };
    } catch (error) {
      if (filed === 0) return result;
      const err = `${errors}the rest of the output is lost: ${(error as Error).message}\n`;
      return { ...result, status: 1, out: '', err, length: filed };
    }
  }

  /** Short output, or any for a client that does not read pieces. @throws ZmxError E2BIG for more than one message can have. */
  async #whole(op: string, peer: Peer, { out, length }: CommandResult): Promise<Buffer> {
    const bytes = length ?? Buffer.byteLength(out);
    if (bytes <= WHOLE_LIMIT_BYTES)
      return length === undefined ? Buffer.from(out) : this.#parts.outputs.read(op, peer.id, 0, length);
    const size = Math.ceil(bytes / 1024 / 1024);
    throw new ZmxError(
      'E2BIG',
      `the output has ${size} MiB, and this client's version takes 15 at once: ask for a part of it (-S, -E), or update zmx there`,
    );
  }

  #words(body: Body<typeof COMMAND>, input: Uint8Array | undefined): Promise<RunResult> {
    const origin: CommandOrigin = {
      op: body.op,
      client: this.#clientOf(body),
      cwd: body.cwd,
      env: body.env ?? {},
      callerPane: body.pane,
      size: body.size,
      input: input && Buffer.from(input).toString(),
      asker: 'command-line',
    };
    return runWords(this.#host(body.op), origin, body.argv);
  }

  #host(op: string) {
    return { server: this.#parts.server, effects: new CommandEffects(this.#parts, { source: op, first: 0 }) };
  }

  /** The attached client that the caller means: named, or the one that shows the caller's pane. */
  #clientOf(body: Body<typeof COMMAND>) {
    const { server } = this.#parts;
    if (body.client) return server.clients.get(body.client);
    const pane = body.pane ? server.panes.get(Number(body.pane.replace('%', ''))) : undefined;
    if (!pane) return undefined;
    const watching = [...server.clients.values()].filter((client) => client.session.linkOf(pane.window));
    return watching.sort((a, b) => b.activity - a.activity)[0];
  }
}
