import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from '../../transport/types.ts';

/** How often portals without a link are looked at, in ms; their time-outs are hours. */
const ORPHAN_CHECK_MS = 15_000;

interface Portal {
  readonly id: string;
  readonly scratch: string;
  orphanTimeoutMs: number;
  /** Whoever speaks for it now: the portal itself. */
  peer: Peer;
  lastLinked: number;
}

/**
 * Portals whose commands run here. A portal's life is told by its guardian (PORTAL_END
 * from the holder of its host), never guessed from a silent network; only one that
 * nobody has spoken for during its whole orphan time-out is ended from here.
 */
export class Portals {
  readonly #portals = new Map<string, Portal>();
  readonly #folder: string;
  readonly #end: (portal: string) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string, end: (portal: string) => void) {
    this.#folder = folder;
    this.#end = end;
  }

  /** Returns the portal's scratch folder, made on first opening. */
  open(id: string, peer: Peer, orphanTimeoutMs: number): string {
    const scratch = this.#scratch(id);
    mkdirSync(scratch, { recursive: true, mode: 0o700 });
    this.#portals.set(id, { id, scratch, peer, orphanTimeoutMs, lastLinked: Date.now() });
    this.#timer ??= setInterval(() => this.#check(), ORPHAN_CHECK_MS).unref();
    return scratch;
  }

  /** Forgets the portal and removes its scratch folder. */
  close(id: string): void {
    this.#portals.delete(id);
    rmSync(this.#scratch(id), { recursive: true, force: true });
    if (this.#portals.size === 0) this.dispose();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Nobody can know the name before the folder is there, since the id is random. */
  #scratch(id: string): string {
    return join(this.#folder, `zmx-portal-${id}`);
  }

  #check(): void {
    const now = Date.now();
    for (const portal of this.#portals.values()) {
      if (portal.peer.linked) portal.lastLinked = now;
      else if (now - portal.lastLinked > portal.orphanTimeoutMs) this.#end(portal.id);
    }
  }
}
