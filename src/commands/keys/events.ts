import { listItems } from '../../model/chooser.ts';
import type { AttachedClient, MouseState } from '../../model/client.ts';
import type { PaneInfo } from '../../model/pane-info.ts';
import { clearAlerts } from '../../model/session.ts';
import { resizeWindows } from '../../model/window-size.ts';
import { encodeFocus, PASTE_BEGIN, PASTE_END } from '../../term/keys/key-encoder.ts';
import { choose } from '../chooser/keys.ts';
import type { Host } from '../context.ts';
import { promptKey, promptPaste } from '../prompt/keys.ts';
import { runRaisedHooks } from '../run.ts';
import { receivers } from '../send-keys.ts';
import { dispatchKey } from './dispatch.ts';
import { chooseItem } from './menu-keys.ts';
import { type MouseEvent, mouseState } from './mouse.ts';
import { overlayKey } from './overlay-keys.ts';

/** What a person did at a client's terminal: the EVENT message of the protocol. */
export type ClientEvent =
  | { readonly kind: 'key'; readonly key: string }
  | MouseEvent
  | { readonly kind: 'paste'; readonly part: 'begin' | 'piece' | 'end' }
  | { readonly kind: 'size'; readonly cols: number; readonly rows: number }
  | { readonly kind: 'focus'; readonly focused: boolean }
  | { readonly kind: 'choose'; readonly overlay: string; readonly value: string };

/**
 * Carries out one event of a client. The caller awaits it before it hands over the
 * client's next one: what was typed ahead meets the state that this one leaves. A
 * prompt or menu that an event opens does not hold it up; it takes the next keys.
 *
 * @param payload bytes of the key as the terminal sent them, or a paste's text
 * @param op operation id of the event: handled again with the same one, it has no effect twice
 */
export async function handleEvent(
  host: Host,
  client: AttachedClient,
  event: ClientEvent,
  payload: Uint8Array,
  op: string,
): Promise<void> {
  await carryOut(host, client, event, payload, op);
  await runRaisedHooks(host, `${op}h`);
}

async function carryOut(
  host: Host,
  client: AttachedClient,
  event: ClientEvent,
  payload: Uint8Array,
  op: string,
): Promise<void> {
  switch (event.kind) {
    case 'key':
      touch(host, client);
      return handleKey(host, client, event.key, payload, undefined, op);
    case 'mouse': {
      touch(host, client);
      const mouse = mouseState(host, client, event);
      if (!mouse) return;
      if (isMove(event.key) && client.overlay && client.overlay.kind !== 'popup') return;
      client.mouse = mouse;
      return handleKey(host, client, mouse.key, payload, mouse, op);
    }
    case 'paste':
      touch(host, client);
      return handlePaste(host, client, event.part, payload);
    case 'size':
      client.cols = event.cols;
      client.rows = event.rows;
      touch(host, client);
      resizeWindows(host.server);
      host.server.raise('client-resized', { client, session: client.session });
      return;
    case 'focus':
      return handleFocus(host, client, event.focused);
    case 'choose':
      return handleChoice(host, client, event.overlay, event.value, op);
  }
}

/** The pointer moves with no button pressed. */
export function isMove(key: string): boolean {
  return /^(?:[CMS]-)*MouseMove/.test(key);
}

/** The client is the latest one of its window: with window-size latest that gives the window its size. */
function touch({ server }: Host, client: AttachedClient): void {
  const now = server.now();
  client.activity = now;
  client.session.activity = now;
  const { window } = client.session.current;
  clearAlerts(client.session.current);
  if (window.latestClient === client.id) return;
  window.latestClient = client.id;
  server.raise('client-active', { client, session: client.session });
  resizeWindows(server);
}

async function handleKey(
  host: Host,
  client: AttachedClient,
  key: string,
  raw: Uint8Array,
  mouse: MouseState | undefined,
  op: string,
): Promise<void> {
  if (client.message && !mouse) client.message = undefined;
  if (client.prompt) {
    if (mouse || (await promptKey(host, client, client.prompt, key, op))) return;
  } else if (client.overlay && (await overlayKey(host, client, client.overlay, key, raw, mouse, op))) return;
  await dispatchKey(host, client, key, raw, mouse, op);
}

async function handlePaste(
  host: Host,
  client: AttachedClient,
  part: 'begin' | 'piece' | 'end',
  payload: Uint8Array,
): Promise<void> {
  const { active: pane } = client.session.current.window;
  if (part === 'begin') client.pasting = pasteGoal(client);
  if (client.pasting === 'popup' && client.overlay?.kind === 'popup') {
    const { pane: popup } = client.overlay;
    await pasteInto(host, popup, host.server.popups.get(popup), part, payload);
  }
  if (client.pasting === 'prompt' && part === 'piece' && client.prompt)
    promptPaste(client.prompt, Buffer.from(payload).toString());
  if (client.pasting === 'pane' && !pane.inCopyMode) {
    for (const { uuid, info } of receivers(pane)) await pasteInto(host, uuid, info, part, payload);
  }
  if (part === 'end') client.pasting = 'none';
}

function pasteGoal({ prompt, overlay, readOnly }: AttachedClient): AttachedClient['pasting'] {
  if (prompt) return 'prompt';
  if (readOnly) return 'none';
  if (overlay?.kind === 'popup') return 'popup';
  return overlay ? 'none' : 'pane';
}

async function pasteInto(
  { effects }: Host,
  pane: string,
  modes: PaneInfo | undefined,
  part: 'begin' | 'piece' | 'end',
  payload: Uint8Array,
): Promise<void> {
  if (part === 'piece') await effects.write(pane, payload);
  else if (modes?.bracketedPaste) await effects.write(pane, part === 'begin' ? PASTE_BEGIN : PASTE_END);
}

async function handleFocus(
  { server, effects }: Host,
  client: AttachedClient,
  focused: boolean,
): Promise<void> {
  client.focused = focused;
  server.raise(focused ? 'client-focus-in' : 'client-focus-out', { client, session: client.session });
  const { active } = client.session.current.window;
  if (!server.options.flag('focus-events') || !active.info?.focusEvents) return;
  await effects.write(active.uuid, encodeFocus(focused));
}

/** An item of a list or menu that was clicked; a late answer to an overlay that has gone is dropped. */
async function handleChoice(
  host: Host,
  client: AttachedClient,
  id: string,
  value: string,
  op: string,
): Promise<void> {
  const { overlay } = client;
  if (overlay?.id !== id) return;
  if (overlay.kind === 'list') {
    if (listItems(host.server, client, overlay).some((item) => item.value === value))
      await choose(host, client, overlay, value, op);
  } else if (overlay.kind === 'menu') {
    if (value !== '') await chooseItem(host, client, overlay, Number(value), op);
    else if (!overlay.stay) client.overlay = undefined;
  }
}
