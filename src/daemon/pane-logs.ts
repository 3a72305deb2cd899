import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loggedPanes, logRoot, readMeta, segmentFiles, writeMeta } from '../archive/log-folder.ts';
import type { LogSettings } from '../archive/pane-log.ts';
import type { PaneMeta } from '../archive/records.ts';
import { closedSegments, enforceRetention } from '../archive/retention.ts';
import { packSegment } from '../archive/segment-packer.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Log } from '../base/log.ts';
import type { Pane } from '../model/pane.ts';
import type { Server } from '../model/server.ts';
import type { PaneEngine } from './panes/pane-engine.ts';

/** What is known of a pane is written at most this often, ms: a shell's command changes all the time. */
const META_MS = 2_000;
/** Between two segments that are compressed, ms: each takes a core for some 60 ms, which is then a hundredth of it. */
const PACK_MS = 5_000;
/** Age and sizes are looked at this often, ms; a pane's own size is also kept by its writer. */
const RETENTION_MS = 10 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The panes' logs as a whole: who is logged how, by the options; which pane is whose log, for
 * those who read it later; compression and retention. Writing them is the pane workers' work.
 */
export class PaneLogs implements Disposable {
  readonly #server: Server;
  readonly #engine: PaneEngine;
  readonly #root: string;
  readonly #log: Log;
  readonly #sent = new Map<string, string>();
  readonly #described = new Map<string, { meta: PaneMeta; text: string }>();
  readonly #pending = new Map<string, PaneMeta>();
  /** Panes that have segments to be compressed. */
  readonly #unpacked = new Set<string>();
  #metaTimer: NodeJS.Timeout | undefined;
  readonly #timers: NodeJS.Timeout[];
  #work: Promise<void> = Promise.resolve();

  constructor(parts: { server: Server; engine: PaneEngine; stateFolder: string; log: Log }) {
    this.#server = parts.server;
    this.#engine = parts.engine;
    this.#root = logRoot(parts.stateFolder);
    this.#log = parts.log;
    this.#engine.segmentClosed.on((pane) => this.#unpacked.add(pane));
    for (const pane of loggedPanes(this.#root)) this.#unpacked.add(pane);
    this.#timers = [
      setInterval(() => this.#soon(() => this.#pack()), PACK_MS),
      setInterval(() => this.#soon(() => this.#retain()), RETENTION_MS),
    ];
    for (const timer of this.#timers) timer.unref();
    this.#soon(() => this.#retain());
  }

  /** How a pane is to be logged now. */
  settings(uuid: string): LogSettings {
    const { options, globalWindowOptions } = this.#server;
    const own = this.#server.paneByUuid(uuid)?.options ?? globalWindowOptions;
    return {
      on: own.flag('log'),
      redact: options.list('history-redact'),
      diskLimit: options.size('history-disk-limit'),
    };
  }

  /** The pane has been opened with these settings. */
  known(uuid: string, settings: LogSettings): void {
    this.#sent.set(uuid, JSON.stringify(settings));
  }

  /** Brings the workers and the descriptions up to what the model says. */
  reconcile(): void {
    for (const pane of this.#server.panes.values()) {
      if (pane.host !== '') continue;
      const settings = this.settings(pane.uuid);
      const text = JSON.stringify(settings);
      const sent = this.#sent.get(pane.uuid);
      if (sent !== undefined && sent !== text) {
        this.#sent.set(pane.uuid, text);
        this.#engine.setLog(pane.uuid, settings);
      }
      if (sent !== undefined) this.#describe(this.#metaOf(pane));
    }
    for (const [uuid, { meta }] of this.#described) {
      if (this.#server.paneByUuid(uuid)) continue;
      this.#describe({ ...meta, ended: true });
      this.#described.delete(uuid);
      this.#sent.delete(uuid);
    }
  }

  /** Writes what is known of the panes and not written yet: those that are closed ended with the server. */
  dispose(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const [uuid, { meta }] of this.#described)
      if (!this.#engine.has(uuid)) this.#describe({ ...meta, ended: true });
    this.#writeMeta();
  }

  #metaOf(pane: Pane): PaneMeta {
    const { window } = pane;
    const [session] = this.#server.sessionsWith(window);
    const link = session?.winlinks.find((one) => one.window === window);
    return {
      pane: pane.uuid,
      name: pane.name,
      session: session?.name ?? '',
      window: window.name,
      windowIndex: link?.index ?? 0,
      paneIndex: pane.index,
      command: pane.currentCommand || pane.startCommand.join(' ') || pane.shell,
      host: pane.host,
      ended: false,
    };
  }

  #describe(meta: PaneMeta): void {
    const text = JSON.stringify(meta);
    if (this.#described.get(meta.pane)?.text === text) return;
    this.#described.set(meta.pane, { meta, text });
    this.#pending.set(meta.pane, meta);
    this.#metaTimer ??= setTimeout(() => this.#writeMeta(), META_MS).unref();
  }

  #writeMeta(): void {
    clearTimeout(this.#metaTimer);
    this.#metaTimer = undefined;
    for (const [uuid, meta] of this.#pending) {
      const folder = join(this.#root, uuid);
      // A pane that is not logged leaves nothing behind.
      if (segmentFiles(folder).length === 0) continue;
      try {
        writeMeta(folder, meta);
        this.#pending.delete(uuid);
      } catch (error) {
        this.#log(`the log of pane ${meta.name} could not be described: ${(error as Error).message}`);
      }
    }
  }

  /** One after another; what fails is tried again in its time. */
  #soon(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error: unknown) => this.#log(`logs: ${String(error)}`));
  }

  #live(uuid: string): boolean {
    return this.#engine.has(uuid) || this.#server.paneByUuid(uuid) !== undefined;
  }

  /** Compresses one segment of some pane. */
  async #pack(): Promise<void> {
    for (const pane of this.#unpacked) {
      const files = closedSegments(join(this.#root, pane), this.#live(pane));
      const packed = new Set(files.flatMap((file) => (file.packed ? [file.number] : [])));
      const raw = files.filter((file) => !file.packed);
      // One that was being replaced when a daemon died.
      for (const file of raw) if (packed.has(file.number)) await rm(file.path, { force: true });
      const next = raw.find(({ number }) => !packed.has(number));
      if (next) return packSegment(next);
      this.#unpacked.delete(pane);
    }
  }

  /** Panes that ended with a daemon that had no time to say so. */
  #endForgotten(live: ReadonlySet<string>): void {
    for (const uuid of loggedPanes(this.#root)) {
      const folder = join(this.#root, uuid);
      const meta = live.has(uuid) ? undefined : readMeta(folder);
      if (meta && !meta.ended) writeMeta(folder, { ...meta, ended: true });
    }
  }

  async #retain(): Promise<void> {
    const { options } = this.#server;
    const live = new Set(loggedPanes(this.#root).filter((uuid) => this.#live(uuid)));
    this.#endForgotten(live);
    await enforceRetention(this.#root, live, {
      paneBytes: options.size('history-disk-limit'),
      totalBytes: options.size('history-disk-total'),
      maxAge: options.number('history-disk-age') * DAY_MS,
    });
  }
}
