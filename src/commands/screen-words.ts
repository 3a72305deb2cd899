import type { Target } from '../model/target/find.ts';
import type { CommandContext } from './context.ts';

/**
 * Variables that are text of the screen: the word and line under the mouse and, in
 * copy mode, under the cursor. Formats do not wait, so whoever expands one that names
 * them asks for the screen first.
 */
export async function screenWords(
  context: CommandContext,
  { session, pane }: Target,
  formats: readonly string[],
): Promise<Record<string, string>> {
  const { mouse } = context;
  const names = (pattern: RegExp) => formats.some((format) => pattern.test(format));
  const separators = session.options.text('word-separators');
  const variables: Record<string, string> = {};
  if (mouse?.pane === pane.id && names(/mouse_(word|line)/)) {
    const line = await lineAt(context, pane.uuid, mouse.paneY);
    variables.mouse_line = line;
    variables.mouse_word = wordAt(line, mouse.paneX, separators);
  }
  const copy = pane.info?.copy;
  if (copy && names(/copy_cursor_(word|line)/)) {
    const line = await lineAt(context, pane.uuid, copy.y);
    variables.copy_cursor_line = line;
    variables.copy_cursor_word = wordAt(line, copy.x, separators);
  }
  return variables;
}

/** A row of what the pane shows, also in copy mode. */
async function lineAt({ effects }: CommandContext, pane: string, row: number): Promise<string> {
  const text = await effects.capture(pane, { start: row, end: row, mode: true });
  return text.replace(/\n$/, '');
}

/** The word that a column is in; '' on a separator. */
function wordAt(line: string, column: number, separators: string): string {
  const isGap = (at: number) => line[at] === undefined || line[at] === ' ' || separators.includes(line[at]);
  if (isGap(column)) return '';
  let start = column;
  let end = column;
  while (start > 0 && !isGap(start - 1)) start--;
  while (!isGap(end)) end++;
  return line.slice(start, end);
}
