import type { ListOverlay } from '../../model/client.ts';
import { zoom } from '../../model/window-layout.ts';
import type { CommandContext } from '../context.ts';
import type { Arguments } from '../language/arguments.ts';
import { commandTarget } from '../prompt/open.ts';
import { overlayId } from '../show-on-client.ts';
import { clientFrom, targetFrom } from '../targets.ts';

const FORMATS: Record<ListOverlay['source'], string> = {
  tree:
    '#{?pane_format,#{?pane_marked,#[reverse],}#{pane_current_command}#{?pane_active,*,}#{?pane_marked,M,}' +
    '#{?#{&&:#{pane_title},#{!=:#{pane_title},#{host_short}}},: "#{pane_title}",},' +
    '#{?window_format,#{?window_marked_flag,#[reverse],}#{window_name}#{window_flags}' +
    '#{?#{&&:#{==:#{window_panes},1},#{&&:#{pane_title},#{!=:#{pane_title},#{host_short}}}},: "#{pane_title}",},' +
    '#{session_windows} windows#{?session_attached, (attached),}}}',
  client: '#{t/p:client_activity}: session #{session_name}',
  options: '',
  buffer: '#{t/p:buffer_created}: #{buffer_sample}',
};

/** Opens a chooser on the client that asked; the cursor is where the client is. */
export function openChooser(
  context: CommandContext,
  args: Arguments,
  source: ListOverlay['source'],
  template: string,
): void {
  const client = clientFrom(context, args, 'c');
  const { server } = context;
  if (source === 'buffer' && server.buffers.all().length === 0) return;
  const target = targetFrom(context, args, 'pane');
  const { session, link, window } = target;
  // -s shows sessions closed, -w opens all windows; the own session's are shown unless -s.
  const expanded =
    source !== 'tree' || args.has('s') ? [] : [...server.sessions.values()].map((each) => `$${each.id}`);
  const selected =
    source === 'options'
      ? 'server'
      : source === 'client'
        ? client.name
        : source === 'buffer'
          ? (server.buffers.all()[0]?.name ?? '')
          : args.has('s')
            ? `=${session.name}:`
            : `=${session.name}:${link.index}.`;
  client.overlay = {
    kind: 'list',
    id: overlayId(context),
    source,
    template: args.word(0) ?? template,
    block: args.block(0) !== undefined,
    format: args.value('F') ?? FORMATS[source],
    sort: args.value('O') ?? '',
    reversed: args.has('r'),
    target: commandTarget(target),
    expanded,
    tagged: [],
    filter: args.value('f') ?? '',
    search: '',
    selected,
    zoomed: args.has('Z') && zoom(window, target.pane),
  };
}
