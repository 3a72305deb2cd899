import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { CarriedFiles } from '../../../src/portal/exec/carried-files.ts';

describe('files that are carried to the host', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-carried-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(folder, 'script');
  writeFileSync(script, 'ls');
  const done = { value: { touched: [] }, clock: 1 };
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);

  it('go there once for each version, and again where that failed', async () => {
    let isFull = true;
    let sent = 0;
    const mutate = async () => {
      sent++;
      if (isFull) throw new Error('disk full');
      return done;
    };
    const carried = new CarriedFiles({ mutate }, log);
    const send = async () => {
      carried.send([{ here: script, name: 'script' }]);
      await new Promise(setImmediate);
    };
    await send();
    assert.deepEqual(lines.splice(0), [`${script} was not carried to the host: Error: disk full`]);
    isFull = false;
    await send();
    assert.equal(sent, 2);
    await send();
    assert.equal(sent, 2);
    writeFileSync(script, 'ls -l');
    await send();
    assert.equal(sent, 3);
  });

  it('are regular files: a pipe that nobody writes to keeps nobody waiting', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const carried = new CarriedFiles({ mutate: async () => done }, log);
    carried.send([{ here: pipe, name: 'pipe' }]);
    assert.match(lines.join(), /pipe was not carried to the host: .*no regular file/);
  });
});
