import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SpawnRequest } from '../../src/commands/context.ts';
import { ModelStore } from '../../src/daemon/model-store.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { TestHost } from '../commands/host.ts';

test('the file of the sessions', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-store-'));
  /** Those that write by themselves, and would write again after the folder has gone. */
  const writing: ModelStore[] = [];
  t.after(() => {
    rmSync(join(folder, 'results.journal'), { recursive: true, force: true });
    for (const store of writing) store.erase();
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'sessions.json');
  const said: string[] = [];
  const open = () => new ModelStore(folder, (line) => said.push(line));
  const host = new TestHost();
  await host.text('new-session -d -s work');
  const store = open();
  store.attachServer(host.server);
  writing.push(store);
  store.events.set('client', 7);
  store.record('op', { status: 0, out: 'once', err: '' });
  store.save();
  const whole = readFileSync(file, 'utf8');

  await t.test('brings back the model with what it holds the effects of', () => {
    writeFileSync(`${file}.99.new`, whole.slice(0, 100)); // a save that was cut short
    const again = open();
    assert.equal(again.load(host.server.facts)?.server.session('work')?.name, 'work');
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
    assert.equal(open().load(host.server.facts)?.server.session('work')?.name, 'work');
    assert.equal(existsSync(file), true);
  });

  await t.test('never holds half of a command, and where a list stands that waits', async () => {
    const busy = new TestHost();
    await busy.text('new-session -d -s work');
    const model = open();
    model.attachServer(busy.server);
    writing.push(model);
    const inFile = () => JSON.parse(readFileSync(file, 'utf8')).model as Snapshot;
    const { spawn } = busy.effects;
    let goOn!: () => void;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    Object.assign(busy.effects, { spawn: (request: SpawnRequest) => held.then(() => spawn(request)) });
    busy.shell = () => new Promise(() => {});
    model.save();
    const before = readFileSync(file, 'utf8');
    void busy.text('new-window ; run-shell wait ; new-window');
    const saved = model.saved();
    assert.equal(busy.server.windows.size, 2);
    assert.equal(readFileSync(file, 'utf8'), before);
    goOn();
    await saved;
    assert.equal(inFile().windows.length, 2);
    assert.deepEqual(
      inFile().runs?.map(({ rest }) => rest),
      ['run-shell wait ; new-window'],
    );
  });
});
