import { drawFormat } from '../term/format-draw.ts';
import { Grid } from '../term/grid.ts';
import type { AttachedClient } from './client.ts';
import type { FormatContext } from './format/context.ts';
import { expandFormat } from './format/expand.ts';
import { statusRows } from './window-size.ts';

/** A client's status lines, expanded, with `#[…]`. */
export function statusLines(client: AttachedClient, context: FormatContext): string[] {
  const formats = client.session.options.get('status-format');
  return Array.from({ length: statusRows(client.session) }, (_, row) => {
    const format = typeof formats === 'object' ? (formats[row] ?? '') : '';
    return expandFormat(context, format, { time: true });
  });
}

/** First column of a window's name in the status lines; undefined where it is not shown. */
export function windowColumn(
  client: AttachedClient,
  context: FormatContext,
  index: number,
): number | undefined {
  for (const line of statusLines(client, context)) {
    const ranges = drawFormat(new Grid(client.cols, 1), 0, 0, client.cols, line);
    const found = ranges.find(({ range }) => range === `window|${index}`);
    if (found) return found.x;
  }
  return undefined;
}
