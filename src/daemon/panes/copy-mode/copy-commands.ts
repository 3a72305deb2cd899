import { nextBracket, previousBracket } from './brackets.ts';
import type { CopyCommand, NamedCommand } from './copy-command.ts';
import type { CopyMode } from './copy-mode.ts';
import { copyingCommands } from './copying.ts';
import { jumpCommands } from './jumping.ts';
import { searchCommands } from './searching.ts';
import { toWordEnd } from './selecting.ts';

/** Moves that end the mode at the bottom, where `enter -e` asked for that or the name says so. */
function downwards(name: string, move: (mode: CopyMode) => void): NamedCommand[] {
  return [
    [
      name,
      (mode) => {
        move(mode);
        return { exit: mode.settings.exitAtBottom && mode.scroll === 0 };
      },
    ],
    [
      `${name}-and-cancel`,
      (mode) => {
        const { row } = mode.cursor;
        move(mode);
        const stuck = name === 'cursor-down' && mode.cursor.row === row;
        return { exit: name === 'cursor-down' ? stuck : mode.scroll === 0 };
      },
    ],
  ];
}

function emptyLine(mode: CopyMode, row: number): boolean {
  return mode.reader().lineLength(row) === 0;
}

/** Every command of send-keys -X, by tmux's name. */
export const copyCommands: ReadonlyMap<string, CopyCommand> = new Map<string, CopyCommand>([
  ['cancel', () => ({ exit: true })],
  ['cursor-up', (mode) => mode.vertical(-1)],
  ...downwards('cursor-down', (mode) => mode.vertical(1)),
  ['cursor-left', (mode) => mode.read((reader) => reader.left({ wrap: true }))],
  [
    'cursor-right',
    (mode) =>
      mode.read((reader) =>
        reader.right({ wrap: true, all: mode.selecting.rectangle && mode.selecting.present }),
      ),
  ],
  ['page-up', (mode) => mode.page(-1, false)],
  ...downwards('page-down', (mode) => mode.page(1, false)),
  ['halfpage-up', (mode) => mode.page(-1, true)],
  ...downwards('halfpage-down', (mode) => mode.page(1, true)),
  ['scroll-up', (mode) => mode.scrollView(-1)],
  ...downwards('scroll-down', (mode) => mode.scrollView(1)),
  [
    'history-top',
    async (mode) => {
      if (mode.selecting.lineEnd === 'right' && mode.cursor.row === mode.selecting.startRow) mode.otherEnd();
      // Whoever is at the top of the history and asks for the top means the log's.
      while (mode.isAtTop && (await mode.reachOlder()) > 0);
      mode.goToTop();
    },
  ],
  [
    'history-bottom',
    (mode) => {
      const row = mode.grid.length - 1;
      if (mode.selecting.lineEnd === 'left' && mode.cursor.row === mode.selecting.endRow) mode.otherEnd();
      mode.top = mode.grid.historyRows;
      mode.moveTo({ x: mode.reader().lineLength(row), row });
    },
  ],
  ['top-line', (mode) => mode.moveTo({ x: 0, row: mode.top })],
  ['middle-line', (mode) => mode.moveTo({ x: 0, row: mode.top + Math.floor((mode.grid.rows - 1) / 2) })],
  ['bottom-line', (mode) => mode.moveTo({ x: 0, row: mode.top + mode.grid.rows - 1 })],
  ['start-of-line', (mode) => mode.read((reader) => reader.startOfLine({ wrap: true }))],
  [
    'end-of-line',
    (mode) =>
      mode.read((reader) =>
        reader.endOfLine({ wrap: true, all: mode.selecting.rectangle && mode.selecting.present }),
      ),
  ],
  ['back-to-indentation', (mode) => mode.read((reader) => reader.backToIndentation())],
  ['next-word', (mode) => mode.read((reader) => reader.nextWord(mode.settings.separators))],
  ['next-space', (mode) => mode.read((reader) => reader.nextWord(''))],
  ['next-word-end', (mode) => wordEnd(mode, mode.settings.separators)],
  ['next-space-end', (mode) => wordEnd(mode, '')],
  ['previous-word', (mode) => wordBack(mode, mode.settings.separators)],
  ['previous-space', (mode) => wordBack(mode, '')],
  [
    'next-paragraph',
    (mode) => {
      const last = mode.grid.length - 1;
      let { row } = mode.cursor;
      while (row < last && emptyLine(mode, row)) row++;
      while (row < last && !emptyLine(mode, row)) row++;
      mode.jumpTo({ x: mode.reader().lineLength(row), row });
    },
  ],
  [
    'previous-paragraph',
    (mode) => {
      let { row } = mode.cursor;
      while (row > 0 && emptyLine(mode, row)) row--;
      while (row > 0 && !emptyLine(mode, row)) row--;
      mode.jumpTo({ x: 0, row });
    },
  ],
  ['next-matching-bracket', (mode) => bracket(mode, nextBracket)],
  ['previous-matching-bracket', (mode) => bracket(mode, previousBracket)],
  ['begin-selection', (mode) => mode.selecting.begin(mode.cursor)],
  ['stop-selection', (mode) => mode.selecting.stop()],
  ['select-line', (mode) => mode.selectLine()],
  ['select-word', (mode) => mode.selectWord()],
  ['clear-selection', (mode) => mode.clearSelection()],
  [
    'other-end',
    (mode) => {
      mode.selecting.byCharacters();
      mode.otherEnd();
    },
  ],
  ['rectangle-toggle', (mode) => mode.setRectangle(!mode.selecting.rectangle)],
  ['rectangle-on', (mode) => mode.setRectangle(true)],
  ['rectangle-off', (mode) => mode.setRectangle(false)],
  ...copyingCommands,
  ...searchCommands,
  ...jumpCommands,
  [
    'goto-line',
    (mode, [line]) => {
      const wanted = Number(line);
      if (!/^\d+$/.test(line ?? '')) return;
      const { y } = mode;
      mode.top = mode.grid.historyRows - Math.min(wanted, mode.grid.historyRows);
      mode.moveTo({ x: mode.cursor.x, row: mode.top + y });
    },
  ],
  [
    'set-mark',
    (mode) => {
      mode.mark = mode.cursor;
      mode.markShown = true;
    },
  ],
  [
    'jump-to-mark',
    (mode) => {
      const { row, x } = mode.mark;
      mode.mark = mode.cursor;
      mode.markShown = true;
      mode.top = Math.min(row, mode.grid.historyRows);
      mode.moveTo({ x, row });
    },
  ],
  // The position comes before every command, see CopySession; this one does nothing else.
  ['cursor-to', () => {}],
]);

/** In vi mode the matches of a search stay in view while the cursor only moves. */
const MOTION =
  /^(cursor|page|halfpage|scroll|history|top-|middle-|bottom-|start-of|end-of|back-to|next|previous|jump|goto|other-end)/;

/** Whether the matches of a search are no longer shown after this command. */
export function endsSearch(command: string, vi: boolean): boolean {
  return !command.startsWith('search-') && !(vi && MOTION.test(command));
}

function wordEnd(mode: CopyMode, separators: string): void {
  mode.read((reader) => toWordEnd(reader, separators, mode.vi));
}

function wordBack(mode: CopyMode, separators: string): void {
  const stopAtLineEnd = mode.settings.keys === 'emacs';
  mode.read((reader) => reader.previousWord(separators, { already: true, stopAtLineEnd }));
}

/** A partner may be far and comes to a quarter of the view; a word is read on to. */
function bracket(mode: CopyMode, find: typeof nextBracket): void {
  const reader = mode.reader();
  const found = find(reader, mode.grid, mode.vi);
  if (found) mode.jumpTo(found);
  else mode.readTo(reader.place);
}
