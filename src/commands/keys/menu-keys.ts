import type { AttachedClient, MenuOverlay } from '../../model/client.ts';
import type { Host } from '../context.ts';
import { isChoice } from '../display-menu.ts';
import { runTemplate } from '../prompt/answer.ts';

/** A key for an open menu: an item's own key, arrows, Enter; anything else that is no movement closes it. */
export async function menuKey(
  host: Host,
  client: AttachedClient,
  menu: MenuOverlay,
  key: string,
  op: string,
): Promise<void> {
  const own = menu.items.findIndex((item) => isChoice(item) && item.key === key);
  if (own >= 0) return chooseItem(host, client, menu, own, op);
  switch (key) {
    case 'Up':
    case 'k':
    case 'BTab':
      return step(menu, -1);
    case 'Down':
    case 'j':
    case 'Tab':
      return step(menu, 1);
    case 'Home':
    case 'g':
    case 'PPage':
      menu.selected = -1;
      return step(menu, 1);
    case 'End':
    case 'G':
    case 'NPage':
      menu.selected = menu.items.length;
      return step(menu, -1);
    case 'Enter':
      if (menu.selected >= 0) return chooseItem(host, client, menu, menu.selected, op);
      break;
  }
  const pressedBeside = menu.stay && /^(MouseDown|SecondClick|TripleClick)/.test(key);
  if (pressedBeside || !/^(Mouse|Wheel|SecondClick|DoubleClick|TripleClick)/.test(key))
    client.overlay = undefined;
}

/** Runs an item's commands and closes the menu. */
export async function chooseItem(
  host: Host,
  client: AttachedClient,
  menu: MenuOverlay,
  index: number,
  op: string,
): Promise<void> {
  const item = menu.items[index];
  if (!item || !isChoice(item)) return;
  client.overlay = undefined;
  const wish = { template: item.command, block: true, target: menu.target };
  await runTemplate(host, client, wish, [], op, menu.mouse);
}

function step(menu: MenuOverlay, by: 1 | -1): void {
  const count = menu.items.length;
  for (let tries = 0, at = menu.selected; tries < count; tries++) {
    at = (at + by + count) % count;
    if (!isChoice(menu.items[at]!)) continue;
    menu.selected = at;
    return;
  }
}
