import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { killSession } from './kill-session.ts';
import { type Arguments, parseArguments } from './language/arguments.ts';
import type { Word } from './language/syntax.ts';

export const commandTable: readonly Command[] = [killSession];

const byName = new Map(commandTable.map((command) => [command.name, command]));
const byAlias = new Map(commandTable.map((command) => [command.alias, command]));

/** The command of a full name. */
export function findCommand(name: string): Command {
  const found = byName.get(name);
  if (!found) throw new CommandError(`unknown command: ${name}`);
  return found;
}

/** The full name of what was typed: a name, an alias, or the unambiguous beginning of a name. */
export function resolveCommandName(word: string): string {
  const exact = byName.get(word) ?? byAlias.get(word);
  if (exact) return exact.name;
  const hits = commandTable.filter((command) => command.name.startsWith(word)).map((command) => command.name);
  if (hits.length > 1) throw new CommandError(`ambiguous command: ${word}, could be: ${hits.join(', ')}`);
  if (hits.length === 0 || word === '') throw new CommandError(`unknown command: ${word}`);
  return hits[0]!;
}

/** A command's arguments; @throws CommandError with tmux's message, which for -? is the usage. */
export function checkArguments({ name, args }: { name: string; args: readonly Word[] }): Arguments {
  const definition = findCommand(name);
  try {
    return parseArguments(name, definition.args, args);
  } catch (error) {
    if (error instanceof CommandError && error.message === 'usage')
      throw new CommandError(`usage: ${name} ${definition.usage}`);
    throw error;
  }
}
