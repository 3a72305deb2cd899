import { nextBracket, previousBracket } from './brackets.ts';
import type { CopyMode, LastJump } from './copy-mode.ts';
import type { Place } from './grid-reader.ts';
import { SearchPattern, searchBackward, searchForward } from './search.ts';
import { toWordEnd } from './selecting.ts';

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

/** `short` jumps stop one character before, and look from one further on: a repeated one moves. */
function jump(mode: CopyMode, { character, forward, short }: LastJump): void {
  const reader = mode.reader();
  if (forward) {
    reader.x += short ? 2 : 1;
    if (!reader.jumpTo(character)) return;
    if (short) reader.left({ wrap: true });
  } else {
    reader.left({ wrap: false });
    if (short) reader.left({ wrap: false });
    if (!reader.jumpBack(character)) return;
    if (short) reader.right({ wrap: true });
  }
  mode.readTo(reader.place);
}

function jumping(name: string, forward: boolean, short: boolean): [string, CopyCommand] {
  return [
    name,
    (mode, [character]) => {
      if (!character) return;
      mode.lastJump = { character, forward, short };
      jump(mode, mode.lastJump);
    },
  ];
}

/** Goes to the next match in a direction; emacs stands behind a match found forwards, vi on it. */
async function search(mode: CopyMode, pattern: SearchPattern, forward: boolean): Promise<void> {
  const { grid, settings } = mode;
  const from = forward && mode.vi ? afterMatchShown(mode) : mode.cursor;
  const found = forward
    ? await searchForward(grid, pattern, from, settings.wrapSearch)
    : await searchBackward(grid, pattern, from, settings.wrapSearch);
  if (found) mode.shownPattern = pattern;
  else if (mode.shownPattern?.text !== pattern.text) mode.shownPattern = undefined;
  if (!found) return;
  mode.jumpTo(found.start);
  if (forward && !mode.vi) mode.moveTo(found.end);
}

/** vi stands on a match and looks for the next behind it; on none, from the cursor or the column after it. */
function afterMatchShown(mode: CopyMode): Place {
  const { x, row } = mode.cursor;
  if (!mode.shownPattern) return { x: x + 1, row };
  const here = mode.shownPattern
    .matches(mode.grid, row)
    .find(({ start, end }) => !isBefore(mode.cursor, start) && isBefore(mode.cursor, end));
  return here?.end ?? mode.cursor;
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
    (mode) => {
      if (mode.selecting.lineEnd === 'right' && mode.cursor.row === mode.selecting.startRow) mode.otherEnd();
      mode.top = 0;
      mode.moveTo({ x: 0, row: 0 });
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
  ...copying('copy-selection', (mode) => mode.selectedText() || matchAtCursor(mode)),
  ...copying('copy-pipe', (mode) => mode.selectedText() || matchAtCursor(mode)),
  ...copying('pipe', (mode) => mode.selectedText() || matchAtCursor(mode)),
  ...copying('append-selection', (mode) => mode.selectedText() || matchAtCursor(mode)),
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
  ['jump-again', (mode) => mode.lastJump && jump(mode, mode.lastJump)],
  [
    'jump-reverse',
    (mode) => mode.lastJump && jump(mode, { ...mode.lastJump, forward: !mode.lastJump.forward }),
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

/** Where nothing is selected, the match under or just before the cursor is what is copied. */
function matchAtCursor(mode: CopyMode): string {
  const { x, row } = mode.cursor;
  const matches = mode.shownPattern?.matches(mode.grid, row) ?? [];
  const here = matches.find(({ start, end }) => !isBefore({ x, row }, start) && !isBefore(end, { x, row }));
  return here?.text ?? '';
}

function isBefore(a: Place, b: Place): boolean {
  return a.row < b.row || (a.row === b.row && a.x < b.x);
}
