import type { CopyMode } from './copy-mode.ts';

/** What a command leads to beside a moved cursor. */
export interface CopyOutcome {
  /** The mode ends. */
  readonly exit?: boolean;
  readonly copied?: string;
}

/** One command of send-keys -X. */
export type CopyCommand = (mode: CopyMode, args: readonly string[]) => CopyOutcome | void | Promise<void>;

/** Commands by their names, as a table takes them. */
export type NamedCommand = readonly [name: string, command: CopyCommand];
