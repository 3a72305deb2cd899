import { rmSync } from 'node:fs';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import type { Log } from '../../base/log.ts';
import type { Server } from '../../model/server.ts';
import type { Session } from '../../model/session.ts';

/**
 * A file for each session with the variables of `update-environment` as the client that
 * attached last has brought them. Shells read it at their prompts (src/shell), so that
 * DISPLAY and the like stay right in shells that run.
 *
 *     NAME=PERCENT-ENCODED VALUE
 *     NAME                            (to be unset)
 *
 * A shell takes over the lines that are new since it looked last, and at its start none:
 * its environment has them already, and its user's files may have set them otherwise.
 */
export class LiveEnvironments {
  readonly #server: Server;
  readonly #path: (session: number) => string;
  readonly #log: Log;
  readonly #written = new Map<number, string>();

  constructor(server: Server, path: (session: number) => string, log: Log) {
    this.#server = server;
    this.#path = path;
    this.#log = log;
  }

  reconcile(): void {
    const { sessions } = this.#server;
    for (const session of sessions.values()) {
      const lines = this.#linesOf(session);
      if (this.#written.get(session.id) === lines) continue;
      this.#written.set(session.id, lines);
      try {
        writeFileAtomic(this.#path(session.id), [lines]);
      } catch (error) {
        this.#log(`shells of session ${session.name} do not follow its client: ${String(error)}`);
      }
    }
    for (const id of this.#written.keys()) {
      if (sessions.has(id)) continue;
      this.#written.delete(id);
      rmSync(this.#path(id), { force: true });
    }
  }

  /** A variable that no client has spoken of is left alone. SSH_AUTH_SOCK keeps its path with `agent-socket on`. */
  #linesOf(session: Session): string {
    let lines = '';
    for (const name of session.options.list('update-environment')) {
      const variable = session.environment.get(name);
      if (!variable || !/^[A-Za-z_]\w*$/.test(name)) continue;
      if (name === 'SSH_AUTH_SOCK' && session.options.flag('agent-socket')) continue;
      lines += variable.value === null ? `${name}\n` : `${name}=${encodeURIComponent(variable.value)}\n`;
    }
    return lines;
  }
}
