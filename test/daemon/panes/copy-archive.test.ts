import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArchivedLines } from '../../../src/archive/archived-lines.ts';
import { captureRows } from '../../../src/daemon/panes/capture.ts';
import { CopySession } from '../../../src/daemon/panes/copy-mode/copy-session.ts';
import { PaneSnapshot } from '../../../src/daemon/panes/pane-snapshot.ts';
import { loggedPane } from '../../support/logged-pane.ts';
import { temporaryFolder } from '../../support/pane-logs.ts';

test('copy mode comes to the first line of the log: asked twice for the top, or by a search, which then goes on from the bottom', async (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.dispose());
  const { logged, history } = loggedPane(folder.path);
  t.after(() => logged.dispose());
  const { emulator } = logged;
  const session = new CopySession({
    snapshot: () =>
      new PaneSnapshot(emulator, history, false, (b, g) => new ArchivedLines(folder.path, b, g)),
    cursor: () => emulator.cursor,
    changed: () => {},
  });
  /** The row under the cursor. */
  const row = (): string => {
    const { mode, state } = session;
    assert.ok(mode && state);
    return captureRows(mode.visible, { start: state.y, end: state.y }).trimEnd();
  };

  await session.run('enter', []);
  await session.run('history-top', []);
  assert.doesNotMatch(row(), /^line 0 /);
  await session.run('history-top', []);
  assert.match(row(), /^line 0 /);
  await session.run('cancel', []);

  await session.run('enter', []);
  await session.run('search-backward', ['^line 0 ']);
  assert.match(row(), /^line 0 /);
  await session.run('search-backward', ['^line 398 ']);
  assert.match(row(), /^line 398 /);
  await session.run('search-backward', ['^line 0 .*more']);
  assert.match(row(), /^line 398 /);
  await session.run('search-backward', ['^line 17 .*and more .*colour']);
  assert.match(row(), /^line 17 /);
});
