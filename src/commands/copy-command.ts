import { renameAutomatically } from '../model/automatic-rename.ts';
import type { AttachedClient, MouseState } from '../model/client.ts';
import type { Pane } from '../model/pane.ts';
import type { CopyState } from '../model/pane-info.ts';
import type { Target } from '../model/target/find.ts';
import type { CommandContext, Host } from './context.ts';
import { showMessage } from './show-on-client.ts';

/** Options that copy mode goes by; the emulator gets them at its beginning. */
const SETTINGS = [
  'mode-keys',
  'wrap-search',
  'mode-style',
  'copy-mode-match-style',
  'copy-mode-current-match-style',
  'copy-mode-mark-style',
];

/** Begins copy mode. @param flags -e, -u, -H, and x=N, y=N for a mouse's place */
export async function enterCopyMode(
  host: Host,
  { session, window, pane }: Target,
  flags: readonly string[],
): Promise<void> {
  const settings = SETTINGS.map((name) => `${name}=${window.options.text(name)}`);
  const separators = `word-separators=${session.options.text('word-separators')}`;
  await copyStep(host, pane, 'enter', [...flags, ...settings, separators]);
}

/** One command of copy mode; the model knows at once whether the mode goes on, since the next key depends on it. */
export async function copyStep(
  { server, effects }: Host,
  pane: Pane,
  command: string,
  args: readonly string[],
): Promise<CopyState> {
  const before = pane.inCopyMode;
  const state = await effects.copyMode(pane.uuid, command, args);
  if (pane.info) pane.info = { ...pane.info, copy: state.active ? state : undefined };
  if (pane.inCopyMode !== before) renameAutomatically(server, pane.window);
  return state;
}

/**
 * Runs a copy-mode command (send-keys -X) in the pane's emulator, `repeat` times, and
 * does what it leaves to the server: the text that it copied goes to a buffer, the
 * terminal's clipboard and, for copy-pipe, to a program.
 */
export async function runCopyCommand(
  context: CommandContext,
  target: Target,
  words: readonly string[],
  repeat: number,
): Promise<void> {
  const [command, ...args] = words;
  if (command === undefined) return;
  const { pane } = target;
  const { client, mouse } = context;
  const times = repeat > 1 ? repeat : pane.prefixCount || 1;
  pane.prefixCount = 0;
  const pointed = mouse && mouse.pane === pane.id && !mouse.key.includes('Wheel') ? mouse : undefined;
  const begins = command === 'begin-selection' && pointed;
  const pointer = begins ? placeOf(dragStart(pointed)) : pointed ? placeOf(pointed) : [];
  if (command.startsWith('search-') && args[0] !== undefined)
    pane.searchString = command.endsWith('-incremental') ? args[0].slice(1) : args[0];
  let state: CopyState | undefined;
  for (let time = 0; time < times; time++) {
    state = await copyStep(context, pane, command, [...args, ...pointer]);
    if (!state.active) break;
  }
  if (begins && client) {
    state = await copyStep(context, pane, 'cursor-to', placeOf(pointed));
    client.selecting = pane.id;
  }
  if (state?.copied !== undefined && state.copied !== '')
    await keepCopied(context, target, command, args, state.copied);
  if (state?.message && client) showMessage(context, client, state.message);
}

/** While a selection is drawn with the mouse, movements move its end; false when none is. */
export async function dragSelection(host: Host, client: AttachedClient, mouse: MouseState): Promise<boolean> {
  const pane = host.server.panes.get(client.selecting);
  const drags = pane?.inCopyMode && /^MouseDrag\d/.test(mouse.key);
  if (!drags) client.selecting = -1;
  else await copyStep(host, pane, 'cursor-to', placeOf(mouse));
  return drags ?? false;
}

/** Where the button of a drag was pressed, in the pane. */
export function dragStart({ x, y, paneX, paneY, dragFrom }: MouseState): PanePlace {
  return { paneX: paneX - (dragFrom ? x - dragFrom.x : 0), paneY: paneY - (dragFrom ? y - dragFrom.y : 0) };
}

/** A place as the emulator's copy mode takes it. */
export function placeOf({ paneX, paneY }: PanePlace): string[] {
  return [`x=${paneX}`, `y=${paneY}`];
}

type PanePlace = Pick<MouseState, 'paneX' | 'paneY'>;

async function keepCopied(
  context: CommandContext,
  { session, pane }: Target,
  command: string,
  args: readonly string[],
  text: string,
): Promise<void> {
  const { server, effects } = context;
  const newest = command.startsWith('append-selection') ? server.buffers.top() : undefined;
  if (newest) server.buffers.delete(newest.name);
  const whole = (newest?.data ?? '') + text;
  server.buffers.add(whole, server.options.number('buffer-limit'), server.now());
  if (server.options.text('set-clipboard') !== 'off')
    for (const viewer of server.clientsOf(session)) effects.setClipboard(viewer, whole);
  if (!/^(copy-)?pipe/.test(command)) return;
  const program = args[0] || server.options.text('copy-command');
  if (program === '') return;
  const env = server.environment.over({});
  const cwd = pane.currentPath || session.cwd;
  // Not waited for: a program that keeps the selection, as xclip does, lives as long as it.
  const running = effects.shell({ op: context.nextOp(), command: program, cwd, env, input: text });
  running.catch((error: unknown) => server.addMessage(`${program}: ${String(error)}`));
}
