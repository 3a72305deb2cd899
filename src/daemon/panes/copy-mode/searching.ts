import type { NamedCommand } from './copy-command.ts';
import type { CopyMode } from './copy-mode.ts';
import { isBefore, type Place } from './grid-reader.ts';
import {
  countMatches,
  type Match,
  SearchPattern,
  searchBackward,
  searchForward,
  searchFromBottom,
} from './search.ts';

/**
 * Goes to the next match in a direction; emacs stands behind a match found forwards, vi on it.
 * @param far upwards also beyond the history, through the pane's log.
 */
async function search(mode: CopyMode, pattern: SearchPattern, forward: boolean, far = true): Promise<void> {
  const { grid, settings } = mode;
  const from = forward && mode.vi ? afterMatchShown(mode) : mode.cursor;
  const found = forward
    ? await searchForward(grid, pattern, from, settings.wrapSearch)
    : await searchUpwards(mode, pattern, far);
  if (found) mode.shownPattern = pattern;
  else if (mode.shownPattern?.text !== pattern.text) mode.shownPattern = undefined;
  if (!found) return;
  if (mode.results?.pattern !== pattern) mode.results = { pattern, count: await countMatches(grid, pattern) };
  mode.jumpTo(found.start);
  if (forward && !mode.vi) mode.moveTo(found.end);
}

/** Upwards, on through what is older than the history if that is wanted, and then perhaps from the bottom. */
async function searchUpwards(
  mode: CopyMode,
  pattern: SearchPattern,
  far: boolean,
): Promise<Match | undefined> {
  for (let from = mode.cursor, rows = 0; ; from = { x: 0, row: rows }) {
    const found = await searchBackward(mode.grid, pattern, from);
    if (found) return found;
    rows = far ? await mode.reachOlder() : 0;
    if (rows === 0) break;
  }
  return mode.settings.wrapSearch ? searchFromBottom(mode.grid, pattern, mode.cursor) : undefined;
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

function searching(name: string, forward: boolean, regex: boolean): NamedCommand {
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
function searchingAsTyped(name: string, forward: boolean): NamedCommand {
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
      // Each letter that is typed would go through the whole log.
      return search(mode, mode.lastSearch.pattern, direction, false);
    },
  ];
}

function searchingAgain(name: string, reverse: boolean): NamedCommand {
  return [
    name,
    (mode) => {
      const last = mode.lastSearch;
      if (!last) return;
      return search(mode, last.pattern, last.forward !== reverse);
    },
  ];
}

/** Every command that searches. */
export const searchCommands: readonly NamedCommand[] = [
  searching('search-forward', true, true),
  searching('search-backward', false, true),
  searching('search-forward-text', true, false),
  searching('search-backward-text', false, false),
  searchingAsTyped('search-forward-incremental', true),
  searchingAsTyped('search-backward-incremental', false),
  searchingAgain('search-again', false),
  searchingAgain('search-reverse', true),
];
