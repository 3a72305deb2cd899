import { handleEvent, isMove } from '../../commands/keys/events.ts';
import { expire, nextExpiry } from '../../commands/keys/expire.ts';
import { resumeRun } from '../../commands/run.ts';
import type { AttachedClient } from '../../model/client.ts';
import type { Server } from '../../model/server.ts';
import { CommandEffects, type EffectParts, type WriteNumbers } from '../command-effects.ts';
import type { ModelStore } from '../model-store.ts';
import type { ClientEvent, ClientLink } from './client-link.ts';
import type { Handled, QueuedEvent } from './event-queue.ts';

/** The hops of a key's way through the daemon; a test ends it at each of them. */
export type KeyHop = 'received' | 'sent' | 'taken' | 'saved' | 'told';

export interface ClientEventsParts extends EffectParts {
  readonly hop?: ((hop: KeyHop) => void) | undefined;
  readonly server: Server;
  readonly store: ModelStore;
  changed(): void;
}

/**
 * Writes that one event may cause: send-keys to many panes, a paste. The holder's
 * numbers are the event's number times this, so that one source serves each client.
 */
export const WRITES_PER_EVENT = 1024;

/**
 * Carries out what people did at their terminals. Bytes for panes are sent and not
 * waited for: a program that does not read must not hold up the key that leaves its
 * pane. Whatever changes the model is saved with the number of the event that did it,
 * after the holder has seen all that was typed before.
 */
export class ClientEvents {
  readonly #parts: ClientEventsParts;
  readonly #expiries = new Map<string, { at: number; timer: NodeJS.Timeout }>();

  constructor(parts: ClientEventsParts) {
    this.#parts = parts;
  }

  async handle(link: ClientLink, { seq, event, payload }: QueuedEvent<ClientEvent>): Promise<Handled> {
    const { server, store, hop } = this.#parts;
    const { client } = link;
    hop?.('received');
    if (!server.clients.has(client.id)) return { taken: [] };
    const op = `${client.id}.${seq}`;
    const interrupted = server.runs.interrupted(op);
    const plain = !interrupted && isPlainInput(server, client, event);
    if (!plain && link.queue.inFlight > 0) await this.#parts.holders.received();
    const effects = new EventEffects(this.#parts, { source: client.id, first: seq * WRITES_PER_EVENT });
    try {
      if (interrupted) await resumeRun({ server, effects }, interrupted);
      else await handleEvent({ server, effects }, client, event, payload, op);
    } catch (error) {
      server.addMessage(`${client.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!plain) {
      store.events.set(client.id, seq);
      server.runs.end(op);
      await store.saved();
      hop?.('saved');
      this.#parts.changed();
    }
    if (hop) {
      hop('sent');
      for (const taken of effects.taken)
        taken.then(
          () => hop('taken'),
          () => {},
        );
    }
    return { taken: effects.taken };
  }

  /** Has each client looked at again when what it shows for a time is to end, whoever showed it: a key, a command line, an alert. */
  watchExpiries(): void {
    for (const client of this.#parts.server.clients.values()) {
      const next = nextExpiry(client);
      const watched = this.#expiries.get(client.id);
      if (watched?.at === next) continue;
      clearTimeout(watched?.timer);
      this.#expiries.delete(client.id);
      if (next === undefined) continue;
      const wait = Math.max(1, next - this.#parts.server.now());
      const timer = setTimeout(() => void this.#expire(client), wait).unref();
      this.#expiries.set(client.id, { at: next, timer });
    }
  }

  async #expire(client: AttachedClient): Promise<void> {
    const { server } = this.#parts;
    this.#expiries.delete(client.id);
    if (!server.clients.has(client.id)) return;
    const op = `${client.id}.expire.${server.now()}`;
    const effects = new CommandEffects(this.#parts, { source: op, first: 0 });
    try {
      await expire({ server, effects }, client, op);
    } catch (error) {
      server.addMessage(`${client.name}: ${String(error)}`);
    }
    server.runs.end(op);
    this.#parts.changed();
  }
}

/** Effects whose writes are on their way when they return. */
class EventEffects extends CommandEffects {
  readonly taken: Promise<void>[] = [];

  constructor(parts: EffectParts, numbers: WriteNumbers) {
    super(parts, numbers);
  }

  override write(pane: string, bytes: Uint8Array): Promise<void> {
    this.taken.push(super.write(pane, bytes));
    return Promise.resolve();
  }
}

/** Input that goes to the active pane whatever the model's state: nothing needs to be saved for it. */
function isPlainInput({ keyTables }: Server, client: AttachedClient, event: ClientEvent): boolean {
  if (client.prompt || client.overlay || client.message || client.keyTable !== '' || client.repeatUntil !== 0)
    return false;
  const { options, current } = client.session;
  const pane = current.window.active;
  const root = options.text('key-table');
  if (event.kind === 'mouse') return isMove(event.key) && !keyTables.get(root, `${event.key}Pane`);
  if (pane.inCopyMode || pane.clock || current.window.latestClient !== client.id) return false;
  if (event.kind === 'paste') return event.part === 'piece';
  if (event.kind !== 'key' || event.key === options.text('prefix') || event.key === options.text('prefix2'))
    return false;
  return !keyTables.get(root, event.key) && !keyTables.get(root, 'Any');
}
