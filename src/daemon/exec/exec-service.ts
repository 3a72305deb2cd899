import { hostname } from 'node:os';
import type { Disposable } from '../../base/disposable.ts';
import { endProcesses, hasVariable } from '../../base/end-processes.ts';
import { programsOnPath } from '../../base/programs-on-path.ts';
import { currentUser } from '../../base/user.ts';
import type { HeldPane } from '../../holder/wire.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { Body, Message } from '../../protocol/message.ts';
import {
  EXEC_DONE,
  EXEC_INPUT,
  EXEC_RESUME,
  EXEC_SIGNAL,
  EXEC_SIZE,
  EXEC_START,
  EXEC_TAKEN,
  HOST_PROGRAMS,
  HOST_PROGRAMS_ARE,
  OP_STATE,
  OP_STATUS,
  PORTAL_END,
  PORTAL_OPEN,
  PORTAL_OPENED,
} from '../../protocol/messages/exec.ts';
import { REPLY } from '../../protocol/messages/sessions.ts';
import type { Peer } from '../../transport/types.ts';
import { Commands, type CommandsParts } from './commands.ts';
import { Portals } from './portals.ts';

/** In the environment of everything that runs for a portal, so that all of it is found at the portal's end. */
const PORTAL_VARIABLE = 'ZMX_PORTAL';

export interface ExecParts extends Omit<CommandsParts, 'environment'> {
  /** The host's login environment, under each command's own variables. */
  readonly env: Readonly<Record<string, string>>;
  readonly scratchFolder: string;
  /** List of the portals that are open. */
  readonly portalsFile: string;
}

/** What this host does for clients elsewhere: their commands, and the portals that these belong to. */
export class ExecService implements Disposable {
  readonly #parts: ExecParts;
  readonly #commands: Commands;
  readonly #portals: Portals;

  constructor(parts: ExecParts) {
    this.#parts = parts;
    this.#commands = new Commands({ ...parts, environment: (body) => this.#environment(body) });
    this.#portals = new Portals({
      folder: parts.scratchFolder,
      file: parts.portalsFile,
      end: (portal) => {
        this.#endPortal(portal).catch((error: unknown) => parts.log(`portal ${portal}: ${String(error)}`));
      },
    });
  }

  /** The children that a holder has kept while there was no daemon. */
  adopt(held: readonly HeldPane[]): void {
    this.#commands.adopt(held);
  }

  /** Takes a message if it is one of this service's. Errors of requests are answered here. */
  handle(peer: Peer, message: Message): boolean {
    const commands = this.#commands;
    switch (message.definition) {
      case EXEC_START:
        this.#guarded(peer, message.body as Body<typeof EXEC_START>, (body) => commands.start(peer, body));
        return true;
      case EXEC_RESUME:
        this.#guarded(peer, message.body as Body<typeof EXEC_RESUME>, (body) => commands.resume(peer, body));
        return true;
      case EXEC_TAKEN: {
        const { op, ...offsets } = message.body as Body<typeof EXEC_TAKEN>;
        commands.taken(op, offsets);
        return true;
      }
      case EXEC_INPUT:
        commands.input(
          peer,
          message.body as Body<typeof EXEC_INPUT>,
          message.payload[0] ?? new Uint8Array(0),
        );
        return true;
      case EXEC_SIGNAL: {
        const { id, op, signal } = message.body as Body<typeof EXEC_SIGNAL>;
        void commands.signal(op, signal).then(() => {
          if (id !== undefined) peer.send(REPLY, { re: id });
        });
        return true;
      }
      case EXEC_SIZE: {
        const { op, cols, rows } = message.body as Body<typeof EXEC_SIZE>;
        commands.resize(op, cols, rows);
        return true;
      }
      case EXEC_DONE: {
        const { id, op } = message.body as Body<typeof EXEC_DONE>;
        commands.done(op);
        if (id !== undefined) peer.send(REPLY, { re: id });
        return true;
      }
      case OP_STATUS: {
        const { id, op } = message.body as Body<typeof OP_STATUS>;
        peer.send(OP_STATE, { re: id, ...commands.status(op) });
        return true;
      }
      case HOST_PROGRAMS:
        this.#guarded(peer, message.body as Body<typeof HOST_PROGRAMS>, (body) =>
          this.#programs(peer, body.id),
        );
        return true;
      case PORTAL_OPEN:
        this.#guarded(peer, message.body as Body<typeof PORTAL_OPEN>, async (body) => {
          const { id, portal, orphanTimeoutMs, keepsBackground = false } = body;
          const scratch = this.#portals.open(portal, peer, orphanTimeoutMs, keepsBackground);
          peer.send(PORTAL_OPENED, { re: id, scratch, hostname: hostname() });
        });
        return true;
      case PORTAL_END:
        this.#guarded(peer, message.body as Body<typeof PORTAL_END>, async (body) => {
          await this.#endPortal(body.portal);
          peer.send(REPLY, { re: body.id });
        });
        return true;
      default:
        return false;
    }
  }

  /** The peer is gone for good. */
  peerLeft(peer: Peer): void {
    this.#commands.peerLeft(peer);
  }

  dispose(): void {
    this.#portals.dispose();
    this.#commands.dispose();
  }

  async #programs(peer: Peer, re: number): Promise<void> {
    const env = { ...this.#parts.env };
    const user = currentUser(env);
    peer.send(HOST_PROGRAMS_ARE, {
      re,
      names: [...(await programsOnPath(env.PATH ?? ''))].sort(),
      home: user.home,
      shell: env.SHELL ?? user.shell ?? '/bin/sh',
      user: user.name,
      hostname: hostname(),
      env,
    });
  }

  /** Ends what was started for the portal, also what a command has left in the background unless that is to stay. */
  async #endPortal(portal: string): Promise<void> {
    const { journal } = this.#parts;
    this.#portals.end(portal);
    if (this.#portals.keepsBackground(portal))
      for (const { op } of journal.ofPortal(portal)) this.#commands.hangUp(op);
    else {
      await endProcesses((pid) => hasVariable(pid, `${PORTAL_VARIABLE}=${portal}`));
      for (const { op } of journal.ofPortal(portal)) this.#commands.done(op);
    }
    this.#portals.close(portal);
  }

  /** @throws ZmxError when the portal has ended. */
  #environment(body: Body<typeof EXEC_START>): Record<string, string> {
    if (body.portal && !this.#portals.isOpen(body.portal)) throw new ZmxError('gone', 'the portal has ended');
    const env = { ...this.#parts.env };
    for (const [name, value] of Object.entries(body.env)) {
      if (value === null) delete env[name];
      else env[name] = value;
    }
    if (body.portal && !this.#portals.keepsBackground(body.portal)) env[PORTAL_VARIABLE] = body.portal;
    return env;
  }

  /** Runs a request; its failure is answered. */
  #guarded<B extends { id: number }>(peer: Peer, body: B, run: (body: B) => Promise<void>): void {
    run(body).catch((error: unknown) => peer.send(REPLY, { re: body.id, error: ZmxError.info(error) }));
  }
}
