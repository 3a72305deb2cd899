import type { CommandContext } from './context.ts';
import type { ArgumentSpec, Arguments } from './language/arguments.ts';
import type { CommandLine } from './language/syntax.ts';

/**
 * One command of the language. A command's file exports one of these and nothing
 * else; the table puts them together. Messages and flags are tmux 3.3a's.
 */
export interface Command {
  readonly name: string;
  readonly alias?: string;
  readonly args: ArgumentSpec;
  /** Flags and words, as in tmux(1) and in the message that -? gives. */
  readonly usage: string;
  /** A read-only client may run it from a key. */
  readonly readOnly?: boolean;
  /** @throws CommandError, whose message is shown; the list ends there. */
  run(context: CommandContext, args: Arguments): Outcome | Promise<Outcome>;
}

/** What a command says beside its effects. */
export type Outcome =
  | undefined
  /** Exit status of the whole list, which goes on. */
  | { readonly status: number }
  /** Commands that run next, before the rest of the list. */
  | { readonly next: readonly CommandLine[]; readonly status?: number }
  /** A client is to answer this prompt or overlay first: the rest of the list is kept there as text. */
  | { readonly waitFor: { rest: string } };
