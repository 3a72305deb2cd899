import type { CopyState } from '../model/pane-info.ts';
import type { Target } from '../model/target/find.ts';
import type { CommandContext } from './context.ts';
import { showMessage } from './show-on-client.ts';

/**
 * Runs a copy-mode command (send-keys -X) in the pane's emulator, `repeat` times, and
 * does what it leaves to the server: the text that it copied goes to a buffer, the
 * terminal's clipboard and, for copy-pipe, to a program.
 */
export async function runCopyCommand(
  context: CommandContext,
  { session, pane }: Target,
  words: readonly string[],
  repeat: number,
): Promise<void> {
  const [command, ...args] = words;
  if (command === undefined) return;
  const times = repeat > 1 ? repeat : pane.prefixCount || 1;
  pane.prefixCount = 0;
  const { server, effects, client } = context;
  let state: CopyState | undefined;
  for (let time = 0; time < times; time++) {
    state = await effects.copyMode(pane.uuid, command, args);
    if (!state.active) break;
  }
  if (state?.copied !== undefined && state.copied !== '') {
    server.buffers.add(state.copied, server.options.number('buffer-limit'), server.now());
    if (server.options.text('set-clipboard') !== 'off')
      for (const viewer of server.clientsOf(session)) effects.setClipboard(viewer, state.copied);
    if (command.startsWith('copy-pipe') || command.startsWith('pipe')) {
      const program = args[0] || server.options.text('copy-command');
      if (program !== '') await pipeTo(context, pane.currentPath || session.cwd, program, state.copied);
    }
  }
  if (state?.message && client) showMessage(context, client, state.message);
}

async function pipeTo(context: CommandContext, cwd: string, command: string, input: string): Promise<void> {
  const env = context.server.environment.over({});
  await context.effects.shell({ op: context.nextOp(), command, cwd, env, input });
}
