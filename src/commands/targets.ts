import type { AttachedClient } from '../model/client.ts';
import { type FormatContext, formatContext } from '../model/format/context.ts';
import { type ExpandOptions, expandFormat, isTrue } from '../model/format/expand.ts';
import type { Pane } from '../model/pane.ts';
import { findTarget, matchesClient, type Target, type TargetType } from '../model/target/find.ts';
import { type CommandContext, CommandError } from './context.ts';
import { jobsOf } from './jobs.ts';
import type { Arguments } from './language/arguments.ts';

/** What -t (or another flag) names. @throws CommandError "can't find pane: x" */
export function targetFrom(context: CommandContext, args: Arguments, type: TargetType, flag = 't'): Target {
  return findTarget(context.server, context, args.value(flag), type);
}

/** The target, or undefined where there is none: for commands that only expand formats with it. */
export function optionalTarget(
  context: CommandContext,
  args: Arguments,
  type: TargetType,
): Target | undefined {
  try {
    return targetFrom(context, args, type);
  } catch {
    return undefined;
  }
}

/** The client that -t (or -c) names, else the one that asked. @throws CommandError */
export function clientFrom(context: CommandContext, args: Arguments, flag = 't'): AttachedClient {
  const client = optionalClient(context, args, flag);
  if (!client) throw new CommandError('no current client');
  return client;
}

export function optionalClient(
  context: CommandContext,
  args: Arguments,
  flag = 't',
): AttachedClient | undefined {
  const name = args.value(flag);
  if (name === undefined) return context.client ?? mostRecentClient(context);
  for (const client of context.server.clients.values())
    if (matchesClient(client, name.replace(/:$/, ''))) return client;
  throw new CommandError(`can't find client: ${name}`);
}

function mostRecentClient({ server }: CommandContext): AttachedClient | undefined {
  return [...server.clients.values()].sort((a, b) => b.activity - a.activity)[0];
}

/** Expands a format for a target of this run. */
export function expand(
  context: CommandContext,
  format: string,
  target: Target | undefined = context.current,
  more: Partial<FormatContext> = {},
  options: ExpandOptions = {},
): string {
  return expandFormat(formatOf(context, target, more), format, options);
}

export function formatOf(
  context: CommandContext,
  target: Target | undefined,
  more: Partial<FormatContext> = {},
): FormatContext {
  return formatContext(context.server, target, {
    client: context.client,
    mouse: context.mouse,
    job: jobsOf(context),
    ...(context.hook && { extra: context.hook }),
    ...more,
  });
}

/** Whether a -f filter lets something through. */
export function passes(filter: string | undefined, format: FormatContext): boolean {
  return filter === undefined || isTrue(expandFormat(format, filter));
}

/** Before something is typed into the pane: other commands need not wait for a lost program's successor. */
export async function awaitProgram(context: CommandContext, { uuid }: Pane): Promise<void> {
  const arrival = context.effects.arrival(uuid);
  if (arrival) await context.waiting(arrival);
}
