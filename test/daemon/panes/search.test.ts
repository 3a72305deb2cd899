import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { countMatches, SearchPattern } from '../../../src/daemon/panes/copy-mode/search.ts';
import { HistoryFile } from '../../../src/daemon/panes/history-file.ts';
import { PaneSnapshot } from '../../../src/daemon/panes/pane-snapshot.ts';
import { Emulator } from '../../../src/term/emulator/emulator.ts';

test('matches are counted on the screen, in the scrollback and on disk; what takes too long is told as a part', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-search-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const history = new HistoryFile(join(folder, 'history'), 1000);
  const emulator = new Emulator({ cols: 30, rows: 5, sink: history, version: '0', scrollback: 20 });
  t.after(() => emulator.dispose());
  emulator.write(Buffer.from('a fox, a fox and a line that is wrapped\r\n'.repeat(200)));
  const grid = new PaneSnapshot(emulator, history);
  const pattern = new SearchPattern('fox', false);
  assert.equal(await countMatches(grid, pattern, Number.POSITIVE_INFINITY), '400');
  assert.equal(await countMatches(grid, new SearchPattern('nothing', false), Number.POSITIVE_INFINITY), '0');
  assert.equal(await countMatches(grid, pattern, 0), '');
});
