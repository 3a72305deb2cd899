import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { logRoot } from '../../src/archive/log-folder.ts';
import { listLogs } from '../../src/archive/log-reader.ts';
import { eventually } from '../support/eventually.ts';
import { loggedOutput, readLog } from '../support/pane-logs.ts';
import { ZmxUser } from '../support/zmx-user.ts';

const mounts =
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0 &&
  process.getuid?.() === 0;

/** Records of the log of the pane in a window. */
function recordsOf(user: ZmxUser, window: string) {
  const log = listLogs(join(user.temp.folders.state, 'default')).find(({ meta }) => meta?.window === window);
  return log ? readLog(log.folder) : [];
}

const textOf = (user: ZmxUser, window: string): string => loggedOutput(recordsOf(user, window)).toString();

describe('what panes print', () => {
  let user: ZmxUser;
  before(() => {
    user = new ZmxUser();
  });
  after(() => user.close());

  it('is logged with what is typed and who it was, blackened where that is asked for, and stays when they end', async () => {
    await user.ok('new-session', '-d', '-s', 'work', '-n', 'one', 'cat');
    await user.ok('set', '-ga', 'history-redact', 'AKIA[A-Z0-9]{16}');
    await user.ok('send-keys', '-t', 'work:one', 'key AKIAABCDEFGHIJKLMNOP.', 'Enter');
    await eventually(() => /key \*{20}\.\r\nkey \*{20}\.\r\n/.test(textOf(user, 'one')));
    assert.ok(recordsOf(user, 'one').some((record) => record.kind === 'input' && record.size > 0));
    await user.ok('new-window', '-d', '-t', 'work:', '-n', 'two', 'echo its only words; read go');
    await eventually(() => textOf(user, 'two').includes('its only words'));
    await user.ok('kill-window', '-t', 'work:two');
    await eventually(() =>
      listLogs(join(user.temp.folders.state, 'default')).some(
        ({ meta }) => meta?.window === 'two' && meta.ended,
      ),
    );
    assert.equal(textOf(user, 'two'), 'its only words\r\n');
  });

  it('is not logged while the option is off, and the log says so', async () => {
    await user.ok('set', '-p', '-t', 'work:one', 'log', 'off');
    await user.ok('send-keys', '-t', 'work:one', 'private', 'Enter');
    await eventually(async () =>
      (await user.ok('capture-pane', '-p', '-t', 'work:one')).includes('private\nprivate'),
    );
    await user.ok('set', '-p', '-t', 'work:one', 'log', 'on');
    await user.ok('send-keys', '-t', 'work:one', 'public', 'Enter');
    await eventually(() => textOf(user, 'one').includes('public\r\npublic'));
    const records = recordsOf(user, 'one');
    assert.ok(!loggedOutput(records).includes('private'));
    const gap = records.find((record) => record.kind === 'gap' && record.until !== undefined);
    assert.ok(gap?.kind === 'gap' && gap.reason === 'log off' && (gap.to ?? 0) > (gap.from ?? 0));
  });
});

describe('a disk for logs that is full', {
  skip: !mounts && 'mounting a small file system takes root',
}, () => {
  let user: ZmxUser;
  before(() => {
    user = new ZmxUser();
    const folder = logRoot(join(user.temp.folders.state, 'default'));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    user.mountSmall(folder, 2);
  });
  after(() => user.close());

  it('stops the log alone, says so, and lets it go on when there is room', async () => {
    const terminal = user.open(['attach', 'work'], { cols: 120 });
    await terminal.waitForScreen(/\[work\] 0:/);
    await user.ok('rename-window', '-t', 'work:0', 'logged');
    terminal.send('echo before-$((1+1))\r');
    await eventually(() => textOf(user, 'logged').includes('before-2'));
    const ballast = join(logRoot(join(user.temp.folders.state, 'default')), 'ballast');
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k']);
    writeFileSync(join(user.temp.home, 'script'), 'seq 1 30000; echo printed-$((6*7))\n');
    terminal.send('sh script\r');
    await terminal.waitForScreen(
      (screen) => screen.includes('printed-42') && /logging has stopped: .*no space/i.test(screen),
    );
    assert.match(textOf(user, 'logged'), /before-2/);
    rmSync(ballast);
    await terminal.waitForScreen((screen) => !screen.includes('logging has stopped'));
    terminal.send('echo after-$((3+3))\r');
    await eventually(() => textOf(user, 'logged').includes('after-6'));
    const records = recordsOf(user, 'logged');
    assert.ok(records.some((record) => record.kind === 'gap' && record.reason === 'disk full'));
    assert.match(loggedOutput(records).toString(), /before-2[\s\S]*after-6/);
  });
});
