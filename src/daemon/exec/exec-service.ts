import { constants, homedir, hostname, userInfo } from 'node:os';
import type { Disposable } from '../../base/disposable.ts';
import { endProcesses, hasVariable } from '../../base/end-processes.ts';
import type { Log } from '../../base/log.ts';
import { HolderClient } from '../../holder/holder-client.ts';
import type { ExitStatus } from '../../holder/wire.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { Body, Message } from '../../protocol/message.ts';
import {
  EXEC_DONE,
  EXEC_EXIT,
  EXEC_INPUT,
  EXEC_INPUT_TAKEN,
  EXEC_RESUME,
  EXEC_SIGNAL,
  EXEC_SIZE,
  EXEC_START,
  EXEC_STARTED,
  EXEC_TAKEN,
  HOST_PROGRAMS,
  HOST_PROGRAMS_ARE,
  OP_STATE,
  OP_STATUS,
  PORTAL_END,
  PORTAL_OPEN,
  PORTAL_OPENED,
} from '../../protocol/messages/exec.ts';
import { REPLY } from '../../protocol/messages/sessions.ts';
import type { Peer } from '../../transport/types.ts';
import type { Holders } from '../holders.ts';
import { collect } from './collect.ts';
import { ExecJob, type Offsets } from './exec-job.ts';
import type { ExecJournal, ExecRecord } from './exec-journal.ts';
import { Portals } from './portals.ts';
import { programsOnPath } from './programs.ts';

/** In the environment of everything that runs for a portal, so that all of it is found at the portal's end. */
const PORTAL_VARIABLE = 'ZMX_PORTAL';

/** What the exec service asks of the file service: barriers between files and commands. */
export interface FileBarriers {
  /** Resolves when mutation `seq` of this files session has been applied. */
  applied(session: string, seq: number): Promise<void>;
  /** Reads the watch empty; resolves with the change clock after it. */
  settle(session: string): Promise<number>;
}

export interface ExecParts {
  readonly holders: Holders;
  readonly journal: ExecJournal;
  readonly files: FileBarriers;
  /** The host's login environment, under each command's own variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly scratchFolder: string;
  readonly log: Log;
}

/**
 * Commands of other hosts' clients, run as children of the holder: a restart of the
 * daemon does not touch them. What happened is decided by the holder (it knows the
 * operation or not) and the journal, never by whether a message arrived.
 */
export class ExecService {
  readonly #parts: ExecParts;
  readonly #jobs = new Map<string, ExecJob>();
  /** Starts under way, by operation: a repeated request waits for the first. */
  readonly #starting = new Map<string, Promise<ExecJob>>();
  readonly #portals: Portals;
  readonly #lost: Disposable;
  /** By holder socket. */
  readonly #observers = new Map<string, Promise<HolderClient>>();

  constructor(parts: ExecParts) {
    this.#parts = parts;
    this.#portals = new Portals(parts.scratchFolder, (portal) => {
      this.#endPortal(portal).catch((error: unknown) => parts.log(`portal ${portal}: ${String(error)}`));
    });
    this.#lost = parts.holders.lost.on((ops) => this.#holderLost(ops));
  }

  /** Takes a message if it is one of this service's. Errors of requests are answered here. */
  handle(peer: Peer, message: Message): boolean {
    switch (message.definition) {
      case EXEC_START:
        this.#guarded(peer, message.body as Body<typeof EXEC_START>, (body) => this.#start(peer, body));
        return true;
      case EXEC_RESUME:
        this.#guarded(peer, message.body as Body<typeof EXEC_RESUME>, (body) => this.#resume(peer, body));
        return true;
      case EXEC_TAKEN: {
        const { op, ...offsets } = message.body as Body<typeof EXEC_TAKEN>;
        this.#jobs.get(op)?.taken(offsets);
        return true;
      }
      case EXEC_INPUT:
        this.#input(peer, message.body as Body<typeof EXEC_INPUT>, message.payload[0] ?? new Uint8Array(0));
        return true;
      case EXEC_SIGNAL: {
        const { op, signal } = message.body as Body<typeof EXEC_SIGNAL>;
        this.#jobs.get(op)?.holder.signal(op, signal, 'group');
        return true;
      }
      case EXEC_SIZE: {
        const { op, cols, rows } = message.body as Body<typeof EXEC_SIZE>;
        this.#jobs.get(op)?.holder.resize(op, cols, rows, Date.now());
        return true;
      }
      case EXEC_DONE:
        this.#done((message.body as Body<typeof EXEC_DONE>).op);
        return true;
      case OP_STATUS:
        this.#status(peer, message.body as Body<typeof OP_STATUS>);
        return true;
      case HOST_PROGRAMS:
        this.#guarded(peer, message.body as Body<typeof HOST_PROGRAMS>, (body) =>
          this.#programs(peer, body.id),
        );
        return true;
      case PORTAL_OPEN:
        this.#guarded(peer, message.body as Body<typeof PORTAL_OPEN>, async (body) => {
          const scratch = this.#portals.open(body.portal, peer, body.orphanTimeoutMs);
          peer.send(PORTAL_OPENED, { re: body.id, scratch, hostname: hostname() });
        });
        return true;
      case PORTAL_END:
        this.#guarded(peer, message.body as Body<typeof PORTAL_END>, async (body) => {
          await this.#endPortal(body.portal);
          peer.send(REPLY, { re: body.id });
        });
        return true;
      default:
        return false;
    }
  }

  /** The peer is gone for good: its commands run on, and their output waits in the holder. */
  peerLeft(peer: Peer): void {
    for (const job of this.#jobs.values()) if (job.peer === peer) job.unfollow();
  }

  dispose(): void {
    this.#portals.dispose();
    this.#lost.dispose();
    for (const observer of this.#observers.values())
      observer.then(
        (client) => client.dispose(),
        () => {},
      );
  }

  async #start(peer: Peer, body: Body<typeof EXEC_START>): Promise<void> {
    const record = this.#parts.journal.get(body.op);
    if (record?.exit && !this.#parts.holders.has(body.op)) {
      peer.send(EXEC_STARTED, { re: body.id, op: body.op });
      await this.#sendExit(peer, record);
      return;
    }
    if (record && !this.#parts.holders.has(body.op) && record.incarnation !== this.#parts.holders.incarnation)
      throw unknownOutcome();
    const starting = this.#starting.get(body.op) ?? this.#begin(body);
    this.#starting.set(body.op, starting);
    try {
      const job = await starting;
      this.#jobs.set(body.op, job);
      peer.send(EXEC_STARTED, { re: body.id, op: body.op });
      this.#follow(job, peer, { out: 0, err: 0 });
    } finally {
      this.#starting.delete(body.op);
    }
  }

  async #begin(body: Body<typeof EXEC_START>): Promise<ExecJob> {
    const { holders, journal, files } = this.#parts;
    if (body.root && body.root.after > 0) await files.applied(body.root.session, body.root.after);
    if (!journal.get(body.op))
      journal.write({
        op: body.op,
        portal: body.portal ?? '',
        ...(body.root && { root: body.root.session }),
        incarnation: holders.incarnation,
        time: Date.now(),
        ...(body.collect && { collect: body.collect }),
      });
    const program = body.argv[0] ?? '';
    await holders.spawn({
      op: body.op,
      pane: body.op,
      kind: body.tty ? 'pty' : 'pipe',
      argv: body.argv,
      cwd: body.cwd || homedir(),
      env: this.#environment(body),
      noInput: !body.stdin,
      cols: body.tty?.cols ?? 80,
      rows: body.tty?.rows ?? 24,
      meta: JSON.stringify({ exec: true, portal: body.portal ?? '', root: body.root?.session ?? '' }),
      ...(body.umask !== undefined && { umask: body.umask }),
      ...(body.login && { arg0: `-${program.slice(program.lastIndexOf('/') + 1)}` }),
    });
    return new ExecJob(body.op, body.portal ?? '', await this.#connection(body.op));
  }

  async #resume(peer: Peer, body: Body<typeof EXEC_RESUME>): Promise<void> {
    const record = this.#parts.journal.get(body.op);
    if (!this.#parts.holders.has(body.op)) {
      if (record?.exit) {
        peer.send(REPLY, { re: body.id });
        await this.#sendExit(peer, record);
        return;
      }
      throw record
        ? unknownOutcome()
        : new ZmxError('never-started', 'the command was never started', { retry: true });
    }
    const job =
      this.#jobs.get(body.op) ?? new ExecJob(body.op, record?.portal ?? '', await this.#connection(body.op));
    this.#jobs.set(body.op, job);
    peer.send(REPLY, { re: body.id });
    this.#follow(job, peer, body);
  }

  #follow(job: ExecJob, peer: Peer, from: Offsets): void {
    job.follow(peer, { out: from.out, err: from.err }, (exit, ends) => {
      this.#exited(job, exit, ends).catch((error: unknown) =>
        this.#parts.log(`exec ${job.op}: ${String(error)}`),
      );
    });
  }

  async #exited(job: ExecJob, exit: ExitStatus, ends: Offsets): Promise<void> {
    const record = this.#parts.journal.get(job.op);
    if (!record) return;
    const outcome = record.exit ?? { code: exit.code, signal: exit.signal, out: ends.out, err: ends.err };
    const ended = { ...record, exit: outcome };
    if (!record.exit) this.#parts.journal.write(ended);
    if (job.peer) await this.#sendExit(job.peer, ended);
  }

  /** Whoever follows is told at once; others are when they ask for it again. */
  #holderLost(ops: readonly string[]): void {
    for (const op of ops) {
      const job = this.#jobs.get(op);
      this.#jobs.delete(op);
      if (!job || this.#parts.journal.get(op)?.exit) continue;
      const unknown = unknownOutcome().message;
      job.peer?.send(EXEC_EXIT, { op, code: 255, signal: 0, out: 0, err: 0, unknown });
    }
  }

  /** Behind every change of the portal's files so far, so that what the command wrote reads new there. */
  async #sendExit(peer: Peer, { op, exit, root, collect: paths = [] }: ExecRecord): Promise<void> {
    if (!exit) return;
    const clock = root ? await this.#parts.files.settle(root).catch(() => undefined) : undefined;
    peer.send(EXEC_EXIT, { op, ...exit, clock }, await collect(paths));
  }

  #input(peer: Peer, body: Body<typeof EXEC_INPUT>, bytes: Uint8Array): void {
    const job = this.#jobs.get(body.op);
    if (!job) return;
    // The source is the command itself: whichever daemon hands it on, the holder takes each number once.
    job.holder.input(body.op, body.op, body.seq, bytes, body.eof).then(
      () => peer.send(EXEC_INPUT_TAKEN, { op: body.op, seq: body.seq }),
      () => peer.send(EXEC_INPUT_TAKEN, { op: body.op, seq: body.seq, closed: true }),
    );
  }

  /** The client is done with the command: one that still runs was killed there, and is here. */
  #done(op: string): void {
    const { journal, holders } = this.#parts;
    const record = journal.get(op);
    if (record && !record.done) journal.write({ ...record, done: true });
    if (!record?.exit && holders.has(op)) holders.client(op).signal(op, constants.signals.SIGKILL, 'group');
    this.#jobs.get(op)?.unfollow();
    this.#jobs.delete(op);
    holders.forget(op);
  }

  #status(peer: Peer, body: Body<typeof OP_STATUS>): void {
    const record = this.#parts.journal.get(body.op);
    const exit = record?.exit;
    const state = exit
      ? record.done
        ? 'done'
        : 'exited'
      : this.#parts.holders.has(body.op)
        ? 'running'
        : record && record.incarnation !== this.#parts.holders.incarnation
          ? 'unknown'
          : 'never-started';
    peer.send(OP_STATE, { re: body.id, state, code: exit?.code, signal: exit?.signal });
  }

  async #programs(peer: Peer, re: number): Promise<void> {
    const user = userInfo();
    const env = { ...this.#parts.env };
    peer.send(HOST_PROGRAMS_ARE, {
      re,
      names: await programsOnPath(env.PATH ?? ''),
      home: env.HOME ?? homedir(),
      shell: env.SHELL ?? user.shell ?? '/bin/sh',
      user: user.username,
      hostname: hostname(),
      env,
    });
  }

  /** Ends what was started for the portal, also what a command has left in the background. */
  async #endPortal(portal: string): Promise<void> {
    await endProcesses((pid) => hasVariable(pid, `${PORTAL_VARIABLE}=${portal}`));
    for (const { op } of this.#parts.journal.ofPortal(portal)) this.#done(op);
    this.#portals.close(portal);
  }

  #environment(body: Body<typeof EXEC_START>): Record<string, string> {
    const env = { ...this.#parts.env };
    for (const [name, value] of Object.entries(body.env)) {
      if (value === null) delete env[name];
      else env[name] = value;
    }
    if (body.portal) env[PORTAL_VARIABLE] = body.portal;
    return env;
  }

  /** The connection on which a holder's commands are observed: not the life line, whose credit the panes of sessions share. */
  #connection(op: string): Promise<HolderClient> {
    const socket = this.#parts.holders.socket(op);
    const known = this.#observers.get(socket);
    if (known) return known;
    const opened = HolderClient.connect(socket, { daemon: false });
    this.#observers.set(socket, opened);
    opened.then(
      (client) => client.closed.on(() => this.#observers.delete(socket)),
      () => this.#observers.delete(socket),
    );
    return opened;
  }

  /** Runs a request; its failure is answered, with EXEC_STARTED where the client waits for that. */
  #guarded<B extends { id: number }>(peer: Peer, body: B, run: (body: B) => Promise<void>): void {
    run(body).catch((error: unknown) => peer.send(REPLY, { re: body.id, error: ZmxError.info(error) }));
  }
}

function unknownOutcome(): ZmxError {
  return new ZmxError(
    'unknown-outcome',
    'outcome unknown: the host or its holder restarted while the command ran',
  );
}
