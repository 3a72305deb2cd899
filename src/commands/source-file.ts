import { isAbsolute, join } from 'node:path';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import type { CommandLine } from './language/syntax.ts';
import { printCommands } from './language/syntax.ts';
import { standardInput } from './standard-input.ts';
import { expand } from './targets.ts';

/** source-file within source-file ends here, so that a loop is an error and not a hang. */
const DEPTH_MAXIMUM = 50;

export const sourceFile: Command = {
  name: 'source-file',
  alias: 'source',
  args: { flags: 'Fnqv', minimum: 1 },
  usage: '[-Fnqv] path ...',
  async run(context, args) {
    if (context.sourceDepth >= DEPTH_MAXIMUM) throw new CommandError('too many nested files');
    const commands: CommandLine[] = [];
    const failures: string[] = [];
    for (const word of args.texts()) {
      const path = args.has('F') ? expand(context, word) : word;
      for (const file of await filesOf(context, path, args.has('q'), failures)) {
        try {
          const read = context.parseFile(file.path, file.text, (message) => failures.push(message));
          commands.push(...read.map((command) => ({ ...command, file: file.path })));
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
          failures.push(error.message);
        }
      }
    }
    if (args.has('v')) for (const command of commands) context.print(printCommands([command]));
    for (const failure of failures) context.error(failure);
    if (args.has('n')) return failures.length > 0 ? { status: 1 } : undefined;
    context.sourceDepth++;
    return { next: commands, ...(failures.length > 0 && { status: 1 }) };
  },
};

async function filesOf(
  context: CommandContext,
  pattern: string,
  quiet: boolean,
  failures: string[],
): Promise<{ path: string; text: string }[]> {
  if (pattern === '-') return [{ path: '-', text: standardInput(context) }];
  const full = isAbsolute(pattern) ? pattern : join(context.cwd, pattern);
  const paths = /[*?[]/.test(full) ? await context.waiting(context.effects.glob(full)) : [full];
  const files: { path: string; text: string }[] = [];
  for (const path of paths) {
    try {
      files.push({ path, text: await context.waiting(context.effects.readFile(path)) });
    } catch (error) {
      if (!quiet) failures.push(`${path}: ${reason(error)}`);
    }
  }
  if (paths.length === 0 && !quiet) failures.push(`${pattern}: No such file or directory`);
  return files;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'No such file or directory';
  if (code === 'EACCES') return 'Permission denied';
  if (code === 'EISDIR') return 'Is a directory';
  return message;
}
