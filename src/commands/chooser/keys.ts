import { type ListItem, listItems } from '../../model/chooser.ts';
import type { AttachedClient, ListOverlay } from '../../model/client.ts';
import { unzoom } from '../../model/window-layout.ts';
import { paneAreaRows } from '../../model/window-size.ts';
import type { Host } from '../context.ts';
import { quote } from '../language/syntax.ts';
import { runTemplate } from '../prompt/answer.ts';
import { openPrompt } from '../prompt/open.ts';
import { chooseOption, optionKey } from './option-keys.ts';

/** A key for an open chooser: tmux's tree-mode keys. */
export async function chooserKey(
  host: Host,
  client: AttachedClient,
  overlay: ListOverlay,
  key: string,
  op: string,
): Promise<void> {
  const items = listItems(host.server, client, overlay);
  const at = Math.max(
    0,
    items.findIndex((item) => item.value === overlay.selected),
  );
  const item = items[at];
  const page = Math.max(1, paneAreaRows(client) - 2);
  const go = (to: number) => {
    overlay.selected = items[Math.max(0, Math.min(items.length - 1, to))]?.value ?? '';
  };
  const byKey = items.find((each) => each.key === key);
  if (overlay.source === 'options' && optionKey(host, client, overlay, key)) return;
  if (byKey) return choose(host, client, overlay, byKey.value, op);
  switch (key) {
    case 'q':
    case 'Escape':
    case 'C-c':
    case 'C-g':
      return close(host, client, overlay);
    case 'Enter':
      return item ? choose(host, client, overlay, item.value, op) : close(host, client, overlay);
    case 'Up':
    case 'k':
    case 'C-p':
    case 'WheelUp':
      return go(at === 0 && key !== 'WheelUp' ? items.length - 1 : at - 1);
    case 'Down':
    case 'j':
    case 'C-n':
    case 'WheelDown':
      return go(at === items.length - 1 && key !== 'WheelDown' ? 0 : at + 1);
    case 'PPage':
    case 'C-b':
      return go(at - page);
    case 'NPage':
    case 'C-f':
      return go(at + page);
    case 'Home':
    case 'g':
      return go(0);
    case 'End':
    case 'G':
      return go(items.length - 1);
    case 'Left':
    case 'h':
    case '-':
      return collapse(overlay, item);
    case 'Right':
    case 'l':
    case '+':
      return open(overlay, item);
    case 'M--':
      overlay.expanded = [];
      return;
    case 'M-+':
      overlay.expanded = [
        ...[...host.server.sessions.values()].map((session) => `$${session.id}`),
        ...[...host.server.windows.values()].map((window) => `@${window.id}`),
      ];
      return;
    case 't':
      if (item) toggleTag(overlay, item.value);
      return go(at + 1);
    case 'T':
      overlay.tagged = [];
      return;
    case 'C-t':
      overlay.tagged = items.map((each) => each.value);
      return;
    case 'r':
      overlay.reversed = !overlay.reversed;
      return;
    case 'f':
      return ask(host, client, overlay, 'filter', overlay.filter);
    case 'C-s':
    case '/':
      return ask(host, client, overlay, 'search', '');
    case 'n':
      return go(nextHit(items, at, overlay.search) ?? at);
    case 'x':
    case 'd':
      if (item) confirmRemoval(host, client, overlay, [item.value]);
      return;
    case 'X':
    case 'D':
      confirmRemoval(host, client, overlay, overlay.tagged);
      return;
  }
}

/** Runs the template on an item, and ends the chooser. */
export async function choose(
  host: Host,
  client: AttachedClient,
  overlay: ListOverlay,
  value: string,
  op: string,
): Promise<void> {
  if (overlay.source === 'options') return chooseOption(host, client, overlay, value, op);
  close(host, client, overlay);
  await runTemplate(host, client, overlay, [value], op);
}

export function close(host: Host, client: AttachedClient, overlay: ListOverlay): void {
  client.overlay = undefined;
  const pane = host.server.panes.get(overlay.target.pane);
  if (overlay.zoomed && pane) unzoom(pane.window);
}

function open(overlay: ListOverlay, item: ListItem | undefined): void {
  if (item && item.branch !== '' && !overlay.expanded.includes(item.branch))
    overlay.expanded = [...overlay.expanded, item.branch];
}

/** An open branch closes; from anything else the cursor goes to its parent. */
function collapse(overlay: ListOverlay, item: ListItem | undefined): void {
  if (!item) return;
  if (item.branch !== '' && overlay.expanded.includes(item.branch))
    overlay.expanded = overlay.expanded.filter((branch) => branch !== item.branch);
  else if (item.parent !== '') overlay.selected = item.parent;
}

function toggleTag(overlay: ListOverlay, value: string): void {
  overlay.tagged = overlay.tagged.includes(value)
    ? overlay.tagged.filter((tagged) => tagged !== value)
    : [...overlay.tagged, value];
}

function ask(
  host: Host,
  client: AttachedClient,
  overlay: ListOverlay,
  purpose: 'filter' | 'search',
  value: string,
): void {
  openPrompt(host, client, {
    purpose,
    type: 'search',
    labels: [`(${purpose}) `],
    inputs: [value],
    template: '',
    target: overlay.target,
  });
}

/** What was typed at a chooser's own prompt: its filter, or a text to go to. */
export function answerChooser(
  host: Host,
  client: AttachedClient,
  overlay: ListOverlay,
  purpose: 'filter' | 'search',
  value: string,
): void {
  overlay[purpose] = value;
  if (purpose !== 'search') return;
  const items = listItems(host.server, client, overlay);
  const at = items.findIndex((item) => item.value === overlay.selected);
  const hit = nextHit(items, at, value);
  if (hit !== undefined) overlay.selected = items[hit]!.value;
}

/** The next item after `at` whose label holds a text, around the end. */
function nextHit(items: readonly ListItem[], at: number, search: string): number | undefined {
  if (search === '') return undefined;
  for (let by = 1; by <= items.length; by++) {
    const index = (at + by) % items.length;
    if (items[index]!.label.toLowerCase().includes(search.toLowerCase())) return index;
  }
  return undefined;
}

const REMOVALS: Partial<Record<ListOverlay['source'], (value: string) => string>> = {
  tree: (value) => {
    const kind = value.endsWith(':') ? 'session' : value.endsWith('.') ? 'window' : 'pane';
    return `kill-${kind} -t ${quote(kind === 'session' ? value.slice(0, -1) : value.replace(/\.$/, ''))}`;
  },
  client: (value) => `detach-client -t ${quote(value)}`,
  buffer: (value) => `delete-buffer -b ${quote(value)}`,
};

function confirmRemoval(
  host: Host,
  client: AttachedClient,
  overlay: ListOverlay,
  values: readonly string[],
): void {
  const removal = REMOVALS[overlay.source];
  if (!removal || values.length === 0) return;
  const verb = overlay.source === 'client' ? 'Detach' : overlay.source === 'buffer' ? 'Delete' : 'Kill';
  const what = values.length === 1 ? values[0]!.replace(/^=|[:.]$/g, '') : `${values.length} tagged`;
  openPrompt(host, client, {
    mode: 'single',
    confirm: true,
    labels: [`${verb} ${what}? `],
    template: values.map(removal).join(' ; '),
    block: true,
    target: overlay.target,
  });
  overlay.tagged = [];
}
