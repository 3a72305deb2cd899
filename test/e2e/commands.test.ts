import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { entryPath } from '../../src/base/package-root.ts';
import { eventually } from '../support/eventually.ts';
import { ZmxUser } from '../support/zmx-user.ts';

describe('commands of a running daemon', () => {
  let user: ZmxUser;
  before(() => {
    user = new ZmxUser();
  });
  after(() => user.close());

  const contents = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

  it('pipe a pane to a command and a command into a pane', async () => {
    await user.ok('new-session', '-d', '-s', 'pipe', 'cat');
    const log = join(user.temp.home, 'log');
    await user.ok('pipe-pane', '-t', 'pipe', `cat >> ${log}`);
    await user.ok('send-keys', '-t', 'pipe', 'to the log', 'Enter');
    await eventually(() => contents(log).includes('to the log\r\nto the log'));
    await user.ok('pipe-pane', '-t', 'pipe');
    assert.equal(await user.ok('display-message', '-p', '-t', 'pipe', '#{pane_pipe}'), '0');
    await user.ok('pipe-pane', '-I', '-t', 'pipe', 'echo from the command');
    await eventually(async () =>
      (await user.ok('capture-pane', '-p', '-t', 'pipe')).includes('from the command'),
    );
    assert.doesNotMatch(contents(log), /from the command/);
    await eventually(
      async () => (await user.ok('display-message', '-p', '-t', 'pipe', '#{pane_pipe}')) === '0',
    );
  });

  it('a pipe goes on over a restart of the daemon: the same command, each byte once', async () => {
    const log = join(user.temp.home, 'piped');
    const go = join(user.temp.home, 'print');
    const script = `seq 1000; echo printed; until test -e ${go}; do sleep 0.02; done; seq 1001 2000`;
    await user.ok('new-session', '-d', '-s', 'log', `read start; ${script}; exec cat`);
    await user.ok('pipe-pane', '-t', 'log', `echo begun >> ${log}.begun; cat > ${log}`);
    await user.ok('send-keys', '-t', 'log', 'Enter');
    await eventually(() => contents(log).includes('printed'));
    const daemon = user.daemonPid();
    process.kill(daemon, 'SIGKILL');
    writeFileSync(go, '');
    const lines = () => contents(log).match(/^\d+(?=\r$)/gm) ?? [];
    await eventually(() => lines().at(-1) === '2000');
    assert.deepEqual(
      lines(),
      Array.from({ length: 2000 }, (_, at) => String(at + 1)),
    );
    assert.equal(await user.ok('display-message', '-p', '-t', 'log', '#{pane_pipe}'), '1');
    await user.ok('pipe-pane', '-t', 'log');
    await user.ok('send-keys', '-t', 'log', 'not piped', 'Enter');
    await eventually(async () =>
      /not piped\nnot piped/.test(await user.ok('capture-pane', '-p', '-t', 'log')),
    );
    assert.equal(contents(`${log}.begun`), 'begun\n');
    assert.doesNotMatch(contents(log), /not piped/);
  });

  it('lock a terminal until the command ends, also by itself; C-c is for the command', async () => {
    const done = join(user.temp.home, 'unlocked');
    const terminal = user.open(['new-session', '-s', 'locked']);
    await terminal.waitForScreen(/\[locked\] 0:/);
    await user.ok(
      'set-option',
      '-t',
      'locked',
      'lock-command',
      `trap 'echo held' INT; echo LOCKED; until test -e ${done}; do sleep 0.05; done`,
    );
    await user.ok('lock-session', '-t', 'locked');
    await terminal.waitForScreen((screen) => screen.includes('LOCKED') && !screen.includes('[locked]'));
    terminal.send('\x03');
    await terminal.waitForScreen(/held/);
    writeFileSync(done, '');
    await terminal.waitForScreen(/\[locked\] 0:/);
    rmSync(done);
    await user.ok('set-option', '-t', 'locked', 'lock-after-time', '1');
    await terminal.waitForScreen((screen) => screen.includes('LOCKED') && !screen.includes('[locked]'));
    await user.ok('set-option', '-t', 'locked', 'lock-after-time', '0');
    writeFileSync(done, '');
    await terminal.waitForScreen(/\[locked\] 0:/);
  });

  it('trim what is below the cursor: lines of the history take its place', async () => {
    await user.ok(
      'new-session',
      '-d',
      '-s',
      'trim',
      '-x',
      '20',
      '-y',
      '6',
      "seq 10; printf '\\033[2;1Hcursor\\033[K'; exec cat",
    );
    const screen = () => user.ok('capture-pane', '-p', '-t', 'trim');
    await eventually(async () => (await screen()).includes('cursor'));
    await user.ok('resize-pane', '-T', '-t', 'trim');
    assert.equal(await screen(), '2\n3\n4\n5\n6\ncursor');
    assert.equal(await user.ok('display-message', '-p', '-t', 'trim', '#{cursor_y} #{history_size}'), '5 1');
  });

  it('take standard input for a file', async () => {
    await user.ok('new-session', '-d', '-s', 'input', 'cat');
    await user.ok(
      'run-shell',
      `printf 'one\\ntwo' | ${process.execPath} ${entryPath('cli/zmx')} load-buffer -b piped -`,
    );
    assert.equal(await user.ok('show-buffer', '-b', 'piped'), 'one\ntwo');
    await user.ok(
      'run-shell',
      `echo 'set -g @piped yes' | ${process.execPath} ${entryPath('cli/zmx')} source-file -`,
    );
    assert.equal(await user.ok('show-options', '-gv', '@piped'), 'yes');
  });

  it('wait for each other, source files, run shells and load buffers', async () => {
    await user.ok('new-session', '-d', '-s', 'work');
    const waiting = user.ok('wait-for', 'ready');
    const file = join(user.temp.home, 'commands.conf');
    writeFileSync(file, 'set -g @from "a file"\nnonsense\nif-shell "test -d /" { wait-for -S ready }\n');
    const sourced = await user.run('source-file', file);
    assert.deepEqual(
      { code: sourced.code, err: sourced.err },
      { code: 1, err: `${file}:2: unknown command: nonsense\n` },
    );
    await waiting;
    assert.equal(await user.ok('show-options', '-gv', '@from'), 'a file');
    const failed = await user.run('run-shell', 'echo out; exit 3');
    assert.deepEqual({ ...failed }, { code: 3, out: "out\n'echo out; exit 3' returned 3\n", err: '' });
    await user.ok('load-buffer', file, ';', 'save-buffer', `${file}.copy`);
    assert.equal(contents(`${file}.copy`), contents(file));
  });

  it('start programs anew that run, that end at once, and that have no folder any more', async () => {
    const folder = join(user.temp.home, 'gone');
    mkdirSync(folder);
    await user.ok(
      'new-session',
      '-d',
      '-s',
      'start',
      '-c',
      folder,
      "trap '' HUP; echo first; exec sleep 600",
    );
    const screen = () => user.ok('capture-pane', '-p', '-t', 'start:0');
    await eventually(async () => (await screen()).includes('first'));
    rmSync(folder, { recursive: true });
    await user.ok('respawn-pane', '-k', '-t', 'start:0', 'pwd; exec sleep 600');
    await eventually(async () => (await screen()).startsWith(user.temp.home));

    await user.ok('new-window', '-t', 'start', 'true');
    await eventually(
      async () => (await user.ok('list-windows', '-t', 'start', '-F', '#I #{window_active}')) === '0 1',
    );
    assert.equal(await user.ok('display-message', '-p', '-t', 'start', '#I'), '0');
  });
});
