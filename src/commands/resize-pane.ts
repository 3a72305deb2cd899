import type { Axis } from '../model/layout/cell.ts';
import { percentage } from '../model/layout/named.ts';
import type { Pane } from '../model/pane.ts';
import type { Window } from '../model/window.ts';
import { borderStatus, resizePaneBy, setPaneSize, unzoom, zoom } from '../model/window-layout.ts';
import { statusRows, viewOf } from '../model/window-size.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import { parseNumber } from './language/arguments.ts';
import { targetFrom } from './targets.ts';

const SIZE_MAXIMUM = 10_000;

export const resizePane: Command = {
  name: 'resize-pane',
  alias: 'resizep',
  args: { flags: 'DLMRTt:Ux:y:Z', minimum: 0, maximum: 1 },
  usage: '[-DLMRTUZ] [-x width] [-y height] [-t target-pane] [adjustment]',
  async run(context, args) {
    const { window, pane } = targetFrom(context, args, 'pane');
    if (args.has('M')) {
      followMouse(context);
      return;
    }
    if (args.has('T')) {
      if (!pane.inCopyMode) await context.effects.trimBelow(pane.uuid);
      return;
    }
    if (args.has('Z')) {
      if (!unzoom(window)) zoom(window, pane);
      return;
    }
    const by = args.word(0) === undefined ? 1 : parseNumber(args.word(0)!, 'adjustment', 1, 2 ** 31 - 1);
    for (const [flag, axis] of [
      ['x', 'cols'],
      ['y', 'rows'],
    ] as const) {
      const text = args.value(flag);
      if (text === undefined) continue;
      let size = wanted(text, window, axis, flag === 'x' ? 'width' : 'height');
      if (axis === 'rows' && borderStatus(window) !== 'off' && pane.rows < cellRows(window, pane)) size++;
      setPaneSize(window, pane, axis, size);
    }
    if (args.has('L')) resizePaneBy(window, pane, 'cols', -by);
    else if (args.has('R')) resizePaneBy(window, pane, 'cols', by);
    else if (args.has('U')) resizePaneBy(window, pane, 'rows', -by);
    else if (args.has('D')) resizePaneBy(window, pane, 'rows', by);
    unzoom(window);
  },
};

function wanted(text: string, window: Window, axis: Axis, what: string): number {
  if (text.endsWith('%')) {
    const size = percentage(text, window[axis]);
    if (size === undefined) throw new CommandError(`${what} invalid`);
    return size;
  }
  return parseNumber(text, what, 0, SIZE_MAXIMUM);
}

/** Rows of a pane with the row that its border's status takes. */
function cellRows(window: Window, pane: Pane): number {
  const top = borderStatus(window) === 'top';
  const atEdge = top ? pane.y === 1 : pane.y + pane.rows === window.rows - 1;
  return pane.rows + (atEdge ? 1 : 0);
}

/** -M: the border that the mouse was on follows it; at a crossing both do. */
function followMouse({ mouse, client }: CommandContext): void {
  const from = mouse?.dragFrom;
  if (!mouse || !from || !client) return;
  const { window } = client.session.current;
  const view = viewOf(client);
  const statusAbove =
    client.session.options.text('status-position') === 'top' ? statusRows(client.session) : 0;
  const x = from.x + view.x;
  const y = from.y + view.y - statusAbove;
  const left = window.panes.find(
    (pane) => pane.x + pane.cols === x && y >= pane.y && y <= pane.y + pane.rows,
  );
  const above = window.panes.find(
    (pane) => pane.y + pane.rows === y && x >= pane.x && x <= pane.x + pane.cols,
  );
  if (left && mouse.x !== from.x) resizePaneBy(window, left, 'cols', mouse.x - from.x);
  if (above && mouse.y !== from.y) resizePaneBy(window, above, 'rows', mouse.y - from.y);
}
