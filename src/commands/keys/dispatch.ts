import { renameAutomatically } from '../../model/automatic-rename.ts';
import type { AttachedClient, MouseState } from '../../model/client.ts';
import { type Binding, currentTable } from '../../model/key-table.ts';
import { type Target, targetOf } from '../../model/target/find.ts';
import type { Host } from '../context.ts';
import { dragSelection } from '../copy-command.ts';
import { runText } from '../run.ts';
import { RunContext } from '../run-context.ts';
import { receivers } from '../send-keys.ts';
import { showMessage, showResult } from '../show-on-client.ts';
import { findCommand } from '../table.ts';

/** What a key means at this moment. */
export type Resolution =
  | { readonly kind: 'binding'; readonly binding: Binding }
  /** The prefix key: the next key is looked up in its table. */
  | { readonly kind: 'prefix' }
  /** Goes to the active pane. */
  | { readonly kind: 'pane' }
  /** Unbound after a prefix or in copy mode: nothing happens. */
  | { readonly kind: 'nothing' };

/**
 * Looks a key up in the client's tables and moves its key-table state on: prefix,
 * repeat (-r within repeat-time), switched tables, copy mode, root.
 */
function resolveKey(host: Host, client: AttachedClient, key: string): Resolution {
  const { server } = host;
  const { options } = client.session;
  const now = server.now();
  if (client.repeatUntil !== 0 && now > client.repeatUntil) leaveTable(client);
  const repeating = client.repeatUntil !== 0;
  const table = currentTable(client);
  const root = options.text('key-table');
  const switched = client.keyTable !== '';
  const isPrefix = key === options.text('prefix') || key === options.text('prefix2');
  if (isPrefix && table !== 'prefix') {
    client.keyTable = 'prefix';
    client.repeatUntil = 0;
    return { kind: 'prefix' };
  }
  const binding = server.keyTables.get(table, key) ?? server.keyTables.get(table, 'Any');
  if (binding && (!repeating || binding.repeat)) {
    const repeatTime = options.number('repeat-time');
    if (binding.repeat && repeatTime > 0 && switched) client.repeatUntil = now + repeatTime;
    else leaveTable(client);
    return { kind: 'binding', binding };
  }
  if (repeating) {
    // A key that does not repeat ends the repetition and counts as typed afresh.
    leaveTable(client);
    return resolveKey(host, client, key);
  }
  if (switched) {
    leaveTable(client);
    return { kind: 'nothing' };
  }
  const fallback = table === root ? undefined : server.keyTables.get(root, key);
  if (fallback) return { kind: 'binding', binding: fallback };
  return table === root ? { kind: 'pane' } : { kind: 'nothing' };
}

function leaveTable(client: AttachedClient): void {
  client.keyTable = '';
  client.repeatUntil = 0;
}

/** Runs what a key is bound to, or sends it to the active pane. */
export async function dispatchKey(
  host: Host,
  client: AttachedClient,
  key: string,
  raw: Uint8Array,
  mouse: MouseState | undefined,
  op: string,
): Promise<void> {
  const { active } = client.session.current.window;
  if (active.clock && !mouse) {
    active.clock = false;
    renameAutomatically(host.server, active.window);
    return;
  }
  if (mouse && client.selecting >= 0 && (await dragSelection(host, client, mouse))) return;
  if (mouse && !client.session.options.flag('mouse')) return forwardMouse(host, client, mouse);
  const resolution = resolveKey(host, client, key);
  if (resolution.kind === 'binding') await runBinding(host, client, resolution.binding, mouse, op);
  else if (resolution.kind === 'pane') {
    if (mouse) await forwardMouse(host, client, mouse);
    else if (!client.readOnly)
      for (const pane of receivers(active)) await host.effects.sendKey(pane.uuid, key, raw);
  }
}

/** To the pane under the pointer, whichever is active. */
async function forwardMouse(host: Host, client: AttachedClient, mouse: MouseState): Promise<void> {
  const { window } = client.session.current;
  const pane = window.panes.find((each) => each.id === mouse.pane && window.visible(each));
  if (!pane || pane.inputOff || pane.inCopyMode || client.readOnly) return;
  await host.effects.sendMouse(pane.uuid, mouse);
}

async function runBinding(
  host: Host,
  client: AttachedClient,
  binding: Binding,
  mouse: MouseState | undefined,
  op: string,
): Promise<void> {
  const { cwd, env } = client.terminal;
  const target = mouse ? mouseTarget(host, client, mouse) : undefined;
  const origin = { op, client, interactive: true, cwd, env, mouse, target, asker: 'client' as const };
  if (client.readOnly && !allowsReadOnly(host, origin, binding)) {
    showMessage(host, client, 'Client is read-only');
    return;
  }
  showResult(host, client, await runText(host, origin, binding.commands));
}

function allowsReadOnly(
  host: Host,
  origin: ConstructorParameters<typeof RunContext>[1],
  { commands }: Binding,
): boolean {
  return new RunContext(host, origin).parse(commands).every(({ name }) => findCommand(name).readOnly);
}

/** A binding of the mouse works on the pane under it. */
function mouseTarget({ server }: Host, client: AttachedClient, mouse: MouseState): Target | undefined {
  const pane = server.panes.get(mouse.pane);
  const link = pane && client.session.linkOf(pane.window);
  return pane && link && targetOf(client.session, link, pane);
}
