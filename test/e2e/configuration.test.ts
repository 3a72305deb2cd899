import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { ZmxUser } from '../support/zmx-user.ts';

it('mistakes in the configuration are shown with their places, and the rest of it counts', async () => {
  const user = new ZmxUser();
  try {
    const file = join(user.temp.folders.config, 'zmx.conf');
    writeFileSync(file, 'nonsense\nset -g nosuch 1\nset -g @mine yes\n');
    // Without a word after it: a new session.
    const terminal = user.open([], { cols: 120 });
    await terminal.waitForScreen(
      /zmx\.conf:1: unknown command: nonsense[\s\S]*zmx\.conf:2: invalid option: nosuch/,
    );
    assert.equal(await user.ok('show-options', '-gv', '@mine'), 'yes');
  } finally {
    await user.close();
  }
});
