import type { AttachedClient, CommandTarget, MouseState } from '../../model/client.ts';
import { type Target, targetOf, targetOfPane } from '../../model/target/find.ts';
import type { Host } from '../context.ts';
import { runParsed } from '../run.ts';
import { RunContext } from '../run-context.ts';
import { showResult } from '../show-on-client.ts';
import { fillCommands, fillText } from './template.ts';

export interface Template {
  readonly template: string;
  readonly block: boolean;
  readonly target: CommandTarget;
  /** What followed in the list that asked. */
  readonly rest?: string;
}

/** Runs what a client's answers make of a template, then the commands that waited for it. */
export async function runTemplate(
  host: Host,
  client: AttachedClient,
  wish: Template,
  answers: readonly string[],
  op: string,
  mouse?: MouseState,
): Promise<void> {
  const target = targetOfNumbers(host, client, wish.target);
  const { cwd, env } = client.terminal;
  const origin = { op, client, interactive: true, cwd, env, target, mouse, asker: 'client' as const };
  const reader = new RunContext(host, origin);
  try {
    const commands = wish.block
      ? fillCommands(reader.parse(wish.template), answers)
      : reader.parse(fillText(wish.template, answers));
    const rest = wish.rest ? reader.parse(wish.rest) : [];
    showResult(host, client, await runParsed(host, origin, [...commands, ...rest]));
  } catch (error) {
    const errors = error instanceof Error ? error.message : String(error);
    showResult(host, client, { status: 1, output: '', errors, filed: 0, attach: undefined });
  }
}

function targetOfNumbers({ server }: Host, client: AttachedClient, numbers: CommandTarget): Target {
  const session = server.sessions.get(numbers.session) ?? client.session;
  const pane = server.panes.get(numbers.pane);
  return (pane && targetOfPane(server, pane, session)) ?? targetOf(session);
}
