import type { Target } from '../model/target/find.ts';
import { type CommandContext, CommandError } from './context.ts';
import { detachClient, switchClient } from './lifecycle.ts';

/**
 * Shows a target to whoever asked: an attached client switches to it; a command
 * line is told to attach itself.
 */
export function attachTo(
  context: CommandContext,
  { session, link, pane }: Target,
  options: { readonly readOnly: boolean; readonly detachOthers: boolean },
): void {
  session.select(link);
  link.window.activate(pane);
  const { client, server } = context;
  const switches = client && context.interactive;
  if (options.detachOthers)
    for (const other of server.clientsOf(session))
      if (!switches || other !== client)
        detachClient(context, other, 'detached', `detached (from session ${session.name})`);
  if (switches) {
    switchClient(context, client, session);
    if (options.readOnly) client.readOnly = true;
    return;
  }
  context.attach = {
    target: `$${session.id}`,
    ...(options.readOnly && { readOnly: true }),
  };
}

/**
 * A session shown inside of a pane would draw over itself and share its prefix key.
 * @throws CommandError for a command line in a pane, as tmux has it.
 */
export function refuseNesting(context: CommandContext): void {
  if (!context.interactive && context.env.ZMX)
    throw new CommandError('sessions should be nested with care, unset $ZMX to force');
}
