import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Peer } from '../../transport/types.ts';

/** How often portals are looked at for one without a link, in ms: the usual time-out is hours; more often for a shorter one. */
const ORPHAN_CHECK_MS = 15_000;
const SHORTEST_CHECK_MS = 250;
const CHECKS_WITHIN_TIMEOUT = 4;

/** What the next daemon knows of a portal. */
interface PortalRecord {
  readonly id: string;
  readonly orphanTimeoutMs: number;
  /** What its commands have left in the background outlives it; it has no scratch folder. */
  readonly keepsBackground: boolean;
  /** Since when nobody has spoken for it, ms since 1970; undefined: somebody did to the last. */
  readonly silentSince?: number | undefined;
}

interface Portal extends PortalRecord {
  /** Whoever speaks for it now: the portal itself. undefined: not yet, since this daemon began. */
  readonly peer: Peer | undefined;
}

export interface PortalsOptions {
  /** Of the scratch folders. */
  readonly folder: string;
  /** The list that outlives the daemon. */
  readonly file: string;
  /** Ends a portal that nobody speaks for any more. */
  readonly end: (portal: string) => void;
}

/**
 * Portals whose commands run here. A portal's life is told by its guardian (PORTAL_END
 * from the holder of its host), never guessed from a silent network; only one that
 * nobody has spoken for during its whole orphan time-out is ended from here, also when
 * the daemon was another one when it was heard last.
 */
export class Portals implements Disposable {
  readonly #options: PortalsOptions;
  readonly #portals = new Map<string, Portal>();
  readonly #ending = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PortalsOptions) {
    this.#options = options;
    mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 });
    const silentSince = Date.now();
    for (const record of readRecords(options.file))
      this.#portals.set(record.id, { silentSince, ...record, peer: undefined });
    this.#watch();
  }

  /** Returns the portal's scratch folder, made on first opening; '' for one that keeps its background. */
  open(id: string, peer: Peer, orphanTimeoutMs: number, keepsBackground: boolean): string {
    this.#portals.set(id, { id, peer, orphanTimeoutMs, keepsBackground });
    this.#save();
    this.#watch();
    if (keepsBackground) return '';
    const scratch = this.#scratch(id);
    mkdirSync(scratch, { recursive: true, mode: 0o700 });
    return scratch;
  }

  isOpen(id: string): boolean {
    return this.#portals.has(id) && !this.#ending.has(id);
  }

  keepsBackground(id: string): boolean {
    return this.#portals.get(id)?.keepsBackground ?? false;
  }

  /** It is being ended: nothing more begins in it. Until `close` the next daemon would end it too. */
  end(id: string): void {
    this.#ending.add(id);
  }

  /** Forgets the portal and removes its scratch folder. */
  close(id: string): void {
    rmSync(this.#scratch(id), { recursive: true, force: true });
    this.#ending.delete(id);
    if (this.#portals.delete(id)) this.#save();
    this.#watch();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Nobody can know the name before the folder is there, since the id is random. */
  #scratch(id: string): string {
    return join(this.#options.folder, `zmx-portal-${id}`);
  }

  #save(): void {
    const records = [...this.#portals.values()].map(({ peer, ...record }) => record);
    writeFileAtomic(this.#options.file, [JSON.stringify(records)]);
  }

  #watch(): void {
    this.dispose();
    if (this.#portals.size === 0) return;
    const now = Date.now();
    const waits = [...this.#portals.values()].map(({ orphanTimeoutMs, silentSince }) =>
      silentSince === undefined
        ? orphanTimeoutMs / CHECKS_WITHIN_TIMEOUT
        : silentSince + orphanTimeoutMs - now,
    );
    const next = Math.max(SHORTEST_CHECK_MS, Math.min(ORPHAN_CHECK_MS, ...waits));
    this.#timer = setTimeout(() => this.#check(), next).unref();
  }

  #check(): void {
    const now = Date.now();
    let changed = false;
    for (const portal of this.#portals.values()) {
      const silentSince = portal.peer?.linked ? undefined : (portal.silentSince ?? now);
      if (silentSince !== portal.silentSince) {
        this.#portals.set(portal.id, { ...portal, silentSince });
        changed = true;
      }
      if (silentSince !== undefined && now - silentSince > portal.orphanTimeoutMs)
        this.#options.end(portal.id);
    }
    if (changed) this.#save();
    this.#watch();
  }
}

function readRecords(file: string): PortalRecord[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PortalRecord[];
  } catch {
    return []; // the first start, or damage: then only their guardians end them
  }
}
