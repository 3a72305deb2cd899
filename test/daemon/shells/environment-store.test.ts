import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { EnvironmentStore } from '../../../src/daemon/shells/environment-store.ts';
import { newShellState, type ShellState } from '../../../src/model/shell-state.ts';

const folder = mkdtempSync(join(tmpdir(), 'zmx-environments-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const state: ShellState = {
  ...newShellState(),
  ...{
    shell: 'zsh',
    cwd: '/srv',
    variables: { A: 'x\ny' },
    umask: 0o22,
    status: 1,
    number: 9,
    recent: ['ls'],
  },
};

test('what was saved is loaded again, by whoever owns the folder alone', () => {
  const store = new EnvironmentStore(folder, assert.fail);
  store.save('pane-1', { op: 'op', state });
  store.save('pane-2', { op: 'op', state: newShellState() });
  store.dispose();
  assert.deepEqual(new EnvironmentStore(folder, assert.fail).load('pane-1'), { op: 'op', state });
  assert.deepEqual(new EnvironmentStore(folder, assert.fail).load('pane-2')?.state, newShellState());
  const environments = join(folder, 'environments');
  assert.equal(statSync(environments).mode & 0o777, 0o700);
  assert.equal(statSync(join(environments, 'pane-1.json')).mode & 0o777, 0o600);
  store.keepOnly(new Set(['pane-2']));
  assert.deepEqual(readdirSync(environments), ['pane-2.json']);
  store.remove('pane-2');
  assert.deepEqual(readdirSync(environments), []);
});

test('a damaged file is none, is said, and costs itself alone', () => {
  const said: string[] = [];
  const store = new EnvironmentStore(folder, (line) => said.push(line));
  store.save('whole', { op: 'op', state });
  store.save('hurt', { op: 'op', state });
  store.flush();
  const path = join(folder, 'environments', 'hurt.json');
  const bytes = readFileSync(path);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(), (length, flipped) => {
      const damaged = Buffer.from(bytes.subarray(0, length));
      if (length > 0) damaged[flipped % length]! ^= 1 << (flipped % 8);
      writeFileSync(path, damaged);
      assert.equal(store.load('hurt'), undefined);
    }),
    { seed: 7, numRuns: 1000 },
  );
  assert.deepEqual(store.load('whole')?.state, state);
  assert.ok(said.length > 0 && said.every((line) => /^the environment of pane hurt is damaged/.test(line)));
});
