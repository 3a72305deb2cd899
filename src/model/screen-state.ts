import type { Body } from '../protocol/message.ts';
import type { SCREEN } from '../protocol/messages/sessions.ts';
import { type ListItem, listItems } from './chooser.ts';
import type { AttachedClient, ListOverlay } from './client.ts';
import { type FormatContext, formatContext } from './format/context.ts';
import { expandFormat } from './format/expand.ts';
import { strftime } from './format/strftime.ts';
import { currentTable } from './key-table.ts';
import type { Pane } from './pane.ts';
import { popupBox } from './popup.ts';
import type { Server } from './server.ts';
import { statusLines } from './status-lines.ts';
import { targetOf } from './target/find.ts';
import { viewOf } from './window-size.ts';

export type ScreenBody = Body<typeof SCREEN>;

/** Prompts for copy mode and the like stand in the place of the status line; these are their styles. */
const PROMPT_STYLE = 'message-style';

/**
 * Everything that a client draws besides the cells of its panes: the SCREEN message.
 *
 * @param job output of the #() commands of formats
 * @param version grows with each message to the client
 */
export function screenState(
  server: Server,
  client: AttachedClient,
  version: number,
  job?: (command: string) => string,
): ScreenBody {
  const { session } = client;
  const { current } = session;
  const { window } = current;
  const view = viewOf(client);
  const context = formatContext(server, targetOf(session), {
    client,
    mouse: client.mouse,
    ...(job && { job }),
  });
  const style = (name: string, from: FormatContext = context) =>
    expandFormat(from, (from.pane ?? window).options.text(name));
  return {
    version,
    session: { id: `$${session.id}`, name: session.name },
    window: {
      id: `@${window.id}`,
      index: current.index,
      name: window.name,
      zoomed: window.zoomed,
      cols: window.cols,
      rows: window.rows,
    },
    origin: { x: view.x, y: view.y },
    panes: window.panes
      .filter((pane) => window.visible(pane))
      .map((pane) => paneState(server, pane, { ...context, pane })),
    border: {
      lines: window.options.text('pane-border-lines'),
      style: style('pane-border-style'),
      activeStyle: style('pane-active-border-style'),
      status: window.options.text('pane-border-status') as ScreenBody['border']['status'],
      indicators: window.options.text('pane-border-indicators'),
    },
    status: statusState(client, context),
    ...messageState(client, context),
    ...promptState(client, context),
    ...overlayState(server, client),
    table: currentTable(client),
    ...mouseState(server, client),
    title: session.options.flag('set-titles')
      ? expandFormat(context, session.options.text('set-titles-string'), { time: true })
      : '',
    escapeTimeMs: server.options.number('escape-time'),
  };
}

/**
 * What the terminal is asked to report: with `mouse on` clicks and drags, and every movement where
 * a program that can be seen follows the pointer (DECSET 1003) or a menu does; else what the active pane's program asked for.
 */
function mouseState(
  server: Server,
  { session, overlay }: AttachedClient,
): Pick<ScreenBody, 'mouse' | 'mouseMoves'> {
  const { window } = session.current;
  const own = session.options.flag('mouse');
  if (overlay?.kind === 'popup') return reports(own, [server.popups.get(overlay.pane)?.mouse ?? 'none']);
  const panes = own ? window.panes.filter((pane) => window.visible(pane)) : [window.active];
  const modes = panes.map((pane) => pane.info?.mouse ?? 'none');
  if (overlay) return reports(own, own && overlay.kind === 'menu' ? ['any'] : []);
  return reports(own, modes);
}

function reports(own: boolean, modes: readonly string[]): Pick<ScreenBody, 'mouse' | 'mouseMoves'> {
  const mouse = own || modes.some((mode) => mode !== 'none');
  return { mouse, ...(modes.includes('any') && { mouseMoves: true }) };
}

function paneState(server: Server, pane: Pane, context: FormatContext): ScreenBody['panes'][number] {
  const { window } = pane;
  const active = pane === window.active;
  const plain = pane.options.text('window-style');
  const styles = active ? [plain, pane.options.text('window-active-style')] : [plain];
  const style = styles.filter((each) => each !== 'default').map((each) => expandFormat(context, each));
  const shown = window.options.text('pane-border-status') !== 'off';
  return {
    pane: pane.uuid,
    name: pane.name,
    index: pane.index,
    x: pane.x,
    y: pane.y,
    cols: pane.cols,
    rows: pane.rows,
    active,
    title: shown ? expandFormat(context, pane.options.text('pane-border-format'), { time: true }) : '',
    host: pane.host,
    ...(pane.staleMs !== undefined && { staleMs: pane.staleMs }),
    dead: pane.dead,
    marked: server.marked === pane,
    style: style.join(','),
    inputOff: pane.inputOff,
  };
}

function statusState(client: AttachedClient, context: FormatContext): ScreenBody['status'] {
  const { options } = client.session;
  const lines = statusLines(client, context);
  const colours = [
    ['fg', options.text('status-fg')],
    ['bg', options.text('status-bg')],
  ].filter(([, colour]) => colour !== 'default');
  const style = [
    expandFormat(context, options.text('status-style')),
    ...colours.map((pair) => pair.join('=')),
  ];
  return {
    position: lines.length === 0 ? 'off' : (options.text('status-position') as 'top' | 'bottom'),
    lines,
    style: style.join(','),
  };
}

function messageState(client: AttachedClient, context: FormatContext): Pick<ScreenBody, 'message'> {
  if (!client.message) return {};
  const style = expandFormat(context, client.session.options.text('message-style'));
  return { message: { text: client.message.text, style } };
}

function promptState(client: AttachedClient, context: FormatContext): Pick<ScreenBody, 'prompt'> {
  const { prompt } = client;
  // A confirmation is drawn as an overlay, unless it lies over one.
  if (!prompt || (prompt.confirm && !client.overlay)) return {};
  return {
    prompt: {
      id: prompt.id,
      label: prompt.labels[prompt.answers.length] ?? '',
      value: prompt.confirm ? '' : prompt.value,
      cursor: prompt.cursor,
      style: expandFormat(context, client.session.options.text(PROMPT_STYLE)),
    },
  };
}

function overlayState(server: Server, client: AttachedClient): Pick<ScreenBody, 'overlay'> {
  const { overlay, prompt, session } = client;
  const { active } = session.current.window;
  if (!overlay && prompt?.confirm)
    return { overlay: { kind: 'confirm', id: prompt.id, text: prompt.labels[0] ?? '' } };
  switch (overlay?.kind) {
    case 'text':
      return { overlay: { ...overlay, lines: [...overlay.lines] } };
    case 'list':
      return { overlay: listState(overlay, listItems(server, client, overlay)) };
    case 'menu': {
      const items = overlay.items.map(({ label, key }, at) => ({
        value: String(at),
        // A leading '-' marks what cannot be chosen now, by no key either.
        label: label.replace(/^-/, '#[dim]'),
        key: label.startsWith('-') ? '' : key,
      }));
      const { id, title, selected, x, y } = overlay;
      return { overlay: { kind: 'menu', id, title, items, selected, x, y } };
    }
    case 'pane-numbers':
      return { overlay: { kind: 'pane-numbers', id: overlay.id } };
    case 'popup': {
      const { kind, id, pane, title, lines, style, borderStyle } = overlay;
      const { inner: _, ...box } = popupBox(client, overlay);
      return { overlay: { kind, id, pane, title, lines, style, borderStyle, ...box } };
    }
  }
  if (!active.clock) return {};
  const style = active.window.options.text('clock-mode-style');
  const time = strftime(style === '12' ? '%l:%M %p' : '%H:%M', server.now()).trim();
  return { overlay: { kind: 'clock', id: `clock-${active.id}`, pane: active.uuid, time } };
}

function listState(overlay: ListOverlay, items: readonly ListItem[]): NonNullable<ScreenBody['overlay']> {
  const titles = {
    tree: 'choose-tree',
    client: 'choose-client',
    buffer: 'choose-buffer',
    options: 'customize-mode',
  };
  const filter = overlay.filter === '' ? '' : ` (filter: ${overlay.filter})`;
  const sort = overlay.sort === '' ? '' : ` (sort: ${overlay.sort})`;
  return {
    kind: 'list',
    id: overlay.id,
    title: `${titles[overlay.source]}${sort}${filter}`,
    items: items.map(({ value, label }) => ({ value, label })),
    selected: Math.max(
      0,
      items.findIndex((item) => item.value === overlay.selected),
    ),
  };
}
