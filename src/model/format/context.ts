import type { AttachedClient, MouseState } from '../client.ts';
import type { Pane } from '../pane.ts';
import type { PasteBuffer } from '../paste-buffers.ts';
import type { Server } from '../server.ts';
import type { Session, Winlink } from '../session.ts';
import type { Target } from '../target/find.ts';
import type { Window } from '../window.ts';

/** What a format may speak of. */
export interface FormatContext {
  readonly server: Server;
  readonly session?: Session | undefined;
  readonly link?: Winlink | undefined;
  readonly window?: Window | undefined;
  readonly pane?: Pane | undefined;
  readonly client?: AttachedClient | undefined;
  readonly buffer?: PasteBuffer | undefined;
  readonly mouse?: MouseState | undefined;
  /** Which kind of thing the format is for, for session_format and the like. */
  readonly kind?: 'session' | 'window' | 'pane' | undefined;
  /** Variables of the moment, e.g. `line` of a list. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Last output of a #() command, and starts it again when it is due; absent: #() is empty. */
  readonly job?: (command: string) => string;
}

export function formatContext(server: Server, target: Target | undefined, more: Partial<FormatContext> = {}) {
  const context: FormatContext = {
    server,
    session: target?.session,
    link: target?.link,
    window: target?.window,
    pane: target?.pane,
    ...more,
  };
  return context;
}

/** A variable's value: seconds since 1970 for times, which `t:` makes readable. */
export type Value = string | number | boolean | undefined;
export type Variables = Readonly<Record<string, (context: FormatContext) => Value>>;
