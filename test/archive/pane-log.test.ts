import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { segmentFiles } from '../../src/archive/log-folder.ts';
import { LogReader } from '../../src/archive/log-reader.ts';
import { packSegment } from '../../src/archive/segment-packer.ts';
import { LoggedEmulator, loggedOutput, readLog, temporaryFolder } from '../support/pane-logs.ts';

const temporary = temporaryFolder();
after(() => temporary.dispose());
let count = 0;
const newFolder = (): string => join(temporary.path, `pane-${count++}`);

it('what was written is read, each byte once, with resizes, inputs and marks', () => {
  const folder = newFolder();
  const nonce = 'abcdefghijklmnop';
  const pane = new LoggedEmulator(folder, { nonce });
  pane.write('hello ');
  pane.log.input(3);
  pane.write(
    `world\r\n\x1b]7707;${nonce};1;command;make%20all;/srv\x07\x1b]7707;${nonce};2;finished;2\x1b\\`,
  );
  pane.log.resized(100, 30, pane.offset);
  pane.write('end');
  pane.dispose();
  const records = readLog(folder);
  // Output that is written at two times is two records.
  const kinds = records
    .map(({ kind }) => kind)
    .filter((kind, at, all) => kind !== 'output' || all[at - 1] !== kind)
    .join(' ');
  assert.equal(kinds, 'start output input output mark output mark resize output');
  assert.equal(loggedOutput(records).toString(), 'hello world\r\n\x1b\\\x1b\\end');
  const marks = new LogReader(folder).marks().map(({ report, offset }) => ({ report, offset }));
  assert.deepEqual(marks, [
    { report: { kind: 'command', text: 'make all', cwd: '/srv' }, offset: 63 },
    { report: { kind: 'finished', status: 2 }, offset: 101 },
  ]);
});

it('folders and files are the user’s alone', () => {
  const folder = newFolder();
  const pane = new LoggedEmulator(folder);
  pane.write('x');
  pane.dispose();
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
});

it('a flood makes segments, each of which can be replayed alone, also when compressed', async () => {
  const folder = newFolder();
  const pane = new LoggedEmulator(folder);
  let expected = '';
  for (let i = 0; i < 1300; i++) {
    const piece = `${String(i).padStart(6)} ${'lorem ipsum '.repeat(800)}\r\n`;
    expected += piece;
    pane.write(piece);
  }
  pane.dispose();
  const before = readLog(folder);
  assert.equal(loggedOutput(before).toString('latin1'), expected);
  for (const file of segmentFiles(folder)) await packSegment(file);
  assert.ok(segmentFiles(folder).every(({ packed }) => packed));
  assert.deepEqual(readLog(folder), before);
  const reader = new LogReader(folder);
  assert.ok(reader.segments.length > 1);
  assert.ok(reader.segments.reduce((sum, { bytes }) => sum + bytes, 0) < expected.length / 5);
  const last = [...reader.records(reader.segments.at(-1)?.number)];
  assert.equal(last[0]?.kind, 'start');
});
