import { matchingBracket } from './brackets.ts';
import type { CopyMode, LastJump } from './copy-mode.ts';
import type { Place } from './grid-reader.ts';
import { SearchPattern, searchBackward, searchForward } from './search.ts';

/** What a command leads to beside a moved cursor. */
export interface CopyOutcome {
  /** The mode ends. */
  readonly exit?: boolean;
  readonly copied?: string;
}

type CopyCommand = (mode: CopyMode, args: readonly string[]) => CopyOutcome | void | Promise<void>;

/** A copy in all its forms: NAME, NAME-and-cancel and, where nothing is cleared, NAME-no-clear. */
function copying(name: string, text: (mode: CopyMode) => string): [string, CopyCommand][] {
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

/** Moves that end the mode at the bottom, where `enter -e` asked for that or the name says so. */
function downwards(name: string, move: (mode: CopyMode) => void): [string, CopyCommand][] {
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

function jump(mode: CopyMode, last: LastJump, again: boolean): void {
  const reader = mode.reader();
  // A repeated jump-to must not find the character that it stands before.
  const skip = again && last.short ? 2 : 1;
  reader.x = Math.max(0, reader.x + (last.forward ? skip : -skip));
  if (!last.forward && mode.cursor.x < skip) return;
  const found = last.forward ? reader.jumpTo(last.character) : reader.jumpBack(last.character);
  if (!found) return;
  if (last.short) reader.x += last.forward ? -1 : 1;
  mode.moveTo(reader.place);
}

function jumping(name: string, forward: boolean, short: boolean): [string, CopyCommand] {
  return [
    name,
    (mode, [character]) => {
      if (!character) return;
      mode.lastJump = { character, forward, short };
      jump(mode, mode.lastJump, false);
    },
  ];
}

/** Goes to the next match in a direction; emacs stands behind a match found forwards, vi on it. */
async function search(mode: CopyMode, pattern: SearchPattern, forward: boolean): Promise<void> {
  const { grid, settings } = mode;
  const { x, row } = mode.cursor;
  mode.shownPattern = pattern;
  let from: Place = mode.cursor;
  if (forward && settings.keys === 'vi') from = { x: x + 1, row };
  const found = forward
    ? await searchForward(grid, pattern, from, settings.wrapSearch)
    : await searchBackward(grid, pattern, from, settings.wrapSearch);
  if (!found) return;
  mode.jumpTo(found.start);
  if (forward && settings.keys === 'emacs') mode.moveTo(found.end);
}

function searching(name: string, forward: boolean, regex: boolean): [string, CopyCommand] {
  return [
    name,
    (mode, [text]) => {
      if (!text) return;
      mode.lastSearch = { pattern: new SearchPattern(text, regex), forward };
      return search(mode, mode.lastSearch.pattern, forward);
    },
  ];
}

/** The argument is what is typed so far, after `=` (changed), `+` (next) or `-` (previous). */
function searchingAsTyped(name: string, forward: boolean): [string, CopyCommand] {
  return [
    name,
    (mode, [argument = '']) => {
      const text = argument.slice(1);
      mode.searchOrigin ??= { cursor: mode.cursor, top: mode.top };
      if (mode.shownPattern && mode.shownPattern.text !== text) {
        mode.top = mode.searchOrigin.top;
        mode.moveTo(mode.searchOrigin.cursor);
      }
      mode.shownPattern = undefined;
      if (text === '') return;
      const direction = argument[0] === '+' ? true : argument[0] === '-' ? false : forward;
      mode.lastSearch = { pattern: new SearchPattern(text, false), forward: direction };
      return search(mode, mode.lastSearch.pattern, direction);
    },
  ];
}

function searchingAgain(name: string, reverse: boolean): [string, CopyCommand] {
  return [
    name,
    (mode) => {
      const last = mode.lastSearch;
      if (!last) return;
      return search(mode, last.pattern, last.forward !== reverse);
    },
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
        reader.right({ wrap: true, all: mode.rectangle && mode.selection !== undefined }),
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
    (mode) => {
      mode.top = 0;
      mode.moveTo({ x: 0, row: 0 });
    },
  ],
  [
    'history-bottom',
    (mode) => {
      const row = mode.grid.length - 1;
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
        reader.endOfLine({ wrap: true, all: mode.rectangle && mode.selection !== undefined }),
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
  ['next-matching-bracket', bracket],
  ['previous-matching-bracket', bracket],
  ['begin-selection', (mode) => mode.beginSelection()],
  [
    'stop-selection',
    (mode) => {
      mode.extending = false;
      mode.byLines = false;
    },
  ],
  ['select-line', (mode) => mode.selectLine()],
  ['select-word', (mode) => mode.selectWord()],
  ['clear-selection', (mode) => mode.clearSelection()],
  ['other-end', (mode) => mode.otherEnd()],
  ['rectangle-toggle', (mode) => mode.setRectangle(!mode.rectangle)],
  ['rectangle-on', (mode) => mode.setRectangle(true)],
  ['rectangle-off', (mode) => mode.setRectangle(false)],
  ...copying('copy-selection', (mode) => mode.selectedText()),
  ...copying('copy-pipe', (mode) => mode.selectedText()),
  ...copying('pipe', (mode) => mode.selectedText()),
  ...copying('append-selection', (mode) => mode.selectedText()),
  ...copying('copy-line', wholeLine),
  ...copying('copy-pipe-line', wholeLine),
  ...copying('copy-end-of-line', restOfLine),
  ...copying('copy-pipe-end-of-line', restOfLine),
  searching('search-forward', true, true),
  searching('search-backward', false, true),
  searching('search-forward-text', true, false),
  searching('search-backward-text', false, false),
  searchingAsTyped('search-forward-incremental', true),
  searchingAsTyped('search-backward-incremental', false),
  searchingAgain('search-again', false),
  searchingAgain('search-reverse', true),
  jumping('jump-forward', true, false),
  jumping('jump-backward', false, false),
  jumping('jump-to-forward', true, true),
  jumping('jump-to-backward', false, true),
  ['jump-again', (mode) => mode.lastJump && jump(mode, mode.lastJump, true)],
  [
    'jump-reverse',
    (mode) => mode.lastJump && jump(mode, { ...mode.lastJump, forward: !mode.lastJump.forward }, true),
  ],
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
    },
  ],
  [
    'jump-to-mark',
    (mode) => {
      const { mark } = mode;
      if (!mark) return;
      mode.mark = mode.cursor;
      mode.jumpTo(mark);
    },
  ],
  // The position comes before every command, see CopySession; this one does nothing else.
  ['cursor-to', () => {}],
]);

/** In emacs mode these keep the matches of a search in view; all other commands end that. */
export const searchCommands: ReadonlySet<string> = new Set(
  [...copyCommands.keys()].filter((name) => name.startsWith('search-')),
);

function wordEnd(mode: CopyMode, separators: string): void {
  mode.read((reader) => {
    const vi = mode.settings.keys === 'vi';
    if (vi && !reader.inSet('\t ')) reader.right({ wrap: false });
    reader.nextWordEnd(separators);
    if (vi) reader.left({ wrap: true });
  });
}

function wordBack(mode: CopyMode, separators: string): void {
  const stopAtLineEnd = mode.settings.keys === 'emacs';
  mode.read((reader) => reader.previousWord(separators, { already: true, stopAtLineEnd }));
}

function bracket(mode: CopyMode): void {
  const found = matchingBracket(mode.grid, mode.cursor);
  if (found) mode.jumpTo(found);
}
