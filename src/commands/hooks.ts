import type { RaisedHook } from '../model/server.ts';
import { targetOf, targetOfPane } from '../model/target/find.ts';
import type { Host } from './context.ts';
import type { CommandLine } from './language/syntax.ts';
import { type CommandOrigin, RunContext } from './run-context.ts';

/**
 * Runs the hooks that have been raised, each in a list of its own at the place that it
 * is about. What they do raises no further hooks.
 *
 * @param runList runs a list in a context and returns its status
 */
export async function runHooks(
  host: Host,
  origin: CommandOrigin,
  runList: (context: RunContext, commands: readonly CommandLine[]) => Promise<number>,
): Promise<void> {
  const { server } = host;
  for (const hook of server.raised.splice(0)) {
    const context = new RunContext(host, {
      ...originOf(host, origin, hook),
      op: `${origin.op}h${hook.name}`,
    });
    context.hook = hookVariables(hook);
    try {
      for (const commands of hookCommands(host, hook)) await runList(context, context.parse(commands));
    } catch (error) {
      context.error(error instanceof Error ? error.message : String(error));
    }
    for (const line of context.errors) server.addMessage(`${hook.name}: ${line}`);
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
