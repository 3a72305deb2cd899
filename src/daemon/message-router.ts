import { setTimeout as sleep } from 'node:timers/promises';
import { nanoid } from 'nanoid';
import type { Disposable } from '../base/disposable.ts';
import type { Server } from '../model/server.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Body, Message } from '../protocol/message.ts';
import { FRAME_TAKEN, FRAME_WANTED } from '../protocol/messages/frames.ts';
import { ATTACH, COMMAND, EVENT, REPLY, RESULT_READ } from '../protocol/messages/sessions.ts';
import type { Peer, TransportServer } from '../transport/types.ts';
import type { AgentService } from './agent/agent-service.ts';
import type { AttachedClients } from './clients/attached-clients.ts';
import type { CommandService } from './command-service.ts';
import type { ExecService } from './exec/exec-service.ts';
import type { FileService } from './files/file-service.ts';
import type { PaneEngine } from './panes/pane-engine.ts';
import type { PortalGuardian } from './portal-guardian.ts';

/** Acknowledgements come within some ms; how often their arrival is looked for, ms. */
const DRAIN_LOOK_MS = 5;
/** A terminal's program that has lost its local connection is gone; over a network it may only be asleep. ms. */
const LOCAL_CLIENT_GRACE_MS = 2_000;

export interface RouterParts {
  readonly server: Server;
  readonly engine: PaneEngine;
  readonly clients: AttachedClients;
  readonly commands: CommandService;
  readonly exec: ExecService;
  readonly files: FileService;
  readonly guardian: PortalGuardian;
  readonly agents: AgentService;
  readonly transport: TransportServer;
}

/** From the transport to whoever answers: the one place that knows which message is whose. */
export class MessageRouter implements Disposable {
  readonly #parts: RouterParts;
  readonly #listening: Disposable[];
  readonly #peers = new Set<Peer>();

  constructor(parts: RouterParts) {
    this.#parts = parts;
    const { transport } = parts;
    this.#listening = [
      transport.joined.on((peer) => this.#peers.add(peer)),
      transport.received.on(({ peer, message }) => this.#route(peer, message)),
      transport.left.on((peer) => this.#left(peer)),
      transport.linkChanged.on(({ peer, linked }) => {
        if (!linked && isLocal(peer)) this.#watchLocal(peer);
      }),
    ];
  }

  dispose(): void {
    for (const listening of this.#listening) listening.dispose();
  }

  #route(peer: Peer, message: Message): void {
    const { clients, commands, exec, files, guardian, agents, engine } = this.#parts;
    const { definition, body, payload } = message;
    switch (definition) {
      case EVENT:
        clients.event(peer, body as Body<typeof EVENT>, payload[0] ?? new Uint8Array(0));
        return;
      case FRAME_TAKEN: {
        const { pane, seq } = body as Body<typeof FRAME_TAKEN>;
        const link = clients.linkOf(peer);
        if (link) engine.acknowledge(pane, link.client.id, seq);
        return;
      }
      case FRAME_WANTED: {
        const link = clients.linkOf(peer);
        if (link) engine.refresh((body as Body<typeof FRAME_WANTED>).pane, link.client.id);
        return;
      }
      case COMMAND:
        void commands.command(peer, body as Body<typeof COMMAND>, payload[0]);
        return;
      case RESULT_READ:
        void commands.read(peer, body as Body<typeof RESULT_READ>);
        return;
      case ATTACH:
        this.#attach(peer, body as Body<typeof ATTACH>).catch((error: unknown) =>
          peer.send(REPLY, { re: (body as Body<typeof ATTACH>).id, error: ZmxError.info(error) }),
        );
        return;
      default:
        if (files.handles(message)) files.handle(peer, message);
        else if (
          !exec.handle(peer, message) &&
          !agents.handle(peer, message) &&
          !(isLocal(peer) && guardian.handle(peer, message))
        )
          throw new ZmxError('unknown-type', `${definition.name} is not served here`);
    }
  }

  async #attach(peer: Peer, body: Body<typeof ATTACH>): Promise<void> {
    const { clients, commands } = this.#parts;
    const { term, features, tty, pid, host, cwd, env, target, cols, rows } = body;
    // A client that comes back shows what it showed, whatever it was first attached to.
    const id = body.client ?? nanoid();
    const client = await commands.attach({
      id,
      target,
      cols,
      rows,
      terminal: { term, features, tty, pid, host, cwd, env },
      create: body.create ?? false,
      readOnly: body.readOnly ?? false,
      detachOthers: body.detachOthers ?? false,
      op: `attach-${id}`.slice(0, 64),
    });
    if (this.#peers.has(peer)) clients.attach(peer, body.id, client);
    else if (body.client === undefined) await commands.left(client); // killed before it was attached
  }

  /** Resolves when every linked client has taken what it was sent, or after `patienceMs`. */
  async drained(patienceMs: number): Promise<void> {
    const deadline = Date.now() + patienceMs;
    const owed = () => [...this.#peers].some((peer) => peer.linked && peer.queuedBytes > 0);
    while (owed() && Date.now() < deadline) await sleep(DRAIN_LOOK_MS);
  }

  #left(peer: Peer): void {
    this.#peers.delete(peer);
    this.#parts.clients.peerLeft(peer);
    this.#parts.commands.peerLeft(peer);
    this.#parts.exec.peerLeft(peer);
    this.#parts.files.left(peer);
    this.#parts.agents.left(peer);
  }

  #watchLocal(peer: Peer): void {
    setTimeout(() => {
      if (!peer.linked) peer.close();
    }, LOCAL_CLIENT_GRACE_MS).unref();
  }
}

/** A process of this host, by ipc. */
function isLocal(peer: Peer): boolean {
  return peer.key === '';
}
