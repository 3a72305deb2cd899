import type {
  AttachedClient,
  MouseState,
  OverlayState,
  PaneNumbersOverlay,
  TextOverlay,
} from '../../model/client.ts';
import { paneAreaRows } from '../../model/window-size.ts';
import { chooserKey } from '../chooser/keys.ts';
import type { Host } from '../context.ts';
import { runTemplate } from '../prompt/answer.ts';
import { menuKey } from './menu-keys.ts';
import { popupKey } from './popup-keys.ts';

/** Lines that the wheel scrolls. */
const WHEEL_LINES = 5;

/** A key for what lies over a client's panes; false when the key is to be looked up after all. */
export async function overlayKey(
  host: Host,
  client: AttachedClient,
  overlay: OverlayState,
  key: string,
  raw: Uint8Array,
  mouse: MouseState | undefined,
  op: string,
): Promise<boolean> {
  const name = key.replace(/^(Wheel(?:Up|Down)).*/, '$1');
  switch (overlay.kind) {
    case 'list':
      await chooserKey(host, client, overlay, name, op);
      return true;
    case 'menu':
      await menuKey(host, client, overlay, key, op);
      return true;
    case 'popup':
      await popupKey(host, client, overlay, key, raw, mouse, op);
      return true;
    case 'text':
      return textKey(client, overlay, name);
    case 'pane-numbers':
      return paneNumberKey(host, client, overlay, key, op);
  }
}

function textKey(client: AttachedClient, overlay: TextOverlay, key: string): boolean {
  const page = paneAreaRows(client);
  const bottom = Math.max(0, overlay.lines.length - page);
  // As in tmux's modes, two lines stay in sight.
  const step = Math.max(1, page - 2);
  const go = (to: number) => {
    overlay.scroll = Math.max(0, Math.min(bottom, to));
    return true;
  };
  switch (key) {
    case 'Up':
    case 'k':
    case 'C-p':
    case 'C-y':
      return go(overlay.scroll - 1);
    case 'Down':
    case 'j':
    case 'C-n':
    case 'C-e':
      return go(overlay.scroll + 1);
    case 'WheelUp':
      return go(overlay.scroll - WHEEL_LINES);
    case 'WheelDown':
      return go(overlay.scroll + WHEEL_LINES);
    case 'PPage':
    case 'M-v':
      return go(overlay.scroll - step);
    case 'NPage':
    case 'C-v':
    case 'Space':
      return go(overlay.scroll + step);
    case 'Home':
    case 'g':
    case 'M-<':
      return go(0);
    case 'End':
    case 'G':
    case 'M->':
      return go(bottom);
    case 'q':
    case 'Escape':
    case 'C-c':
    case 'Enter':
      client.overlay = undefined;
      return true;
  }
  const { options } = client.session;
  if (key !== options.text('prefix') && key !== options.text('prefix2')) return true;
  client.overlay = undefined;
  return false;
}

/** A digit chooses the pane of that index, letters go on from 10; any other key closes and counts as typed. */
async function paneNumberKey(
  host: Host,
  client: AttachedClient,
  overlay: PaneNumbersOverlay,
  key: string,
  op: string,
): Promise<boolean> {
  client.overlay = undefined;
  const index = /^[0-9]$/.test(key) ? Number(key) : /^[a-z]$/.test(key) ? key.charCodeAt(0) - 97 + 10 : -1;
  const pane = client.session.current.window.panes.find((each) => each.index === index);
  if (pane) await runTemplate(host, client, overlay, [pane.name], op);
  else if (overlay.rest !== '') await runTemplate(host, client, { ...overlay, template: '' }, [], op);
  return pane !== undefined;
}
