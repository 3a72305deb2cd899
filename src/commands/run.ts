import type { RunData } from '../model/runs.ts';
import { resizeWindows } from '../model/window-size.ts';
import { CommandList } from './command-list.ts';
import { type CommandContext, CommandError, type Host } from './context.ts';
import { type HookRun, runHooks, takeHooks } from './hooks.ts';
import { parseCommands, parseWords } from './language/parse.ts';
import { type CommandLine, ParseError } from './language/syntax.ts';
import { languageOf } from './language-of.ts';
import { type CommandOrigin, type Detach, originOfRun, RunContext } from './run-context.ts';
import { showResult } from './show-on-client.ts';
import { checkArguments, findCommand } from './table.ts';

export type { CommandOrigin } from './run-context.ts';

export interface CommandResult {
  readonly status: number;
  /** Lines, each with its line end. */
  readonly output: string;
  /** Bytes of output before that, which are in the operation's file. */
  readonly filed: number;
  readonly errors: string;
  /** The command line's client is to attach itself after. */
  readonly attach: CommandContext['attach'];
  /** The command line's client is to print its standard input in this pane after. */
  readonly feed?: CommandContext['feed'];
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

/** Goes on with a list that an earlier daemon left in the middle; what it printed before is part of the result. */
export async function resumeRun(host: Host, run: RunData): Promise<CommandResult> {
  const origin = originOfRun(host, run);
  const result = await runParsed(host, origin, []);
  const shown = origin.interactive || origin.asker === 'nobody' ? origin.client : undefined;
  if (shown && !origin.hook) showResult(host, shown, result);
  return result;
}

async function run(
  host: Host,
  origin: CommandOrigin,
  parse: (context: CommandContext) => readonly CommandLine[],
): Promise<CommandResult> {
  const context = new RunContext(host, origin, detachTo(host));
  let status = 1;
  try {
    status = await runCommands(context, parse);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    context.error(error.message);
  }
  return {
    status,
    output: context.output.join(''),
    filed: context.filed,
    errors: context.errors.map((line) => `${line}\n`).join(''),
    attach: context.attach,
    feed: context.feed,
  };
}

/** Commands of their own that nobody waits for (-b); what they print goes to the client. */
const detachTo =
  (host: Host): Detach =>
  async (origin, commands) => {
    try {
      const result = await runParsed(host, { ...origin, asker: 'nobody' }, commands);
      if (origin.client) showResult(host, origin.client, result);
    } catch (error) {
      host.server.addMessage(String(error));
    }
  };

/**
 * Runs commands in their order. An error ends its group: the commands that were
 * joined by `;` on one line. Returns the exit status. How far the list has come is
 * kept in the model, so that it is carried out once, also when the daemon dies in between.
 */
async function runCommands(
  context: RunContext,
  parse: (context: RunContext) => readonly CommandLine[],
): Promise<number> {
  const { server, op, origin } = context;
  const before = server.runs.take(op);
  const list = before ? context.goOn(before) : new CommandList(context, parse(context));
  const running = server.runs.begin(op, () => list.data());
  try {
    for (let command = list.present; command; command = list.present)
      await runCommand(context, list, command);
    return list.status;
  } finally {
    if ((origin.asker ?? 'nobody') === 'nobody') running.dispose();
  }
}

async function runCommand(context: RunContext, list: CommandList, command: CommandLine): Promise<void> {
  const hooks = await context.server.runs.change(async () => {
    try {
      const outcome = await findCommand(command.name).run(context, checkArguments(command));
      resizeWindows(context.server);
      list.done(outcome && 'next' in outcome ? outcome.next : []);
      if (outcome && 'status' in outcome && outcome.status !== undefined) list.status = outcome.status;
      if (outcome && 'waitFor' in outcome) outcome.waitFor.rest = list.takeRest();
    } catch (error) {
      const place = context.origin.locateErrors && command.file ? `${command.file}:${command.line}: ` : '';
      context.error(`${place}${error instanceof Error ? error.message : String(error)}`);
      if (!(error instanceof CommandError)) context.server.addMessage(`${command.name}: ${error}`);
      list.failed();
      return [];
    }
    return context.hook ? [] : hooksAfter(context, command.name);
  });
  await runHooks(context, hooks, runCommands);
}

/** The hook that is named after the command, and those that the command raised. */
function hooksAfter(context: RunContext, name: string): HookRun[] {
  const { server, current } = context;
  server.raise(`after-${name}`, { ...current });
  return server.raised.length > 0
    ? takeHooks(context, { ...context.origin, op: context.nextOp() }, detachTo(context))
    : [];
}

/** Runs the hooks that an event outside of commands raised: a key, a program's end, an alert. */
export async function runRaisedHooks(host: Host, op: string): Promise<void> {
  const { server } = host;
  if (server.raised.length === 0) return;
  const origin = { op, cwd: server.facts.home, env: {} };
  await runHooks(host, takeHooks(host, origin, detachTo(host)), runCommands);
}
