import { formatContext } from '../model/format/context.ts';
import { expandFormat, isTrue } from '../model/format/expand.ts';
import { type CommandContext, CommandError } from './context.ts';
import { type ParseSurroundings, parseCommands } from './language/parse.ts';
import { ParseError } from './language/syntax.ts';
import { checkArguments, resolveCommandName } from './table.ts';

/** What the parser needs of a run: variables and aliases of the server, and the table to check against. */
export function languageOf(context: CommandContext): ParseSurroundings {
  const { server } = context;
  const atLine = <T>(line: number, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof CommandError) throw new ParseError(line, error.message);
      throw error;
    }
  };
  const language: ParseSurroundings = {
    variable: (name) => server.environment.get(name)?.value ?? undefined,
    home: (user) => (user === '' || user === server.facts.user ? server.facts.home : undefined),
    assign: (name, value, hidden) => server.environment.set(name, value, hidden),
    condition: (format) => isTrue(expandFormat(formatContext(server, context.current), format)),
    lookup: (word, line) => {
      const alias = aliasOf(context, word);
      // An alias is not looked up in itself: `ls=ls -F …` is the command.
      if (alias !== undefined) return parseCommands(alias, { ...language, lookup: plain });
      return plain(word, line);
    },
    check: (command) => {
      atLine(command.line, () => checkArguments(command));
    },
  };
  const plain = (word: string, line: number) => atLine(line, () => resolveCommandName(word));
  return language;
}

function aliasOf({ server }: CommandContext, word: string): string | undefined {
  const entry = server.options.list('command-alias').find((alias) => alias.startsWith(`${word}=`));
  return entry?.slice(word.length + 1);
}
