import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { HistoryFile, type HistoryMark } from '../../../src/daemon/panes/history-file.ts';
import type { HistoryLine } from '../../../src/term/emulator/history-line.ts';
import type { Cell } from '../../../src/term/row.ts';
import { encodeRow } from '../../../src/term/row-codec.ts';
import { plainStyle } from '../../../src/term/style.ts';
import { lineText } from '../../support/emulation.ts';

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-history-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A line of some 700 bytes, so that few fill a segment. */
function line(number: number): HistoryLine {
  const text = `line ${number} ${'漢e\u0301'.repeat(120)}`;
  const cells: Cell[] = [];
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    cells.push({ text: segment, width: segment === '漢' ? 2 : 1, style: plainStyle });
    if (segment === '漢') cells.push({ text: '', width: 0, style: plainStyle });
  }
  return { cells: cells.length, wide: true, bytes: encodeRow({ cells, wrapped: false }) };
}
const lines = Array.from({ length: 40 }, (_, number) => line(number));
const nth = (number: number): HistoryLine => lines[number % lines.length] as HistoryLine;

test('whenever the process dies, the history is as at the last mark', (t) => {
  const folder = makeFolder(t);
  const step = fc.record({ append: fc.nat(3000), event: fc.constantFrom('mark', 'die', 'clear', 'nothing') });
  fc.assert(
    fc.property(fc.array(step, { minLength: 3, maxLength: 8 }), (steps) => {
      let history = new HistoryFile(folder, 1_000_000);
      let mark: HistoryMark | undefined;
      let marked: [first: number, end: number, generation: number] = [0, 0, 0];
      for (const { append, event } of steps) {
        for (let i = 0; i < append; i++) history.append(nth(history.end));
        if (event === 'clear') history.clear();
        else if (event === 'mark') {
          assert.ok(history.flush());
          mark = history.mark;
          marked = [history.first, history.end, history.generation];
        } else if (event === 'die') {
          history = new HistoryFile(folder, 1_000_000, mark);
          // What was cleared after the mark is gone; the lines come again from the replay.
          if (history.first !== marked[0]) assert.equal(history.first, history.end);
          assert.deepEqual([history.end, history.generation], marked.slice(1));
        }
        for (let i = history.first; i < history.end; i += 211)
          assert.equal(lineText(history.line(i)), lineText(nth(i)));
      }
      history.dispose({ erase: true });
    }),
    { seed: 7, numRuns: 25 },
  );
});

test('old lines go when there are more than the limit', (t) => {
  const history = new HistoryFile(makeFolder(t), 2000);
  for (let i = 0; i < 12_000; i++) history.append(nth(i));
  assert.equal(history.first, 10_000);
  assert.equal([...history.cells()].length, 2000);
  history.setLimit(500);
  assert.equal(history.first, 11_500);
  assert.throws(() => history.line(0), RangeError);
  history.dispose({ erase: true });
});

test('while the disk takes nothing the newest lines stay in memory', (t) => {
  const inTheWay = join(makeFolder(t), 'file');
  writeFileSync(inTheWay, '');
  const history = new HistoryFile(join(inTheWay, 'history'), 1_000_000);
  for (let i = 0; i < 40_000; i++) history.append(nth(i));
  assert.equal(history.flush(), false);
  assert.match(history.failure ?? '', /ENOTDIR/);
  assert.ok(history.first > 0 && history.end === 40_000);
  assert.equal(lineText(history.line(39_999)), lineText(nth(39_999)));
  rmSync(inTheWay);
  assert.equal(history.flush(), true);
  history.dispose({ erase: true });
});
