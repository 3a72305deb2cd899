import { resizeWindows } from '../model/window-size.ts';
import { type CommandContext, CommandError, type Host } from './context.ts';
import { runHooks } from './hooks.ts';
import { parseCommands, parseWords } from './language/parse.ts';
import { type CommandLine, ParseError, printCommands } from './language/syntax.ts';
import { languageOf } from './language-of.ts';
import { type CommandOrigin, RunContext } from './run-context.ts';
import { showResult } from './show-on-client.ts';
import { checkArguments, findCommand } from './table.ts';

export type { CommandOrigin } from './run-context.ts';

export interface CommandResult {
  readonly status: number;
  /** Lines, each with its line end. */
  readonly output: string;
  readonly errors: string;
  /** The command line's client is to attach itself after. */
  readonly attach: CommandContext['attach'];
}

/** Runs the words of a command line; a word that ends in `;` ends a command. */
export function runWords(
  host: Host,
  origin: CommandOrigin,
  words: readonly string[],
): Promise<CommandResult> {
  return run(host, origin, (context) => parseWords(words, languageOf(context)));
}

/** Runs command text as it stands in a binding or is typed at the prompt. */
export function runText(host: Host, origin: CommandOrigin, text: string): Promise<CommandResult> {
  return run(host, origin, (context) => parseCommands(text, languageOf(context)));
}

/** Runs commands that are parsed already, e.g. a template with a prompt's answers in place. */
export function runParsed(
  host: Host,
  origin: CommandOrigin,
  commands: readonly CommandLine[],
): Promise<CommandResult> {
  return run(host, origin, () => commands);
}

async function run(
  host: Host,
  origin: CommandOrigin,
  parse: (context: CommandContext) => readonly CommandLine[],
): Promise<CommandResult> {
  const context = new RunContext(host, origin, (commands) => runDetached(host, origin, commands));
  let status = 1;
  try {
    status = await runCommands(context, parse(context));
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    context.error(error.message);
  }
  return {
    status,
    output: context.output.map((line) => `${line}\n`).join(''),
    errors: context.errors.map((line) => `${line}\n`).join(''),
    attach: context.attach,
  };
}

/** Runs the hook that is named after the command, and those that the command raised. */
async function afterCommand(context: RunContext, name: string): Promise<void> {
  const { server, current } = context;
  server.raise(`after-${name}`, { ...current });
  if (server.raised.length > 0) await runHooks(context, context.origin, runCommands);
}

/** Runs the hooks that an event outside of commands raised: a key, a program's end, an alert. */
export async function runRaisedHooks(host: Host, op: string): Promise<void> {
  const { server } = host;
  if (server.raised.length > 0) await runHooks(host, { op, cwd: server.facts.home, env: {} }, runCommands);
}

/** Commands whose turn comes when a background command has ended; what they print goes to the client. */
async function runDetached(
  host: Host,
  origin: CommandOrigin,
  commands: () => Promise<readonly CommandLine[]>,
): Promise<void> {
  try {
    const result = await runParsed(host, { ...origin, op: `${origin.op}b` }, await commands());
    const client = origin.client;
    if (client) showResult(host, client, result);
  } catch (error) {
    host.server.addMessage(String(error));
  }
}

/**
 * Runs commands in their order. An error ends its group: the commands that were
 * joined by `;` on one line. Returns the exit status.
 */
export async function runCommands(context: RunContext, commands: readonly CommandLine[]): Promise<number> {
  let status = 0;
  let queue = commands.map((command) => ({ command, group: String(command.group) }));
  for (let entry = queue.shift(); entry; entry = queue.shift()) {
    const { command, group } = entry;
    try {
      const definition = findCommand(command.name);
      const outcome = await definition.run(context, checkArguments(command));
      resizeWindows(context.server);
      if (!context.hook) await afterCommand(context, command.name);
      if (!outcome) continue;
      if ('status' in outcome && outcome.status !== undefined) status = outcome.status;
      if ('next' in outcome)
        queue.unshift(...outcome.next.map((next) => ({ command: next, group: `${group} ${next.group}` })));
      if ('waitFor' in outcome) {
        outcome.waitFor.rest = printCommands(queue.map((waiting) => waiting.command));
        return status;
      }
    } catch (error) {
      const place = context.origin.locateErrors && command.file ? `${command.file}:${command.line}: ` : '';
      context.error(`${place}${error instanceof Error ? error.message : String(error)}`);
      if (!(error instanceof CommandError)) context.server.addMessage(`${command.name}: ${error}`);
      status = 1;
      queue = queue.filter((waiting) => waiting.group !== group);
    }
  }
  return status;
}
