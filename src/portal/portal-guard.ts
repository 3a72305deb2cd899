import type { Body } from '../protocol/message.ts';
import { PORTAL_GUARD, PORTAL_UNGUARD } from '../protocol/messages/exec.ts';
import type { Connection } from '../transport/types.ts';

export type Guarded = Omit<Body<typeof PORTAL_GUARD>, 'id' | 'pid' | 'host'>;

/** The daemon of this host as the portal's guardian. */
export class PortalGuard {
  readonly #local: Connection;
  readonly #host: string;

  constructor(local: Connection, host: string) {
    this.#local = local;
    this.#host = host;
  }

  /** From now on the portal is ended on both sides when this process is gone; again when there is more to tidy up, or the host was reached. */
  async begin(guarded: Guarded): Promise<void> {
    await this.#local.request(PORTAL_GUARD, { ...guarded, host: this.#host, pid: process.pid });
  }

  /** The daemon may have ended before: with the last session, which was this portal's. */
  async end(portal: string, signal: AbortSignal): Promise<void> {
    await this.#local.request(PORTAL_UNGUARD, { portal }, { signal });
  }
}
