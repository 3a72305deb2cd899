import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Log } from '../base/log.ts';
import { ZmxError } from '../protocol/errors.ts';
import { Connection } from './connection.ts';
import { DaemonKeeper } from './daemon-keeper.ts';
import { Guards } from './guards.ts';
import { InputLedger } from './input-ledger.ts';
import { Pane, type SpawnMessage } from './pane.ts';
import { PaneLink } from './pane-link.ts';
import { type FromHolder, HOLDER_PROTOCOL, type ToHolder } from './wire.ts';

/** Answers to spawns that are remembered, so that a repeat gets the same; those of held panes always are. */
const REMEMBERED_SPAWNS = 4096;

/** More would make `welcome` large; the daemon keeps its own records. */
const MAX_META_BYTES = 64 * 1024;

type SpawnAnswer = Extract<FromHolder, { t: 'spawned' | 'spawn-failed' }>;
type Of<T extends ToHolder['t']> = Extract<ToHolder, { t: T }>;
type Handler<M> = (from: Connection, message: M, payload: Uint8Array) => void;

/** The panes, and who may do what with them. All of it runs in one thread and no message waits for another. */
export class Holder {
  readonly #incarnation = randomUUID();
  readonly #panes = new Map<string, Pane>();
  /** Told to end, and another program has their place already: respawn-pane -k does not wait for last words. */
  readonly #leaving = new Set<Pane>();
  /** Not by the life line: whoever has started them observes them, and it is not woken up for each. */
  readonly #startedBeside = new WeakSet<Pane>();
  /** Commands that are joined to a terminal, by the command's pane; they hold nobody up at the end. */
  readonly #links = new Map<string, PaneLink>();
  readonly #spawns = new Map<string, SpawnAnswer>();
  readonly #inputs = new InputLedger();
  readonly #keeper: DaemonKeeper;
  readonly #guards = new Guards((key, note) => this.#lifeLine?.send({ t: 'gone', key, note }));
  readonly #log: Log;
  readonly #finished: () => void;
  readonly #handlers: { readonly [T in ToHolder['t']]: Handler<Of<T>> } = {
    hello: (from, message) => this.#greet(from, message),
    respawn: (_, message) => this.#keeper.set(message),
    bye: (from, message) => this.#bye(from, message),
    spawn: (from, message) => from.send(this.#spawn(from, message)),
    input: (from, message, payload) => this.#input(from, message, payload),
    answer: (_, { pane, offset, ordinal }, payload) => this.#pane(pane).answer(offset, ordinal, payload),
    resize: (_, { pane, cols, rows, id }) => this.#pane(pane).resize(cols, rows, id),
    signal: (_, { pane, signal, to }) => this.#pane(pane).signal(signal, to),
    observe: (from, message) => this.#observe(from, message),
    unobserve: (from, { pane }) => this.#unobserve(from, pane),
    took: (from, { pane, offset, errOffset }) => {
      const observed = from.observers.get(pane);
      observed?.pane.took(observed.observer, offset, errOffset ?? 0);
    },
    free: (_, { pane, offset, errOffset }) => this.#panes.get(pane)?.free(offset, errOffset ?? 0),
    forget: (_, { pane }) => this.#forget(pane),
    list: (from, { id }) => from.send({ t: 'panes', id, panes: this.#describePanes() }),
    status: (from, { pane, id }) => from.send({ t: 'status', id, pane, ...this.#pane(pane).status() }),
    guard: (_, { key, pid, note }) => this.#guards.add(key, pid, note),
    unguard: (_, { key }) => this.#guards.remove(key),
    unlink: (_, { pane }) => this.#links.get(pane)?.end(),
  };
  #lifeLine: Connection | undefined;
  #quitting = false;

  /** `finished`: told to quit, and nothing is held any more. */
  constructor(log: Log, finished: () => void) {
    this.#log = log;
    this.#finished = finished;
    this.#keeper = new DaemonKeeper(log);
  }

  accept(socket: Socket): void {
    new Connection(socket, {
      message: (connection, message, payload) => this.#receive(connection, message, payload),
      closed: (connection, why) => this.#closed(connection, why),
    });
  }

  /** Hangs up on every child, then finishes. */
  quit(): void {
    this.#keeper.stop();
    this.#quitting = true;
    for (const pane of this.#panes.values()) if (!this.#links.has(pane.id)) pane.hangUp();
    this.#finishIfIdle();
  }

  #receive(connection: Connection, message: ToHolder, payload: Uint8Array): void {
    if (!connection.greeted && message.t !== 'hello') {
      connection.close('its first message was not hello');
      return;
    }
    try {
      const carryOut: Handler<never> = this.#handlers[message.t];
      carryOut(connection, message as never, payload);
    } catch (error) {
      const { code, message: text } = ZmxError.info(error);
      const pane = 'pane' in message ? message.pane : undefined;
      const id = 'id' in message ? message.id : undefined;
      connection.send({
        t: 'error',
        about: message.t,
        ...(pane !== undefined && { pane }),
        ...(id !== undefined && { id }),
        code,
        message: text,
      });
    }
  }

  #greet(connection: Connection, hello: Of<'hello'>): void {
    connection.greeted = true;
    if (hello.daemon) {
      const older = this.#lifeLine;
      this.#lifeLine = connection;
      this.#quitting = false;
      this.#keeper.linked();
      this.#log(`linked with daemon ${hello.pid}`);
      if (older && older !== connection) older.close('a newer daemon has taken its place');
    }
    connection.send({
      t: 'welcome',
      version: HOLDER_PROTOCOL,
      incarnation: this.#incarnation,
      pid: process.pid,
      panes: this.#describePanes(),
      sources: this.#inputs.sources(),
      guards: this.#guards.describe(),
    });
  }

  #bye(connection: Connection, bye: Of<'bye'>): void {
    if (connection !== this.#lifeLine) return;
    this.#log(`the daemon ends on purpose${bye.quit ? ', and so do we' : ''}`);
    this.#keeper.stop();
    this.#quitting = bye.quit;
    this.#finishIfIdle();
  }

  #spawn(from: Connection, request: SpawnMessage): SpawnAnswer {
    const { op, pane: id } = request;
    const before = this.#spawns.get(op);
    if (before) return before;
    let answer: SpawnAnswer;
    try {
      const occupant = this.#panes.get(id);
      if (occupant && !occupant.hangingUp) throw new ZmxError('EEXIST', `there is a pane ${id} already`);
      if (request.meta.length > MAX_META_BYTES) throw new ZmxError('E2BIG', 'meta is longer than 64 KiB');
      const { feedFrom, typeInto } = request;
      const ends = [feedFrom, typeInto].map((end) => (end === undefined ? end : this.#pane(end)));
      const pane = new Pane(request, (ended) => this.#ended(ended));
      this.#panes.set(id, pane);
      if (occupant) this.#leaving.add(occupant);
      if (from !== this.#lifeLine) this.#startedBeside.add(pane);
      const linked = ends.some((end) => end !== undefined);
      if (linked) this.#links.set(id, new PaneLink(pane, ends[0], ends[1]));
      answer = { t: 'spawned', op, pane: id, pid: pane.pid, tty: pane.tty, ...(linked && { linked }) };
    } catch (error) {
      const { code, message } = ZmxError.info(error);
      answer = { t: 'spawn-failed', op, pane: id, code, message };
    }
    this.#spawns.set(op, answer);
    this.#forgetOldSpawns();
    return answer;
  }

  #input(connection: Connection, input: Of<'input'>, payload: Uint8Array): void {
    const { pane, source, seq } = input;
    const accepted = this.#inputs.accept(source, seq, (why) =>
      connection.send({
        t: 'took-input',
        pane,
        source,
        seq,
        done: why === undefined,
        ...(why !== undefined && { why }),
      }),
    );
    if (!accepted) return;
    const settle = (error?: Error | null) => this.#inputs.settle(source, seq, error?.message);
    const target = this.#panes.get(pane);
    if (target) target.write(payload, input.eof ?? false, settle);
    else settle(noPane(pane));
  }

  #observe(connection: Connection, message: Of<'observe'>): void {
    this.#unobserve(connection, message.pane);
    const pane = this.#pane(message.pane);
    const observer = pane.observe(connection, message.from, message.errFrom ?? 0);
    connection.observers.set(pane.id, { pane, observer });
  }

  #unobserve(connection: Connection, id: string): void {
    const observed = connection.observers.get(id);
    if (!observed) return;
    observed.pane.unobserve(observed.observer);
    connection.observers.delete(id);
  }

  #forget(id: string): void {
    const pane = this.#panes.get(id);
    if (pane?.exit) this.#panes.delete(id);
    else pane?.hangUp();
  }

  #ended(pane: Pane): void {
    if (this.#leaving.delete(pane)) {
      this.#finishIfIdle();
      return;
    }
    this.#links.get(pane.id)?.dispose();
    this.#links.delete(pane.id);
    const lifeLine = this.#lifeLine;
    if (lifeLine && pane.exit && !lifeLine.observers.has(pane.id) && !this.#startedBeside.has(pane)) {
      const errOffset = pane.err?.end;
      lifeLine.send({
        t: 'exited',
        pane: pane.id,
        observed: false,
        offset: pane.out.end,
        ...(errOffset !== undefined && { errOffset }),
        exit: pane.exit,
      });
    }
    if (pane.hangingUp) this.#panes.delete(pane.id);
    this.#finishIfIdle();
  }

  #closed(connection: Connection, why: string): void {
    if (connection !== this.#lifeLine) return;
    this.#lifeLine = undefined;
    this.#log(`the daemon's connection has ended: ${why}`);
    this.#keeper.linkBroke();
  }

  #finishIfIdle(): void {
    if (!this.#quitting || this.#leaving.size > 0) return;
    for (const pane of this.#panes.values()) if (!pane.exit && !this.#links.has(pane.id)) return;
    this.#guards.dispose();
    this.#finished();
  }

  #forgetOldSpawns(): void {
    if (this.#spawns.size <= REMEMBERED_SPAWNS) return;
    for (const [op, { pane }] of this.#spawns) {
      if (this.#panes.get(pane)?.op === op) continue;
      this.#spawns.delete(op);
      return;
    }
  }

  #pane(id: string): Pane {
    const pane = this.#panes.get(id);
    if (!pane) throw noPane(id);
    return pane;
  }

  #describePanes() {
    return [...this.#panes.values()].filter((pane) => !pane.hangingUp).map((pane) => pane.describe());
  }
}

function noPane(id: string): ZmxError {
  return new ZmxError('ENOENT', `this holder has no pane ${id}`);
}
