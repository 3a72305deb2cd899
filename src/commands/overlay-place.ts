import type { AttachedClient } from '../model/client.ts';
import type { Target } from '../model/target/find.ts';
import { statusRows, viewOf } from '../model/window-size.ts';
import type { CommandContext } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { expand } from './targets.ts';

/** -x and -y: C centre, P the pane, M the mouse, R right, S and W the status line, or a number; kept on the screen. */
export function overlayPlace(
  context: CommandContext,
  args: Arguments,
  { pane }: Target,
  client: AttachedClient,
  size: { cols: number; rows: number },
): { x: number; y: number } {
  const view = viewOf(client);
  const lines = statusRows(client.session);
  const above = client.session.options.text('status-position') === 'top' ? lines : 0;
  const mouse = context.mouse;
  const place = (text: string, places: Record<string, number>) => {
    const value = places[text] ?? Number.parseInt(expand(context, text, context.current, { client }), 10);
    return Number.isNaN(value) ? places.C! : value;
  };
  const x = place(args.value('x') ?? 'C', {
    C: Math.floor((client.cols - size.cols) / 2),
    R: client.cols - size.cols,
    P: pane.x - view.x,
    M: (mouse?.x ?? 0) - Math.floor(size.cols / 2),
    W: mouse ? mouse.x - Math.floor(size.cols / 2) : 0,
  });
  const y = place(args.value('y') ?? 'C', {
    C: Math.floor((client.rows - size.rows) / 2),
    P: pane.y - view.y + above + pane.rows - size.rows,
    M: mouse?.y ?? 0,
    S: above > 0 ? above : client.rows - lines - size.rows,
    W: above > 0 ? above : client.rows - lines - size.rows,
  });
  const keep = (value: number, length: number, total: number) => Math.max(0, Math.min(value, total - length));
  return { x: keep(x, size.cols, client.cols), y: keep(y, size.rows, client.rows) };
}
