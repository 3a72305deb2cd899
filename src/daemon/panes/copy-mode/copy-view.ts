import type { Cell } from '../../../term/row.ts';
import { RowWriter } from '../../../term/row-writer.ts';
import { plainStyle, type Style } from '../../../term/style.ts';
import type { PaneSnapshot } from '../pane-snapshot.ts';
import type { Place } from './grid-reader.ts';
import type { Match, SearchPattern } from './search.ts';
import { isSelected, type Selection } from './selection.ts';
import type { CopySettings } from './settings.ts';

/** What there is to see of copy mode. */
export interface CopyPicture {
  readonly grid: PaneSnapshot;
  /** Row of the snapshot at the top. */
  readonly top: number;
  readonly cursor: Place;
  readonly selection: Selection | undefined;
  readonly pattern: SearchPattern | undefined;
  readonly mark: Place | undefined;
  readonly settings: CopySettings;
}

const space: Cell = { text: ' ', width: 1, style: plainStyle };

/** The rows as they are shown, encoded: matches, mark, selection over them, and the position in the corner. */
export function drawCopyMode(picture: CopyPicture): Uint8Array[] {
  const { grid, top, settings } = picture;
  const writer = new RowWriter();
  const matches = picture.pattern ? visibleMatches(picture, picture.pattern) : [];
  const position = settings.hidePosition ? '' : `[${grid.historyRows - top}/${grid.historyRows}]`;
  return Array.from({ length: grid.rows }, (_, y) => {
    const row = top + y;
    const { cells, wrapped } = grid.row(row);
    const label = y === 0 ? position.slice(0, grid.cols) : '';
    const labelAt = grid.cols - label.length;
    writer.beginRow(wrapped);
    for (let x = 0; x < labelAt; ) {
      const cell = cells[x] ?? space;
      // A wide character that the position covers by half is blank.
      const covered = cell.width === 2 && x + 1 >= labelAt;
      const width = cell.width === 2 && !covered ? 2 : 1;
      writer.run(
        [covered || cell.width === 0 ? ' ' : cell.text],
        [width],
        styleAt(picture, matches, { x, row }, cell.style),
      );
      x += width;
    }
    for (const character of label) writer.run([character], [1], settings.modeStyle);
    writer.endRow();
    return writer.take();
  });
}

function styleAt(picture: CopyPicture, matches: readonly Match[], at: Place, own: Style): Style {
  const { settings, selection, mark, cursor } = picture;
  if (selection && isSelected(selection, at, settings.keys)) return { ...settings.modeStyle, link: own.link };
  for (const match of matches) {
    if (!isIn(match, at)) continue;
    const current = isIn(match, cursor) || (cursor.row === match.end.row && cursor.x === match.end.x);
    return { ...(current ? settings.currentMatchStyle : settings.matchStyle), link: own.link };
  }
  if (mark && mark.row === at.row)
    return mark.x === at.x
      ? { ...settings.markStyle, flags: settings.markStyle.flags ^ INVERSE }
      : settings.markStyle;
  return own;
}

const INVERSE = 16;

function isIn({ start, end }: Match, at: Place): boolean {
  const afterStart = at.row > start.row || (at.row === start.row && at.x >= start.x);
  return afterStart && (at.row < end.row || (at.row === end.row && at.x < end.x));
}

function visibleMatches({ grid, top }: CopyPicture, pattern: SearchPattern): Match[] {
  const found: Match[] = [];
  for (let row = top; row < top + grid.rows; row++) {
    // A line that began above is looked at once, at the first row that shows.
    if (row === top || grid.firstRowOf(row) === row) found.push(...pattern.matches(grid, row));
  }
  return found;
}
