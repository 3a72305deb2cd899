import { rmSync } from 'node:fs';
import { findHost } from '../auth/hosts.ts';
import { loadKeyPair } from '../auth/keys.ts';
import { endMounted } from '../base/end-processes.ts';
import type { Log } from '../base/log.ts';
import { releaseMountPoints } from '../base/mount-points.ts';
import { connect } from '../client/connection.ts';
import type { Body, Message } from '../protocol/message.ts';
import { PORTAL_END, PORTAL_GUARD, PORTAL_UNGUARD } from '../protocol/messages/exec.ts';
import { REPLY } from '../protocol/messages/sessions.ts';
import type { Peer } from '../transport/types.ts';
import { type Guarded, GuardNotes } from './guard-notes.ts';
import type { Holders } from './holders.ts';

const KEY_PREFIX = 'portal:';
/** How long a host is tried that the portal never heard of, ms. What had come to it all the same, it ends by itself. */
const UNREACHED_PATIENCE_MS = 5000;

/**
 * Sees to it that a portal of this host leaves nothing behind, however it ended: its
 * processes on the other host, those in its namespace here, and what it had made here.
 * The holder watches the process, since it outlives this daemon; what is to be done is
 * in the guard's note, so that the next daemon knows it too, and in a file, for the one that
 * comes after the holder was lost as well.
 */
export class PortalGuardian {
  readonly #holders: Pick<Holders, 'gone' | 'guard' | 'unguard'>;
  readonly #config: string;
  readonly #log: Log;
  /** Ends under way: the holder tells a gone process again until it is unguarded. */
  readonly #ending = new Set<string>();
  readonly #notes: GuardNotes;

  /** @param folder for the notes */
  constructor(
    holders: Pick<Holders, 'gone' | 'guard' | 'unguard'>,
    config: string,
    folder: string,
    log: Log,
  ) {
    this.#holders = holders;
    this.#config = config;
    this.#notes = new GuardNotes(folder);
    this.#log = log;
    holders.gone.on((gone) => this.gone(gone));
  }

  /** What the holders have guarded while there was no daemon, and what they have not since they are new. */
  adopt(guards: readonly { readonly key: string; readonly note: string; readonly gone: boolean }[]): void {
    for (const guard of guards) if (guard.gone) this.gone(guard);
    const held = new Set(guards.map(({ key }) => key));
    for (const { pid, guarded } of this.#notes.read()) {
      const key = KEY_PREFIX + guarded.portal;
      if (held.has(key)) continue;
      if (pid !== undefined) this.#holders.guard(key, pid, JSON.stringify(guarded));
      else void this.#end(key, guarded);
    }
  }

  /** A guarded process has gone. */
  gone({ key, note }: { readonly key: string; readonly note: string }): void {
    if (key.startsWith(KEY_PREFIX)) void this.#end(key, JSON.parse(note) as Guarded);
  }

  /** Takes a message if it is one of the guardian's. */
  handle(peer: Peer, message: Message): boolean {
    if (message.definition === PORTAL_GUARD) {
      const { id, pid, ...guarded } = message.body as Body<typeof PORTAL_GUARD>;
      const key = KEY_PREFIX + guarded.portal;
      this.#note(pid, guarded);
      this.#holders.unguard(key); // told again: it knows more now
      this.#holders.guard(key, pid, JSON.stringify(guarded));
      peer.send(REPLY, { re: id });
      return true;
    }
    if (message.definition === PORTAL_UNGUARD) {
      const { id, portal } = message.body as Body<typeof PORTAL_UNGUARD>;
      this.#holders.unguard(KEY_PREFIX + portal);
      this.#notes.drop(portal);
      peer.send(REPLY, { re: id });
      return true;
    }
    return false;
  }

  /** On a full disk the holder has to do. */
  #note(pid: number, guarded: Guarded): void {
    try {
      this.#notes.keep(pid, guarded);
    } catch (error) {
      this.#log(`portal ${guarded.portal} is guarded without a note: ${String(error)}`);
    }
  }

  async #end(key: string, guarded: Guarded): Promise<void> {
    if (this.#ending.has(key)) return;
    this.#ending.add(key);
    const log = (error: unknown) =>
      this.#log(`portal ${guarded.portal} on ${guarded.host}: ${String(error)}`);
    try {
      const there = this.#endThere(guarded);
      await Promise.all([guarded.unreached ? there.catch(log) : there, this.#endHere(guarded)]);
      this.#holders.unguard(key);
      this.#notes.drop(guarded.portal);
      this.#log(`portal ${guarded.portal} on ${guarded.host} was tidied up for it`);
    } catch (error) {
      log(error); // refused, or no longer configured: the holder will ask again
    } finally {
      this.#ending.delete(key);
    }
  }

  /** Waits for the host as long as it takes, if the portal had reached it. */
  async #endThere({ portal, host, unreached }: Guarded): Promise<void> {
    const { address, port, serverKey } = findHost(this.#config, host);
    const connection = connect(
      { kind: 'tcp', address, port, serverKey },
      { keys: loadKeyPair(this.#config) },
    );
    try {
      await connection.ready(unreached ? UNREACHED_PATIENCE_MS : undefined);
      await connection.request(PORTAL_END, { portal });
    } finally {
      connection.dispose();
    }
  }

  async #endHere({ namespace, folders, mountPoints }: Guarded): Promise<void> {
    if (namespace !== '') await endMounted(namespace);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    releaseMountPoints(mountPoints);
  }
}
