import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Log, noLog } from '../../base/log.ts';
import { Signal } from '../../base/signal.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { Body, Message } from '../../protocol/message.ts';
import { FS_CLOSE, FS_OPEN, FS_VALUE } from '../../protocol/messages/files.ts';
import type { Peer } from '../../transport/types.ts';
import { FilesThread, noSession } from './files-thread.ts';
import { ThreadPool } from './thread-pool.ts';

/** Folders open at a time; each costs a thread. */
const MAX_SESSIONS = 64;
/** A client opens its session again within a round trip of its return. */
const SESSION_AWAITED_MS = 30_000;
/** The journal of a portal that never came back is kept for a long holiday. */
const JOURNAL_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

export interface FileServiceOptions {
  /** The service's own folder within the daemon's state. */
  readonly folder: string;
  readonly log?: Log;
}

/**
 * Files for portals: routes messages between clients and the threads of their
 * sessions. A session ends for good with FS_CLOSE; without it, or when the daemon
 * dies, its journal stays and the client opens it again.
 */
export class FileService {
  readonly #folder: string;
  readonly #log: Log;
  readonly #pool = new ThreadPool();
  readonly #threads = new Map<string, FilesThread>();
  readonly #started = new Signal<FilesThread>();

  constructor({ folder, log = noLog }: FileServiceOptions) {
    this.#folder = folder;
    this.#log = log;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (Date.now() - statSync(path).mtimeMs > JOURNAL_KEPT_MS)
        rmSync(path, { recursive: true, force: true });
    }
  }

  /** Whether a message is for this service. */
  handles({ definition }: Message): boolean {
    return definition.type >= FS_OPEN.type && definition.type <= FS_CLOSE.type;
  }

  /** Takes a client's message. @throws ZmxError `no-session` (with retry), `refused`, `EMFILE`. */
  handle(peer: Peer, message: Message): void {
    const { session } = message.body as { readonly session: string };
    if (message.definition === FS_OPEN) this.#open(peer, message.body as Body<typeof FS_OPEN>);
    else if (message.definition === FS_CLOSE) void this.#close(peer, message.body as Body<typeof FS_CLOSE>);
    else {
      const thread = this.#threads.get(session);
      if (thread?.peer !== peer) throw noSession(session);
      thread.ask(message);
    }
  }

  /** The client has left: its threads end, its journals stay. */
  left(peer: Peer): void {
    for (const thread of this.#threads.values()) if (thread.peer === peer) void this.#end(thread, false);
  }

  /** The clock that covers every change so far and that the client has been told, where the session has nothing to tell. */
  quietClock(session: string): number | undefined {
    return this.#threads.get(session)?.quietClock();
  }

  // In a new epoch a command may be asked for before its client has opened the session again: both wait for it.

  /** Tells the client every change so far and resolves with the clock that covers them: for a command's end. */
  async settle(session: string): Promise<number> {
    return (await this.#awaited(session)).settle();
  }

  /** Resolves when the mutations up to `seq` have been applied: for a command's start. */
  async applied(session: string, seq: number): Promise<void> {
    await (await this.#awaited(session)).applied(seq);
  }

  /** Ends all threads; journals stay. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#threads.values()].map((thread) => this.#end(thread, false)));
    await this.#pool.dispose();
  }

  #open(peer: Peer, { id, session, path, from, sent }: Body<typeof FS_OPEN>): void {
    const before = this.#threads.get(session);
    if (before && before.start.key !== peer.key)
      throw new ZmxError('refused', 'this files session belongs to another client');
    if (before?.peer === peer && before.start.path === path) {
      before.open(id);
      return;
    }
    if (!before && this.#threads.size >= MAX_SESSIONS)
      throw new ZmxError('EMFILE', `${MAX_SESSIONS} folders are open here already; end a portal first`);
    const start = { session, path, from, sent, key: peer.key, folder: join(this.#folder, session) };
    // the same client connected anew: its former thread holds the journal until it has ended
    if (before) void this.#end(before, false).then(() => this.#start(peer, start, id));
    else this.#start(peer, start, id);
  }

  #start(peer: Peer, start: FilesThread['start'], opening: number): void {
    const thread = new FilesThread(peer, start, this.#pool, this.#log);
    this.#threads.set(start.session, thread);
    void thread.ended.then(() => this.#forget(thread));
    thread.open(opening);
    this.#started.emit(thread);
  }

  async #close(peer: Peer, { id, session }: Body<typeof FS_CLOSE>): Promise<void> {
    const thread = this.#threads.get(session);
    if (thread?.peer === peer) await this.#end(thread, true);
    peer.send(FS_VALUE, { re: id, clock: 0 }, [], 'control');
  }

  async #awaited(session: string): Promise<FilesThread> {
    return (
      this.#threads.get(session) ??
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          listening.dispose();
          reject(noSession(session));
        }, SESSION_AWAITED_MS).unref();
        const listening = this.#started.on((thread) => {
          if (thread.start.session !== session) return;
          clearTimeout(timer);
          listening.dispose();
          resolve(thread);
        });
      })
    );
  }

  #end(thread: FilesThread, erase: boolean): Promise<void> {
    this.#forget(thread);
    return thread.close(erase);
  }

  #forget(thread: FilesThread): void {
    const { session } = thread.start;
    if (this.#threads.get(session) === thread) this.#threads.delete(session);
  }
}
