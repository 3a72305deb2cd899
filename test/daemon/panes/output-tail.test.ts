import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { OutputTail, readTail, type TailRecord } from '../../../src/daemon/panes/output-tail.ts';
import { PaneRecovery } from '../../../src/daemon/panes/pane-recovery.ts';
import { lineText } from '../../support/emulation.ts';
import { eventually } from '../../support/eventually.ts';
import { seeded } from '../../support/seeded.ts';

const text = (records: readonly TailRecord[]) =>
  records.map((record) =>
    'bytes' in record ? Buffer.from(record.bytes).toString() : `${record.cols}x${record.rows}`,
  );

test('a history of which the end is missing says so, and the screen stays', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-recovery-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const open = () => new PaneRecovery(folder, 'pane', 100, () => {});
  const first = open();
  first.history.append({ cells: 4, wide: false, bytes: Buffer.from('line') });
  first.save([Buffer.from('state')], { op: 'op', offset: 7, origin: 0 });
  const [segment = ''] = readdirSync(join(folder, 'pane'));
  first.dispose({ erase: false });
  truncateSync(join(folder, 'pane', segment), 2);
  const again = open();
  t.after(() => again.dispose({ erase: true }));
  assert.equal(Buffer.from(again.recovered?.state ?? []).toString(), 'state');
  assert.deepEqual([again.history.first, again.history.end, again.history.lost], [0, 1, 1]);
  assert.equal(lineText(again.history.line(0)), '[damaged line]');
});

test('the output since the checkpoint', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-tail-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);
  const paths = {
    tail: path('tail'),
    checkpoint: path('checkpoint'),
    durable: path('durable'),
    unsynced: new Set([path('written'), path('gone')]),
  };
  const said: string[] = [];
  const tail = new OutputTail(paths, (line) => said.push(line));
  t.after(() => tail.dispose({ erase: true }));
  tail.begin('op');
  tail.output(0, Buffer.from('one'));
  tail.resized(3, 90, 20);
  tail.output(3, Buffer.from('two'));
  await eventually(() => readTail(paths.tail, 'op', 0).records.length === 3);
  const whole = readFileSync(paths.tail);

  await t.test('is read from any offset on, and only for its own program', () => {
    assert.deepEqual(text(readTail(paths.tail, 'op', 0).records), ['one', '90x20', 'two']);
    assert.deepEqual(text(readTail(paths.tail, undefined, 1).records), ['ne', '90x20', 'two']);
    assert.deepEqual(text(readTail(paths.tail, 'op', 4).records), ['wo']);
    assert.deepEqual(readTail(paths.tail, 'another', 0), { op: 'op', records: [], damaged: 0 });
  });

  await t.test('loses no more than what is damaged, and says so', () => {
    const random = seeded(4711);
    const below = (limit: number) => Math.floor(random() * limit);
    const damaged = path('damaged');
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(whole);
      const at = below(bytes.length);
      const cut = below(2) === 0;
      if (cut) writeFileSync(damaged, bytes.subarray(0, at));
      else {
        bytes[at] = bytes[at]! ^ (1 << below(8));
        writeFileSync(damaged, bytes);
      }
      const found = readTail(damaged, undefined, 0);
      const left = text(found.records);
      for (const one of left) assert.ok(['one', '90x20', 'two'].includes(one), one);
      if (!cut) assert.ok(found.damaged > 0 && (left.length >= 2 || left.length === 0), left.join());
    }
  });

  await t.test('begins anew once a checkpoint is on the disk, which then has a second name', async () => {
    writeFileSync(paths.checkpoint, 'state');
    writeFileSync(path('written'), 'lines');
    tail.covered();
    tail.output(6, Buffer.from('three'));
    await eventually(() => text(readTail(paths.tail, 'op', 0).records).join() === 'three');
    assert.equal(readFileSync(paths.durable, 'utf8'), 'state');
    assert.equal(paths.unsynced.size, 0);
    assert.deepEqual(said, []);
  });
});
