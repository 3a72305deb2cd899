import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { captureRows } from '../../../src/daemon/panes/capture.ts';
import { countMatches, SearchPattern } from '../../../src/daemon/panes/copy-mode/search.ts';
import { HistoryFile } from '../../../src/daemon/panes/history-file.ts';
import { startBelow } from '../../../src/daemon/panes/last-screen.ts';
import { PaneSnapshot } from '../../../src/daemon/panes/pane-snapshot.ts';
import { Emulator } from '../../../src/term/emulator/emulator.ts';

const FULL_SCREEN = ' last full screen of the program that was running:';
/** Opens the alternate screen, and what a full-screen program is likely to set. */
const OPEN_FULL_SCREEN = '\x1b[?1049h\x1b[?1h\x1b[?1000h\x1b[?25l\x1b[H\x1b[2J\x1b[2;4r\x1b[44m';

describe('what an earlier program had on the screen', () => {
  let folder: string;
  let panes = 0;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'zmx-last-screen-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const open = (cols: number, rows: number, scrollback = 5) => {
    const history = new HistoryFile(join(folder, `${panes++}`), 10_000);
    let emulator = new Emulator({ cols, rows, scrollback, sink: history, version: '0' });
    const pane = {
      get emulator() {
        return emulator;
      },
      get snapshot() {
        return new PaneSnapshot(emulator, history);
      },
      print: (text: string) => emulator.write(Buffer.from(text)),
      /** The next daemon has the state in an emulator of its own. */
      restore: (line = 'restored') => {
        const state = Buffer.concat(emulator.saveState());
        emulator.dispose();
        emulator = new Emulator({ cols, rows, scrollback, sink: history, version: '0' });
        emulator.restoreState(state);
        startBelow(emulator, line);
      },
      text: (options = {}) =>
        captureRows(new PaneSnapshot(emulator, history), { start: '-', ...options }).trimEnd(),
      lines: () => pane.text({ join: true }).split('\n'),
      dispose: () => {
        emulator.dispose();
        history.dispose({ erase: true });
      },
    };
    return pane;
  };

  it('is there once, above the line', () => {
    for (const rows of [1, 2, 10, 50]) {
      const pane = open(40, rows);
      const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
      pane.print(lines.join('\r\n'));
      pane.restore();
      assert.deepEqual(
        pane.lines(),
        [...lines, ' restored '].map((line) => line.trimEnd()),
        `${rows} rows`,
      );
      pane.dispose();
    }
  });

  it('is the same lines at every width, wherever they wrap', () => {
    // Single and double width, and lines of many screens, so that history and screen part them anywhere.
    const line = fc
      .tuple(fc.array(fc.constantFrom('a', 'b', '界', 'é'), { minLength: 1, maxLength: 12 }), fc.nat(30))
      .map(([characters, times]) => characters.join('').repeat(times + 1));
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 3, max: 30 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 8 }),
        (lines, cols, rows, scrollback) => {
          const pane = open(cols, rows, scrollback);
          pane.print(lines.join('\r\n'));
          pane.restore('again');
          pane.print('$ ');
          const expected = [...lines, ' again', '$'];
          const trimmed = () => pane.lines().map((each) => each.trimEnd());
          assert.deepEqual(trimmed(), expected);
          pane.emulator.resize(200, rows);
          assert.deepEqual(trimmed(), expected);
          pane.emulator.resize(cols + 1, rows + 1);
          assert.deepEqual(trimmed(), expected);
          pane.dispose();
        },
      ),
      { seed: 20261130, numRuns: 60 },
    );
  });

  it('is found by a search across the border of history and screen', async () => {
    const pane = open(10, 4, 0);
    pane.print(`${'x'.repeat(78)}needle${'界'.repeat(18)}`);
    const { snapshot } = pane;
    assert.equal(snapshot.wrapped(snapshot.historyRows), true, 'the line goes on on the screen');
    pane.restore();
    const found = (text: string) =>
      countMatches(pane.snapshot, new SearchPattern(text, false), Number.POSITIVE_INFINITY);
    assert.equal(await found(`xxneedle${'界'.repeat(18)}`), '1');
    pane.dispose();
  });

  it('is not touched by modes, margins and half sequences of the earlier program', () => {
    const pane = open(20, 4);
    pane.print('first\r\nsecond\x1b[2;3r\x1b[?6h\x1b[4h\x1b[?7l\x1b(0\x1b[31;4m\x1b]0;open title');
    pane.restore();
    pane.print('plain');
    assert.deepEqual(pane.lines(), ['first', 'second', ' restored ', 'plain']);
    assert.match(pane.text({ escapes: true }), /\n\x1b\[0m\x1b\[39m\x1b\[49mplain$/);
    assert.deepEqual([pane.emulator.cursor.x, pane.emulator.cursor.y], [5, 3]);
    pane.dispose();
  });

  it('keeps the alternate screen, marked, with its colours, and once however often it is restored', () => {
    const pane = open(60, 6);
    pane.print('$ make\r\nok\r\n$ vim notes');
    pane.print(`${OPEN_FULL_SCREEN}one\x1b[K\r\n\x1b[1;4:3;58:5:1mtwo\x1b[0m\x1b[6;1Hnotes 1,1`);
    pane.restore('restored, was running: vim notes');
    const shown = ['one', 'two', '', '', '', 'notes 1,1'];
    const expected = ['$ make', 'ok', '$ vim notes', FULL_SCREEN, ...shown];
    expected.push(' restored, was running: vim notes');
    assert.equal(pane.text(), expected.join('\n'));
    assert.match(pane.text({ escapes: true }), /\x1b\[44mone\n\x1b\[1;4:3m\x1b\[58;5;1mtwo\n/);
    assert.equal(pane.emulator.alternate, false);
    pane.print('$ vim notes');
    pane.restore('restored again');
    expected.push('$ vim notes', ' restored again');
    assert.equal(pane.text(), expected.join('\n'));
    assert.equal(pane.emulator.input.mouse, 'none');
    pane.dispose();
  });

  it('keeps no more of an alternate screen that shrank than what was to be seen', () => {
    const pane = open(20, 8);
    pane.print(`shell${OPEN_FULL_SCREEN}\x1b[0m`);
    for (let y = 1; y <= 8; y++) pane.print(`\x1b[r\x1b[${y};1Hrow ${y} ${'-'.repeat(13)}`);
    pane.emulator.resize(10, 3);
    const seen = captureRows(pane.snapshot, {}).trimEnd().split('\n');
    startBelow(pane.emulator, 'restored');
    assert.deepEqual(pane.text().split('\n').slice(-4, -1), seen);
    assert.equal(pane.lines().filter((line) => line.startsWith('row')).length, 3);
    pane.dispose();
  });
});
