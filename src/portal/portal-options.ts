import type { Log } from '../base/log.ts';
import type { Connection } from '../transport/types.ts';
import type { PortalGuard } from './portal-guard.ts';

export interface PortalOptions {
  /** To the host's daemon; belongs to the caller. */
  readonly connection: Connection;
  /** Resolves when it is live for the first time; what is asked before goes out with its handshake. @throws ZmxError */
  readonly connected: Promise<void>;
  readonly guard: PortalGuard;
  /** Project on the host; '' for the home folder. */
  readonly path: string;
  /** Where it is shown, if not at the same path. */
  readonly at: string | undefined;
  /** Further folders of the host that are shown at their own paths. */
  readonly also: readonly string[];
  /** Program and arguments; empty for the user's shell. */
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Lend this machine's ssh agent to the commands there. */
  readonly forwardAgent: boolean;
  /** Short, since a socket is in it; and where data and rescue files have room. */
  readonly runtimeFolder: string;
  readonly stateFolder: string;
  readonly settings: PortalSettings;
  /** A line for the user. */
  readonly notice: (line: string) => void;
  readonly log: Log;
}

export interface PortalSettings {
  /** How long calls and commands wait for a lost host, ms. */
  readonly timeoutMs: number;
  readonly orphanTimeoutMs: number;
  /** Patterns of commands that run here, and on the host, whatever the rules say. */
  readonly local: readonly string[];
  readonly remote: readonly string[];
}
