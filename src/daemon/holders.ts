import type { Log } from '../base/log.ts';
import type { ServerPlace } from '../base/server-place.ts';
import { Signal } from '../base/signal.ts';
import { HolderClient, type SpawnRequest, type Started } from '../holder/holder-client.ts';
import { holderProtocol } from '../holder/holder-place.ts';
import { connectHolder, listHolders } from '../holder/start-holder.ts';
import { type ExitStatus, type HeldPane, HOLDER_PROTOCOL } from '../holder/wire.ts';
import { ZmxError } from '../protocol/errors.ts';

/** One holder, and the panes that it holds. */
interface Held {
  readonly socket: string;
  readonly client: HolderClient;
  /** It was told to end with its last pane. */
  retired?: boolean;
}

/**
 * The holders of this daemon: usually one, more after an upgrade, since an old holder
 * keeps its panes until they end. New panes go to the newest. Every pane is found by
 * its uuid, so that the rest of the daemon need not know how many holders there are.
 */
export class Holders {
  readonly #place: ServerPlace;
  readonly #log: Log;
  readonly #holders: Held[] = [];
  readonly #panes = new Map<string, Held>();
  #starting: Promise<Held> | undefined;
  /** Told to another holder when theirs is lost. */
  readonly #guards = new Map<string, { readonly pid: number; readonly note: string }>();
  #closing = false;
  #respawn: (client: HolderClient) => void = () => {};

  /** A child has ended; its output is complete in the holder. */
  readonly exited = new Signal<{ readonly pane: string; readonly exit: ExitStatus }>();
  /** A holder died: these panes have no program any more, and how they ended cannot be known. */
  readonly lost = new Signal<readonly string[]>();
  /** A guarded process has gone. */
  readonly gone = new Signal<{ readonly key: string; readonly note: string }>();

  constructor(place: ServerPlace, log: Log) {
    this.#place = place;
    this.#log = log;
  }

  /** Connects to every holder that lives, and starts one if there is none. Returns what they hold. */
  async open(): Promise<{
    panes: readonly HeldPane[];
    sources: ReadonlyMap<string, number>;
    guards: readonly { key: string; note: string; gone: boolean }[];
  }> {
    const panes: HeldPane[] = [];
    const sources = new Map<string, number>();
    const guards: { key: string; note: string; gone: boolean }[] = [];
    for (const socket of await listHolders(this.#place.runtime)) {
      const client = await HolderClient.connect(socket, { daemon: true });
      const held = this.#take(socket, client);
      const { welcome } = client;
      for (const pane of welcome.panes) {
        panes.push(pane);
        this.#panes.set(pane.pane, held);
      }
      for (const [source, seq] of Object.entries(welcome.sources))
        sources.set(source, Math.max(seq, sources.get(source) ?? 0));
      for (const [key, { note, gone }] of Object.entries(welcome.guards)) guards.push({ key, note, gone });
    }
    await this.#newest();
    return { panes, sources, guards };
  }

  /** Incarnation of the holder that gets new panes: operations journalled under another one have an unknown outcome. */
  get incarnation(): string {
    return this.#holders.at(-1)?.client.welcome.incarnation ?? '';
  }

  has(pane: string): boolean {
    return this.#panes.has(pane);
  }

  /** The holder's connection for this pane. @throws ZmxError when no holder has it. */
  client(pane: string): HolderClient {
    const held = this.#panes.get(pane);
    if (!held) throw new ZmxError('ESRCH', `pane ${pane} has no program`);
    return held.client;
  }

  /** Path of the socket that the pane's worker observes. */
  socket(pane: string): string {
    const held = this.#panes.get(pane);
    if (!held) throw new ZmxError('ESRCH', `pane ${pane} has no program`);
    return held.socket;
  }

  /** @param beside a pane whose holder is to have the new one too */
  async spawn(request: SpawnRequest, beside?: string): Promise<Started> {
    const held = this.#panes.get(beside ?? request.pane) ?? (await this.#newest());
    const started = await held.client.spawn(request);
    this.#panes.set(request.pane, held);
    return started;
  }

  /** Path of the socket of the holder that gets new children. */
  async newestSocket(): Promise<string> {
    return (await this.#newest()).socket;
  }

  /**
   * Starts a child on a connection of the caller's to the holder at `socket`. It is sent at once: what the caller
   * says on the connection next comes to the holder together with it.
   */
  async spawnBy(client: HolderClient, socket: string, request: SpawnRequest): Promise<Started> {
    const started = await client.spawn(request);
    const held = this.#holders.find((holder) => holder.socket === socket);
    if (!held) throw new ZmxError('EPIPE', 'the holder has ended', { call: 'spawn' });
    this.#panes.set(request.pane, held);
    return started;
  }

  /** Lets the pane go: its exit is recorded, or its program is to end. */
  forget(pane: string): void {
    const held = this.#panes.get(pane);
    held?.client.forget(pane);
    this.#panes.delete(pane);
    if (held && held !== this.#holders.at(-1)) this.#retire(held);
  }

  /** A holder of an older version ends with its last pane: nothing new goes there. */
  #retire(held: Held): void {
    if ([...this.#panes.values()].includes(held)) return;
    held.retired = true;
    void held.client.bye({ quit: true });
  }

  /** Resolves when the holders have received all that was sent to them so far, though not necessarily done it. */
  async received(): Promise<void> {
    await Promise.all(this.#holders.map(({ client }) => client.list().catch(() => [])));
  }

  /** Tells every holder how to start this daemon again. */
  respawn(argv: string[], cwd: string, env: Record<string, string>): void {
    this.#respawn = (client) => client.respawn(argv, cwd, env);
    for (const { client } of this.#holders) this.#respawn(client);
  }

  guard(key: string, pid: number, note: string): void {
    this.#guards.set(key, { pid, note });
    this.#holders.at(-1)?.client.guard(key, pid, note);
  }

  unguard(key: string): void {
    this.#guards.delete(key);
    for (const { client } of this.#holders) client.unguard(key);
  }

  /** The daemon ends on purpose. `quit`: the holders end too, once they hold nothing. */
  async close(options: { quit: boolean }): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#holders.map(({ client }) => client.bye(options)));
  }

  async #newest(): Promise<Held> {
    const newest = this.#holders.at(-1);
    if (newest && holderProtocol(newest.socket) >= HOLDER_PROTOCOL) return newest;
    this.#starting ??= connectHolder(this.#place, { daemon: true })
      .then(({ socket, client }) => this.#take(socket, client))
      .finally(() => {
        this.#starting = undefined;
      });
    return this.#starting;
  }

  #take(socket: string, client: HolderClient): Held {
    const held = { socket, client };
    this.#holders.push(held);
    this.#respawn(client);
    client.exited.on(({ pane, exit }) => this.exited.emit({ pane, exit }));
    client.gone.on((gone) => this.gone.emit(gone));
    client.failed.on(({ about, pane, message }) => this.#log(`holder: ${about} ${pane ?? ''}: ${message}`));
    client.closed.on((error) => this.#closed(held, error));
    return held;
  }

  #closed(held: Held, error: Error | undefined): void {
    this.#holders.splice(this.#holders.indexOf(held), 1);
    const lost = [...this.#panes].filter(([, of]) => of === held).map(([pane]) => pane);
    for (const pane of lost) this.#panes.delete(pane);
    if (this.#closing || (held.retired && lost.length === 0)) return;
    this.#log(
      `holder at ${held.socket} is gone (${error?.message ?? 'closed'}); ${lost.length} panes lost their programs`,
    );
    this.lost.emit(lost);
    // Another one stands by: it starts this daemon again, and is whose operations are known.
    if (this.#holders.length === 0)
      this.#newest().then(
        ({ client }) => {
          for (const [key, { pid, note }] of this.#guards) client.guard(key, pid, note);
        },
        (failure: unknown) => this.#log(`no holder: ${String(failure)}`),
      );
  }
}
