import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { captureRows } from '../../../src/daemon/panes/capture.ts';
import { HistoryFile } from '../../../src/daemon/panes/history-file.ts';
import { startBelow } from '../../../src/daemon/panes/last-screen.ts';
import { PaneSnapshot } from '../../../src/daemon/panes/pane-snapshot.ts';
import { Emulator } from '../../../src/term/emulator/emulator.ts';

test('what an earlier program had on the screen is there once, above the line', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-last-screen-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const rows of [1, 2, 10, 50]) {
    const history = new HistoryFile(join(folder, `${rows}`), 1000);
    const emulator = new Emulator({ cols: 40, rows, scrollback: 5, sink: history, version: '0' });
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    emulator.write(Buffer.from(lines.join('\r\n')));
    startBelow(emulator, history, 'restored');
    const text = captureRows(new PaneSnapshot(emulator, history), { start: '-' });
    assert.deepEqual(text.trimEnd().split('\n'), [...lines, ' restored'], `${rows} rows`);
    emulator.dispose();
    history.dispose({ erase: true });
  }
});
