import type { RaisedHook } from '../model/server.ts';
import { targetOf, targetOfPane } from '../model/target/find.ts';
import { CommandList } from './command-list.ts';
import type { Host } from './context.ts';
import type { CommandLine } from './language/syntax.ts';
import { type CommandOrigin, type Detach, RunContext } from './run-context.ts';

/** A hook that has been raised: its commands run in a list of their own at the place that it is about. */
export interface HookRun {
  readonly name: string;
  readonly context: RunContext;
  readonly commands: string;
}

/** Takes the hooks that have been raised. They count as begun: the daemon that finds them unfinished runs them. */
export function takeHooks(host: Host, origin: CommandOrigin, detach: Detach): HookRun[] {
  const { server } = host;
  const runs: HookRun[] = [];
  for (const hook of server.raised.splice(0))
    for (const commands of hookCommands(host, hook)) {
      const about = {
        ...originOf(host, origin, hook),
        op: `${origin.op}h${runs.length}`,
        asker: 'nobody' as const,
        hook: hookVariables(hook),
      };
      const context = new RunContext(host, about, detach);
      server.runs.begin(context.op, () => ({ ...new CommandList(context, []).data(), rest: commands }));
      runs.push({ name: hook.name, context, commands });
    }
  return runs;
}

/** Runs hooks. What they do raises no further ones. */
export async function runHooks(
  { server }: Host,
  hooks: readonly HookRun[],
  runList: (context: RunContext, parse: (context: RunContext) => readonly CommandLine[]) => Promise<number>,
): Promise<void> {
  for (const { name, context, commands } of hooks) {
    try {
      await runList(context, () => context.parse(commands));
    } catch (error) {
      server.runs.end(context.op);
      context.error(error instanceof Error ? error.message : String(error));
    }
    for (const line of context.errors) server.addMessage(`${name}: ${line}`);
    server.raised.length = 0;
  }
}

function hookCommands({ server }: Host, { name, pane, window, session }: RaisedHook): string[] {
  const local = (pane?.options ?? window?.options ?? server.globalWindowOptions).list(name);
  return local.length > 0 ? local : (session?.options ?? server.globalOptions).list(name);
}

function originOf({ server }: Host, origin: CommandOrigin, hook: RaisedHook): CommandOrigin {
  const { client, pane, window } = hook;
  const session = hook.session ?? client?.session;
  const known = session && server.sessions.has(session.id) ? session : undefined;
  const place = pane ?? window?.active;
  const target = (place && targetOfPane(server, place, known)) ?? (known && targetOf(known)) ?? origin.target;
  return { ...origin, client: client ?? origin.client, target };
}

function hookVariables({ name, session, window, pane, client }: RaisedHook): Record<string, string> {
  return {
    hook: name,
    ...(session && { hook_session: `$${session.id}`, hook_session_name: session.name }),
    ...(window && { hook_window: `@${window.id}`, hook_window_name: window.name }),
    ...(pane && { hook_pane: pane.name }),
    ...(client && { hook_client: client.name }),
  };
}
