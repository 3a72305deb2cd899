import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TextSink } from '../../../src/daemon/panes/text-sink.ts';
import { temporaryFolder } from '../../support/pane-logs.ts';

test('a long text goes behind what its file has; while the disk takes nothing, a few MiB stay in memory', () => {
  const folder = temporaryFolder();
  const path = join(folder.path, 'text');
  const text = 'a line\n'.repeat(10_000);
  try {
    const short = new TextSink({ file: { path, at: 0, before: 'before\n' } });
    short.write(Buffer.from('short\n'));
    assert.equal(short.end(), 'short\n');
    writeFileSync(path, 'kept\nand what an earlier daemon wrote behind it');
    const long = new TextSink({ file: { path, at: 5, before: 'before\n' } });
    for (let i = 0; i < 3; i++) long.write(Buffer.from(text));
    assert.equal(long.end(), 5 + 7 + 3 * text.length);
    long.dispose();
    assert.ok(readFileSync(path, 'utf8') === `kept\nbefore\n${text}${text}${text}`);

    const nowhere = new TextSink({ file: { path: join(folder.path, 'none', 'text'), at: 0, before: '' } });
    for (let i = 0; i < 20; i++) nowhere.write(Buffer.from(text));
    assert.ok(nowhere.end() === text.repeat(20));
    assert.throws(() => {
      for (let i = 0; i < 100; i++) nowhere.write(Buffer.from(text));
    }, /kept on the disk, which does not take it: ENOENT/);
  } finally {
    folder.dispose();
  }
});
