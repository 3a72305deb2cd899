import { type CommandContext, CommandError } from './context.ts';

/** What the command line was given on standard input. @throws CommandError for commands of a key or a file, which have none */
export function standardInput({ input }: CommandContext): string {
  if (input === undefined) throw new CommandError('there is no standard input here: name a file');
  return input;
}
