import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ModelStore } from '../../src/daemon/model-store.ts';
import { TestHost } from '../commands/host.ts';

test('the file of the sessions', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-store-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'sessions.json');
  const said: string[] = [];
  const open = () => new ModelStore(folder, (line) => said.push(line));
  const host = new TestHost();
  await host.text('new-session -d -s work');
  const store = open();
  store.attachServer(host.server);
  store.events.set('client', 7);
  store.record('op', { status: 0, out: 'once', err: '' });
  store.save();
  const whole = readFileSync(file, 'utf8');

  await t.test('brings back the model with what it holds the effects of', () => {
    writeFileSync(`${file}.99.new`, whole.slice(0, 100)); // a save that was cut short
    const again = open();
    assert.equal(again.load(host.server.facts)?.session('work')?.name, 'work');
    assert.deepEqual([again.events.get('client'), again.result('op')?.out], [7, 'once']);
    assert.equal(existsSync(`${file}.99.new`), false);
  });

  await t.test('is set aside when it is damaged, whatever the damage', () => {
    for (const damaged of [
      '',
      whole.slice(0, -20),
      'null',
      '{}',
      '{"model":{},"events":{},"operations":[]}',
    ]) {
      writeFileSync(file, damaged);
      assert.equal(open().load(host.server.facts), undefined, damaged);
      assert.equal(readFileSync(`${file}.damaged`, 'utf8'), damaged);
      assert.match(said.at(-1) ?? '', /damaged and was set aside/);
    }
  });

  await t.test('is not taken for damaged when the results beside it cannot be written', () => {
    writeFileSync(file, whole);
    rmSync(join(folder, 'results.journal'));
    mkdirSync(join(folder, 'results.journal'));
    assert.equal(open().load(host.server.facts)?.session('work')?.name, 'work');
    assert.equal(existsSync(file), true);
  });
});
