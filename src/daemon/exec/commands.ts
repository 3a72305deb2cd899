import { constants } from 'node:os';
import { bootId } from '../../base/boot-id.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import type { HolderClient } from '../../holder/holder-client.ts';
import type { ExitStatus, HeldPane } from '../../holder/wire.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { Body } from '../../protocol/message.ts';
import {
  EXEC_EXIT,
  type EXEC_INPUT,
  EXEC_INPUT_TAKEN,
  type EXEC_RESUME,
  type EXEC_START,
  EXEC_STARTED,
  type OP_STATE,
} from '../../protocol/messages/exec.ts';
import { REPLY } from '../../protocol/messages/sessions.ts';
import type { Peer } from '../../transport/types.ts';
import type { Holders } from '../holders.ts';
import { collect } from './collect.ts';
import { ExecJob, type Offsets } from './exec-job.ts';
import type { ExecJournal, ExecRecord } from './exec-journal.ts';
import { ObserverConnections } from './observer-connections.ts';
import { spawnRequest } from './spawn-request.ts';

/** What commands ask of the file service: barriers between files and commands. */
export interface FileBarriers {
  /** Resolves when mutation `seq` of this files session has been applied. */
  applied(session: string, seq: number): Promise<void>;
  /** The change clock, where nothing has to be read or told for it. */
  quietClock(session: string): number | undefined;
  /** Reads the watch empty; resolves with the change clock after it. */
  settle(session: string): Promise<number>;
}

/** The steps of a command's way through the daemon; a test ends it at each of them. */
export type ExecPoint =
  | 'received'
  | 'journalled'
  | 'spawned'
  | 'started'
  | 'ended'
  | 'told'
  | 'recorded'
  | 'done'
  | 'forgotten';

export interface CommandsParts {
  readonly holders: Holders;
  readonly journal: ExecJournal;
  readonly files: FileBarriers;
  /** The command's whole environment. @throws ZmxError when it may not begin any more. */
  environment(body: Body<typeof EXEC_START>): Record<string, string>;
  /** Told of each step that has just been taken. */
  readonly point?: ((point: ExecPoint) => void) | undefined;
  readonly log: Log;
}

/**
 * Commands of clients, as children of the holder, so that a restart of the daemon does
 * not touch them. What happened is decided by the holder (it knows the operation or
 * not) and the journal, never by whether a message arrived.
 */
export class Commands implements Disposable {
  readonly #parts: CommandsParts;
  readonly #jobs = new Map<string, ExecJob>();
  /** Starts under way, by operation: a repeated request waits for the first. */
  readonly #starting = new Map<string, Promise<ExecJob>>();
  readonly #lost: Disposable;
  readonly #observers = new ObserverConnections();

  constructor(parts: CommandsParts) {
    this.#parts = parts;
    this.#lost = parts.holders.lost.on((ops) => this.#holderLost(ops));
  }

  /** At the daemon's start: what clients were done with, and the daemon died before the holder heard of it. */
  adopt(held: readonly HeldPane[]): void {
    for (const { op, exit } of held) {
      const record = this.#parts.journal.get(op);
      if (record ? record.done : exit) this.#parts.holders.forget(op);
    }
  }

  /** @throws ZmxError when it could not be started, and `unknown-outcome`. */
  async start(peer: Peer, body: Body<typeof EXEC_START>): Promise<void> {
    const { journal, holders, point } = this.#parts;
    point?.('received');
    const record = journal.get(body.op);
    if (record?.done) throw endedBefore();
    if (record?.exit && !holders.has(body.op)) {
      if (!isComplete({ out: 0, err: 0 }, record)) throw unknownOutcome();
      peer.send(EXEC_STARTED, { re: body.id, op: body.op });
      await this.#sendExit(peer, record);
      return;
    }
    if (record && !holders.has(body.op) && record.incarnation !== holders.incarnation) throw unknownOutcome();
    // The journal is not synced: a power cut may have taken its end.
    if (!record && body.boot !== undefined && body.boot !== bootId()) throw unknownOutcome();
    const before = this.#starting.get(body.op);
    if (before) {
      const job = await before;
      this.#tellOf(job, peer, body);
      job.runs();
      return;
    }
    const starting = this.#begin(peer, body);
    this.#starting.set(body.op, starting);
    try {
      await starting;
    } finally {
      this.#starting.delete(body.op);
    }
  }

  /** @throws ZmxError `unknown-outcome`. */
  async resume(peer: Peer, body: Body<typeof EXEC_RESUME>): Promise<void> {
    const record = this.#parts.journal.get(body.op);
    if (!this.#parts.holders.has(body.op)) {
      // Whoever resumes was told that it had started: without a trace of it nothing is known, and
      // the rest of its output went with the holder.
      if (!record?.exit || !isComplete(body, record)) throw unknownOutcome();
      peer.send(REPLY, { re: body.id });
      await this.#sendExit(peer, record);
      return;
    }
    const job =
      this.#jobs.get(body.op) ?? new ExecJob(body.op, record?.portal ?? '', await this.#connection(body.op));
    this.#jobs.set(body.op, job);
    peer.send(REPLY, { re: body.id });
    this.#follow(job, peer, body);
  }

  taken(op: string, offsets: Offsets): void {
    this.#jobs.get(op)?.taken(offsets);
  }

  input(peer: Peer, { op, seq, eof }: Body<typeof EXEC_INPUT>, bytes: Uint8Array): void {
    const job = this.#jobs.get(op);
    if (!job) return;
    // The source is the command itself: whichever daemon hands it on, the holder takes each number once.
    job.holder.input(op, op, seq, bytes, eof).then(
      () => peer.send(EXEC_INPUT_TAKEN, { op, seq }),
      () => peer.send(EXEC_INPUT_TAKEN, { op, seq, closed: true }),
    );
  }

  /** For one that is being started: once it runs. */
  async signal(op: string, signal: number): Promise<void> {
    const { holders } = this.#parts;
    await this.#starting.get(op)?.catch(() => {}); // it did not start: there is nobody to tell
    if (holders.has(op)) holders.client(op).signal(op, signal, 'group');
  }

  resize(op: string, cols: number, rows: number): void {
    this.#jobs.get(op)?.holder.resize(op, cols, rows, Date.now());
  }

  /**
   * The client is done with the command: one that still runs was killed there, and is
   * here; one that has not begun never will.
   */
  done(op: string): void {
    const { holders } = this.#parts;
    const { exit } = this.#close(op);
    if (!exit && holders.has(op)) holders.client(op).signal(op, constants.signals.SIGKILL, 'group');
    this.#forget(op);
  }

  /** Nobody is there for the command any more: it is hung up on, as when a terminal is closed. */
  hangUp(op: string): void {
    this.#close(op);
    this.#forget(op);
  }

  status(op: string): Omit<Body<typeof OP_STATE>, 're'> {
    const { journal, holders } = this.#parts;
    const record = journal.get(op);
    if (record?.exit) {
      const { code, signal } = record.exit;
      return { state: record.done ? 'done' : 'exited', code, signal };
    }
    if (holders.has(op)) return { state: 'running' };
    if (record?.done) return { state: 'done' };
    return { state: record && record.incarnation !== holders.incarnation ? 'unknown' : 'never-started' };
  }

  /** The peer is gone for good: its commands run on, and their output waits in the holder. */
  peerLeft(peer: Peer): void {
    for (const job of this.#jobs.values()) if (job.peer === peer) job.unfollow();
  }

  dispose(): void {
    this.#lost.dispose();
    this.#observers.dispose();
  }

  async #begin(peer: Peer, body: Body<typeof EXEC_START>): Promise<ExecJob> {
    const { holders, journal, files, point } = this.#parts;
    const roots = [...(body.root ? [body.root] : []), ...(body.also ?? [])];
    await Promise.all(roots.map(({ session, after }) => after > 0 && files.applied(session, after)));
    if (journal.get(body.op)?.done) throw endedBefore();
    const env = this.#parts.environment(body);
    const socket = await holders.newestSocket();
    const holder = await this.#observers.to(socket);
    const { incarnation } = holders;
    if (!journal.get(body.op))
      journal.write({
        op: body.op,
        portal: body.portal ?? '',
        ...(body.root && { root: body.root.session }),
        ...(body.also && { also: body.also.map(({ session }) => session) }),
        incarnation,
        time: Date.now(),
        ...(body.collect && { collect: body.collect }),
      });
    point?.('journalled');
    const job = new ExecJob(body.op, body.portal ?? '', holder);
    const spawned = holder.together(() => {
      const spawning = holders.spawnBy(holder, socket, spawnRequest(body, env));
      this.#tellOf(job, peer, body);
      return spawning;
    });
    try {
      await spawned;
    } catch (error) {
      this.#jobs.delete(body.op);
      job.doesNotRun();
      // The holder went with its answer.
      throw holder.connected && holders.incarnation === incarnation ? error : unknownOutcome();
    }
    point?.('spawned');
    if (journal.get(body.op)?.done) {
      job.doesNotRun();
      this.done(body.op);
      throw endedBefore();
    }
    job.runs();
    return job;
  }

  /** The peer is to be told of a command that begins: that it runs, its output and its end. */
  #tellOf(job: ExecJob, peer: Peer, { op, id, brief }: Body<typeof EXEC_START>): void {
    this.#jobs.set(op, job);
    job.starts(brief ? id : undefined, (byEnd) => {
      if (!byEnd) peer.send(EXEC_STARTED, { re: id, op });
      this.#parts.point?.('started');
    });
    this.#follow(job, peer, { out: 0, err: 0 });
  }

  #follow(job: ExecJob, peer: Peer, from: Offsets): void {
    job.follow(peer, { out: from.out, err: from.err }, (exit, ends) => {
      this.#exited(job, exit, ends).catch((error: unknown) =>
        this.#parts.log(`exec ${job.op}: ${String(error)}`),
      );
    });
  }

  /** It is told before it is recorded: until then the holder knows it, and the client waits. */
  async #exited(job: ExecJob, exit: ExitStatus, ends: Offsets): Promise<void> {
    const { journal, point } = this.#parts;
    const record = journal.get(job.op);
    if (!record) return;
    point?.('ended');
    const outcome = record.exit ?? { code: exit.code, signal: exit.signal, out: ends.out, err: ends.err };
    if (job.peer) await this.#sendExit(job.peer, { ...record, exit: outcome });
    const told = journal.get(job.op) ?? record;
    if (!told.exit) journal.write({ ...told, exit: outcome });
    point?.('recorded');
  }

  /** Whoever follows is told at once; others are when they ask for it again. */
  #holderLost(ops: readonly string[]): void {
    for (const op of ops) {
      const job = this.#jobs.get(op);
      this.#jobs.delete(op);
      const record = this.#parts.journal.get(op);
      if (!job || (record && isComplete(job.sent, record))) continue;
      const unknown = unknownOutcome().message;
      job.tellStart();
      job.peer?.send(EXEC_EXIT, { op, code: 255, signal: 0, out: 0, err: 0, unknown });
    }
  }

  /** Behind every change of the portal's files so far, so that what the command wrote reads new there. */
  async #sendExit(peer: Peer, record: ExecRecord): Promise<void> {
    const { op, exit, root, also = [], collect: paths = [] } = record;
    if (!exit) return;
    const { files } = this.#parts;
    // Nobody is waited for where there is nothing to wait for: that alone takes as long as the rest.
    const settle = (sessions: readonly string[]) => {
      const quiet = sessions.map((session) => files.quietClock(session));
      if (!quiet.includes(undefined)) return quiet;
      return Promise.all(
        sessions.map((session, at) => quiet[at] ?? files.settle(session).catch(() => undefined)),
      );
    };
    const settling = settle(root ? [root, ...also] : also);
    const settled = Array.isArray(settling) ? settling : await settling;
    const [clock, ...others] = root ? settled : [undefined, ...settled];
    const clocks: Record<string, number> = {};
    others.forEach((other, index) => {
      if (other !== undefined) clocks[also[index]!] = other;
    });
    const collected = paths.length > 0 ? await collect(paths) : [];
    const re = this.#jobs.get(op)?.answerStart();
    peer.send(EXEC_EXIT, { re, op, ...exit, clock, clocks }, collected);
    this.#parts.point?.('told');
  }

  /** Notes that nobody asks for the command any more. */
  #close(op: string): ExecRecord {
    const { journal, holders, point } = this.#parts;
    const record = journal.get(op) ?? {
      op,
      portal: '',
      incarnation: holders.incarnation,
      time: Date.now(),
    };
    if (!record.done) journal.write({ ...record, done: true });
    point?.('done');
    return record;
  }

  #forget(op: string): void {
    this.#jobs.get(op)?.unfollow();
    this.#jobs.delete(op);
    this.#parts.holders.forget(op);
    this.#parts.point?.('forgotten');
  }

  #connection(op: string): Promise<HolderClient> {
    return this.#observers.to(this.#parts.holders.socket(op));
  }
}

/** Whether a client with output up to these offsets has all of a command that has ended. */
function isComplete({ out, err }: Offsets, { exit }: ExecRecord): boolean {
  return exit !== undefined && out >= exit.out && err >= exit.err;
}

function unknownOutcome(): ZmxError {
  return new ZmxError('unknown-outcome', 'outcome unknown: the host restarted');
}

function endedBefore(): ZmxError {
  return new ZmxError('gone', 'the command was ended by its client before it began');
}
