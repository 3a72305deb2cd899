import type { AttachedClient } from '../model/client.ts';
import { windowColumn } from '../model/status-lines.ts';
import { type Target, targetOf } from '../model/target/find.ts';
import { statusRows, viewOf } from '../model/window-size.ts';
import type { CommandContext } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { expand, formatOf } from './targets.ts';

/**
 * -x and -y, with tmux's arithmetic: C centre, P the pane, R its right, M the mouse, S the status
 * line, W the window's name in it, or a number, which is the box's first column and the row below it.
 */
export function overlayPlace(
  context: CommandContext,
  args: Arguments,
  target: Target,
  client: AttachedClient,
  size: { cols: number; rows: number },
): { x: number; y: number } {
  const { cols, rows } = size;
  const { pane, link } = target;
  const view = viewOf(client);
  const lines = statusRows(client.session);
  const above = client.session.options.text('status-position') === 'top' ? lines : 0;
  const { mouse } = context;
  const place = (text: string, places: Record<string, number>) => {
    const value = places[text] ?? Number.parseInt(expand(context, text, context.current, { client }), 10);
    return Number.isNaN(value) ? 0 : value;
  };
  const beside = (mouse?.x ?? 0) - Math.floor(cols / 2);
  const left = place(args.value('x') ?? 'C', {
    C: Math.floor((client.cols - 1) / 2) - Math.floor(cols / 2),
    R: pane.x + pane.cols - view.x - cols,
    P: pane.x - view.x,
    M: beside,
    W: windowColumn(client, formatOf(context, targetOf(client.session), { client }), link.index) ?? 0,
  });
  const atStatus = above > 0 ? above + rows : client.rows - lines;
  const bottom = place(args.value('y') ?? 'C', {
    C: Math.floor((client.rows - 1) / 2) + Math.floor(rows / 2),
    P: pane.y - view.y + above + pane.rows,
    M: Math.min((mouse?.y ?? 0) + rows, client.rows - 1),
    S: atStatus,
    W: atStatus,
  });
  const keep = (value: number, length: number, total: number) => Math.max(0, Math.min(value, total - length));
  return { x: keep(left, cols, client.cols), y: keep(bottom - rows, rows, client.rows) };
}
