import type { NamedCommand } from './copy-command.ts';
import type { CopyMode } from './copy-mode.ts';
import { isBefore } from './grid-reader.ts';

/** A copy in all its forms: NAME, NAME-and-cancel and, where nothing is cleared, NAME-no-clear. */
function copying(name: string, text: (mode: CopyMode) => string): NamedCommand[] {
  return [
    [
      name,
      (mode) => {
        const copied = text(mode);
        mode.clearSelection();
        return { copied };
      },
    ],
    [`${name}-no-clear`, (mode) => ({ copied: text(mode) })],
    [`${name}-and-cancel`, (mode) => ({ copied: text(mode), exit: true })],
  ];
}

function wholeLine(mode: CopyMode): string {
  const before = { cursor: mode.cursor, top: mode.top };
  const start = mode.reader();
  start.startOfLine({ wrap: true });
  mode.read((reader) => reader.endOfLine({ wrap: true }));
  const text = mode.textFrom(start.place);
  mode.cursor = before.cursor;
  mode.top = before.top;
  return text;
}

function restOfLine(mode: CopyMode): string {
  const before = { cursor: mode.cursor, top: mode.top };
  mode.read((reader) => reader.endOfLine({ wrap: true }));
  const text = mode.textFrom(before.cursor);
  mode.cursor = before.cursor;
  mode.top = before.top;
  return text;
}

/** Where nothing is selected, the match under or just before the cursor is what is copied. */
function matchAtCursor(mode: CopyMode): string {
  const { x, row } = mode.cursor;
  const matches = mode.shownPattern?.matches(mode.grid, row) ?? [];
  const here = matches.find(({ start, end }) => !isBefore({ x, row }, start) && !isBefore(end, { x, row }));
  return here?.text ?? '';
}

/** Every command that copies; what becomes of the text is up to the caller. */
export const copyingCommands: readonly NamedCommand[] = [
  ...copying('copy-selection', selectionOrMatch),
  ...copying('copy-pipe', selectionOrMatch),
  ...copying('pipe', selectionOrMatch),
  ...copying('append-selection', selectionOrMatch),
  ...copying('copy-line', wholeLine),
  ...copying('copy-pipe-line', wholeLine),
  ...copying('copy-end-of-line', restOfLine),
  ...copying('copy-pipe-end-of-line', restOfLine),
];

function selectionOrMatch(mode: CopyMode): string {
  return mode.selectedText() || matchAtCursor(mode);
}
