import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { MutationPoint } from '../../../src/daemon/files/mutator.ts';
import type { Mutation } from '../../../src/protocol/file-types.ts';
import { DirectSession } from '../../support/direct-session.ts';
import { assertSurvived, deathAt } from '../../support/file-deaths.ts';
import { course, makeCourse } from '../../support/mutation-course.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'zmx-recovery-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const fresh = () => {
  const root = fs.mkdtempSync(join(folder, 'root-'));
  makeCourse(root);
  return { root, state: `${root}-state` };
};
const contentOf = (root: string, path: string) => fs.readFileSync(join(root, path), 'utf8');
const line: Mutation = { kind: 'append', path: 'log', data: Buffer.from('+line') };

test('a mutation whose process is killed between journal and result happens once', () => {
  const deaths: [seq: number, point: MutationPoint, staging?: 'staged'][] = [
    [1, 'making'],
    [1, 'made'],
    [2, 'chunk', 'staged'],
    [3, 'truncated'],
    [4, 'chunk'],
    [5, 'made'],
    [15, 'journalled'],
    ...[2, 4, 5, 7, 8, 9, 10].map((seq): [number, MutationPoint] => [seq, 'effected']),
  ];
  for (const [seq, point, staging] of deaths)
    assertSurvived(deathAt(folder, seq, point, staging), seq, point);
});

test('what somebody else did between death and recovery is not undone, and the outcome is told as unknown', () => {
  const cases: [seq: number, point: MutationPoint, path: string][] = [
    [1, 'making', 'lock'],
    [4, 'journalled', 'log'],
    [10, 'journalled', 'gone'],
  ];
  for (const [seq, point, path] of cases) {
    const { root, state } = deathAt(folder, seq, point);
    fs.writeFileSync(join(root, 'theirs'), 'theirs');
    fs.renameSync(join(root, 'theirs'), join(root, path));
    const direct = new DirectSession({ root, folder: state, from: seq, sent: seq });
    assert.equal(direct.mutate(seq, course[seq - 1]!)?.code, 'unknown-outcome', `${seq} ${point}`);
    direct.close();
    assert.equal(contentOf(root, path), 'theirs');
  }
});

test('a mutation that is sent again gets the recorded result, also from the next process', () => {
  const { root, state } = fresh();
  const first = new DirectSession({ root, folder: state });
  first.mutate(1, line);
  first.mutate(1, line);
  assert.equal(first.mutate(2, { kind: 'unlink', path: 'none' })?.code, 'ENOENT');
  assert.throws(() => new DirectSession({ root, folder: state }), { code: 'EBUSY' });
  first.close();
  fs.writeFileSync(join(root, 'none'), '');
  const second = new DirectSession({ root, folder: state, from: 1, sent: 2 });
  assert.equal(second.mutate(1, line), undefined);
  assert.equal(second.mutate(2, { kind: 'unlink', path: 'none' })?.code, 'ENOENT');
  assert.equal(second.mutate(3, { kind: 'unlink', path: 'none' }), undefined);
  second.close();
  assert.equal(contentOf(root, 'log'), 'log as it was+line');
});

test('mutations are applied in their order, in whichever they come', () => {
  const { root, state } = fresh();
  const direct = new DirectSession({ root, folder: state });
  direct.mutate(3, { kind: 'append', path: 'log', data: Buffer.from('3') });
  direct.mutate(2, { kind: 'append', path: 'log', data: Buffer.from('2') });
  assert.equal(contentOf(root, 'log'), 'log as it was');
  direct.mutate(1, { kind: 'append', path: 'log', data: Buffer.from('1') });
  direct.close();
  assert.deepEqual([...direct.results.keys()], [1, 2, 3]);
  assert.equal(contentOf(root, 'log'), 'log as it was123');
});

test('with the journal lost, what may have been done is not done again unless twice is as good as once', () => {
  const { root, state } = fresh();
  const first = new DirectSession({ root, folder: state });
  first.mutate(1, line);
  first.close();
  fs.rmSync(state, { recursive: true });
  const second = new DirectSession({ root, folder: state, from: 1, sent: 2 });
  assert.equal(second.mutate(1, line)?.code, 'unknown-outcome');
  assert.equal(second.mutate(2, { kind: 'chmod', path: 'log', mode: 0o600 }), undefined);
  assert.equal(second.mutate(3, line), undefined);
  second.close();
  assert.equal(contentOf(root, 'log'), 'log as it was+line+line');
});

test('a journal that ends in half a record is read up to there', () => {
  const { root, state } = fresh();
  const first = new DirectSession({ root, folder: state });
  first.mutate(1, line);
  const whole = fs.statSync(join(state, 'journal')).size;
  first.mutate(2, { kind: 'fsync', path: 'log' });
  first.close();
  fs.truncateSync(join(state, 'journal'), whole + 11);
  const second = new DirectSession({ root, folder: state, from: 1, sent: 2 });
  assert.equal(second.mutate(1, line), undefined);
  assert.equal(second.mutate(2, { kind: 'fsync', path: 'log' }), undefined);
  second.close();
  assert.equal(contentOf(root, 'log'), 'log as it was+line');
});

test('content that is not what its hash says changes nothing and is asked for again', () => {
  const { root, state } = fresh();
  const direct = new DirectSession({ root, folder: state });
  const data = Buffer.from('right');
  const mutation: Mutation = { kind: 'write', path: 'file', truncate: 0, ranges: [{ offset: 0, data }] };
  direct.stage(1, Buffer.from('wrong'));
  const refused = direct.mutate(1, mutation, 'staged before');
  assert.deepEqual([refused?.code, refused?.retry], ['stage', true]);
  assert.equal(contentOf(root, 'file'), 'file as it was');
  assert.equal(direct.mutate(1, mutation, 'staged'), undefined);
  direct.close();
  assert.equal(contentOf(root, 'file'), 'right');
});
