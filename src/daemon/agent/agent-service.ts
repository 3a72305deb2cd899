import { mkdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join as joinPath } from 'node:path';
import type { Disposable } from '../../base/disposable.ts';
import type { Log } from '../../base/log.ts';
import type { Server } from '../../model/server.ts';
import type { Body, Message } from '../../protocol/message.ts';
import { AGENT_LEND, AGENT_LENT, AGENT_OPEN } from '../../protocol/messages/agent.ts';
import { SocketChannels } from '../../transport/socket-channels.ts';
import type { Peer } from '../../transport/types.ts';
import { AgentSocket } from './agent-socket.ts';

export interface AgentParts {
  readonly server: Server;
  /** The connection that shows an attached client; undefined while it has none. */
  peerOf(client: string): Peer | undefined;
  readonly log: Log;
}

/**
 * Keeps SSH_AUTH_SOCK right in running programs: a socket for each session that leads to
 * the agent of whoever attached last, and one for each portal that lends its agent. A
 * client of this host is asked by its own SSH_AUTH_SOCK; one elsewhere only if it lends.
 */
export class AgentService implements Disposable {
  readonly #parts: AgentParts;
  readonly #folder: string;
  readonly #sessions = new Map<number, AgentSocket>();
  /** Peers that lend their agent. */
  readonly #lent = new Map<Peer, SocketChannels>();
  /** Sockets that were lent by name. */
  readonly #named = new Map<string, { readonly peer: Peer; readonly socket: AgentSocket }>();
  #channel = 0;

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#folder = parts.server.facts.agentFolder;
    // What a daemon left that was killed leads nowhere.
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Sessions came or went: so do their sockets. */
  reconcile(): void {
    const { sessions } = this.#parts.server;
    const ids = new Set<number>();
    for (const session of sessions.values()) {
      ids.add(session.id);
      if (this.#sessions.has(session.id)) continue;
      const answer = (program: Socket) => this.#answer(session.id, program);
      const path = this.#parts.server.agentSocket(session);
      this.#sessions.set(session.id, new AgentSocket(path, answer, this.#parts.log));
    }
    for (const [id, socket] of this.#sessions) {
      if (ids.has(id)) continue;
      socket.dispose();
      this.#sessions.delete(id);
    }
  }

  /** Takes a message if it is one of this service's. */
  handle(peer: Peer, message: Message): boolean {
    if (message.definition !== AGENT_LEND) return this.#lent.get(peer)?.handle(message) ?? false;
    const { id, name } = message.body as Body<typeof AGENT_LEND>;
    if (!this.#lent.has(peer)) this.#lent.set(peer, new SocketChannels(peer));
    peer.send(AGENT_LENT, { re: id, path: name === undefined ? '' : this.#name(peer, name) });
    return true;
  }

  /** The peer is gone for good, and its agent with it. */
  left(peer: Peer): void {
    this.#lent.get(peer)?.dispose();
    this.#lent.delete(peer);
    for (const [name, { peer: owner, socket }] of this.#named) {
      if (owner !== peer) continue;
      socket.dispose();
      this.#named.delete(name);
    }
  }

  dispose(): void {
    for (const socket of this.#sessions.values()) socket.dispose();
    for (const peer of [...this.#lent.keys()]) this.left(peer);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A name belongs to who lent it first: another peer's is left alone, and gets no socket. */
  #name(peer: Peer, name: string): string {
    const known = this.#named.get(name);
    if (known?.peer === peer) return known.socket.path;
    if (known && known.peer.key !== peer.key) return '';
    known?.socket.dispose();
    // Sessions' sockets have numbers.
    const path = joinPath(this.#folder, `of-${name}`);
    const socket = new AgentSocket(path, (program) => this.#ask(peer, program), this.#parts.log);
    this.#named.set(name, { peer, socket });
    return path;
  }

  #answer(id: number, program: Socket): void {
    const agent = this.#agentOf(id);
    if (agent === undefined) program.destroy();
    else if (typeof agent === 'string') join(program, agent);
    else this.#ask(agent, program);
  }

  /** The agent of the client that attached last and has one, a path of this host or who lends it; else that of the last one that left. */
  #agentOf(id: number): string | Peer | undefined {
    const { server, peerOf } = this.#parts;
    const session = [...server.sessions.values()].find((one) => one.id === id);
    if (!session) return undefined;
    for (const client of server.clientsOf(session).toSorted((a, b) => b.created - a.created)) {
      const peer = peerOf(client.id);
      const path = client.terminal.env.SSH_AUTH_SOCK;
      if (peer && this.#lent.has(peer)) return peer;
      if (peer?.key === '' && this.#isForeign(path)) return path;
    }
    const left = session.environment.get('SSH_AUTH_SOCK')?.value;
    return this.#isForeign(left) ? left : undefined;
  }

  #ask(peer: Peer, program: Socket): void {
    const channel = ++this.#channel;
    peer.send(AGENT_OPEN, { channel });
    this.#lent.get(peer)?.join(channel, program);
  }

  /** A client inside one of our panes has one of these sockets as its agent: asking that would ask in a circle. */
  #isForeign(path: string | null | undefined): path is string {
    return !!path && !path.startsWith(`${this.#folder}/`);
  }
}

/** The program speaks with the agent at `path`. */
function join(program: Socket, path: string): void {
  const agent = connect(path);
  for (const [from, to] of [
    [program, agent],
    [agent, program],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}
