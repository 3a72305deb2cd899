import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { segmentFiles } from '../../src/archive/log-folder.ts';
import { LogReader } from '../../src/archive/log-reader.ts';
import { DEFAULT_LOG_SETTINGS } from '../../src/archive/pane-log.ts';
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

it('what was printed while the log was off is in no segment’s beginning either', () => {
  const folder = newFolder();
  const pane = new LoggedEmulator(folder);
  pane.write('before\r\n');
  pane.log.set({ ...DEFAULT_LOG_SETTINGS, on: false });
  pane.write('SECRET\r\nSECRET\r\n\x1b]2;SECRET\x07');
  pane.log.set(DEFAULT_LOG_SETTINGS);
  for (let i = 0; i < 60; i++) {
    pane.write(`after ${i}\r\n`);
    // Each has a beginning of its own.
    if (i % 5 === 0) pane.log.renew();
  }
  pane.dispose();
  const starts = readLog(folder).filter((record) => record.kind === 'start');
  assert.equal(starts.length, 14);
  for (const { state } of starts) assert.ok(state && !Buffer.from(state).includes('SECRET'));
  assert.ok(Buffer.from(starts.at(-1)?.state ?? []).includes('after 55'));
});

it('what is blackened is so in a segment’s beginning too', () => {
  const folder = newFolder();
  const pane = new LoggedEmulator(folder, { settings: { redact: ['SE+CRET'] } });
  pane.write(
    `\x1b]2;a SECRET\x07\x1b]8;;http://SECRET/\x07link\x1b]8;;\x07 ${'x'.repeat(30)}SECRET, SEEE\x1b[1mEECRET\r\n`,
  );
  pane.write(`${'filler\r\n'.repeat(24)}SECRET\r\n`);
  pane.log.renew();
  pane.write('after\r\n');
  pane.dispose();
  const records = readLog(folder);
  const starts = records.filter((record) => record.kind === 'start');
  assert.equal(starts.length, 2);
  for (const { state } of starts) assert.ok(state && !/SE+CRET/.test(Buffer.from(state).toString('latin1')));
  assert.ok(!/SE*\x1b?\[?1?m?E*CRET/.test(loggedOutput(records).toString()));
  assert.ok(Buffer.from(starts[1]?.state ?? []).includes('******'));
});

it('an environment that was being reported when the log was switched on is not logged, and its tail neither', () => {
  const folder = newFolder();
  const nonce = 'abcdefghijklmnop';
  const report = `\x1b]7707;${nonce};1;environment;22;SECRET=hunter2\x07`;
  for (let cut = 1; cut < report.length; cut++) {
    const one = join(folder, String(cut));
    const pane = new LoggedEmulator(one, { nonce, settings: { on: false } });
    pane.write(`before${report.slice(0, cut)}`);
    pane.log.set(DEFAULT_LOG_SETTINGS);
    pane.write(report.slice(cut));
    pane.write('between');
    pane.write('after');
    pane.dispose();
    const records = readLog(one);
    assert.ok(loggedOutput(records).toString().endsWith('after'));
    for (const record of records) {
      const bytes =
        record.kind === 'output' ? record.bytes : record.kind === 'start' ? record.state : undefined;
      assert.ok(!/SECRET|hunter|unter2/.test(Buffer.from(bytes ?? []).toString('latin1')), `cut at ${cut}`);
    }
  }
});
