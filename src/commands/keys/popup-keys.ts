import type { AttachedClient, MouseState, PopupOverlay } from '../../model/client.ts';
import { popupCell } from '../../model/popup.ts';
import type { Host } from '../context.ts';
import { runTemplate } from '../prompt/answer.ts';

/** A key for the program in a popup; Escape and C-c close one that would not go by itself. */
export async function popupKey(
  host: Host,
  client: AttachedClient,
  popup: PopupOverlay,
  key: string,
  raw: Uint8Array,
  mouse: MouseState | undefined,
  op: string,
): Promise<void> {
  if ((popup.closes === 'never' || popup.ended) && (key === 'Escape' || key === 'C-c'))
    return closePopup(host, client, popup, op);
  if (popup.ended || client.readOnly) return;
  if (!mouse) return host.effects.sendKey(popup.pane, key, raw);
  const cell = popupCell(client, popup, mouse);
  if (cell) await host.effects.sendMouse(popup.pane, { ...mouse, paneX: cell.x, paneY: cell.y });
}

/** Takes a popup away; the daemon ends its program. The commands that waited for it go on. */
export async function closePopup(
  host: Host,
  client: AttachedClient,
  popup: PopupOverlay,
  op: string,
): Promise<void> {
  if (client.overlay !== popup) return;
  client.overlay = undefined;
  if (popup.rest === '') return;
  await runTemplate(
    host,
    client,
    { template: '', block: false, target: popup.target, rest: popup.rest },
    [],
    op,
  );
}
