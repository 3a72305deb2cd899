import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { reboot } from '../support/reboot.ts';
import { ZmxUser } from '../support/zmx-user.ts';

/** Plain bash with a prompt that tells its folder, and nothing of the tester's. */
function bashUser(): ZmxUser {
  const user = new ZmxUser({ SHELL: '/bin/bash' });
  writeFileSync(join(user.temp.home, '.bash_profile'), "PS1='\\w>'; unset PROMPT_COMMAND\n");
  return user;
}

describe('after a reboot', () => {
  let user: ZmxUser;
  beforeEach(() => {
    user = bashUser();
  });
  afterEach(() => user.close());

  const format = (target: string, text: string) => user.ok('display-message', '-p', '-t', target, text);
  const screen = async (target: string) => (await user.ok('capture-pane', '-p', '-t', target)).trimEnd();
  const shows = (target: string, pattern: RegExp) =>
    eventually(async () => {
      assert.match(await screen(target), pattern);
      return true;
    });
  const folder = () => join(user.temp.home, 'src/app');
  /** Typed once the shell reads: what is typed before is echoed twice. */
  const type = async (target: string, line: string) => {
    await shows(target, />$/m);
    await user.ok('send-keys', '-t', target, line, 'Enter');
  };
  const runs = (target: string, command: string) =>
    eventually(async () => (await format(target, '#{pane_current_command}')) === command);
  const state = () => join(user.temp.folders.state, 'default');
  const filesOf = (folder: string) =>
    readdirSync(join(state(), folder))
      .filter((name) => !name.endsWith('.new'))
      .sort()
      .map((name) => readFileSync(join(state(), folder, name), 'utf8'));
  /** The newest snapshot, or what a shell has told, has this in it. */
  const isKept = (text: string) =>
    eventually(() =>
      [filesOf('snapshots').at(-1), ...filesOf('environments')].some((file) => file?.includes(text)),
    );

  it('sessions come back as they were, and what ran waits at the prompt', async () => {
    mkdirSync(folder(), { recursive: true });
    await user.ok('new-session', '-d', '-s', 'work', '-n', 'edit', '-x', '250', '-y', '20');
    await user.ok('split-window', '-h', '-t', 'work:edit', '-l', '30');
    await user.ok(
      'new-window',
      '-d',
      '-t',
      'work:5',
      '-n',
      'logs',
      "echo of before; exec tail -f '/dev/null'",
    );
    await user.ok('set-option', '-t', 'work', '@mine', 'kept');
    await type('work:edit.0', 'cd src/app; umask 027; export MINE=1; echo in');
    await shows('work:edit.0', /^in$/m);
    await type('work:edit.0', "tail -f /dev/null 'a  b'");
    await runs('work:edit.0', 'tail');
    await user.ok('set-option', '-p', '-t', 'work:edit.1', 'remain-on-exit', 'on');
    await user.ok('respawn-pane', '-k', '-t', 'work:edit.1', 'echo last words; exit 3');
    await eventually(async () => (await format('work:edit.1', '#{pane_dead}')) === '1');
    const layout = await format('work:edit', '#{window_layout}');
    await isKept('a  b');
    // A checkpoint is due after 10 s only: until then the tail has it, which is synced each second.
    const uuid = await format('work:edit.0', '#{pane_uuid}');
    const has = (suffix: string) =>
      existsSync(join(state(), 'recovery', uuid + suffix)) &&
      readFileSync(join(state(), 'recovery', uuid + suffix), 'latin1').includes('tail -f');
    await eventually(() => has('.tail') || has('.checkpoint'));
    await reboot(user);

    const plan = await user.ok('restore', '--dry-run');
    assert.match(
      plan,
      /work:0\.0 edit: \/bin\/bash in \S+\/src\/app; with MINE.*; umask 027; offers: tail -f \/dev\/null 'a {2}b'/,
    );
    assert.match(plan, /work:0\.1 edit: its program had ended, and stays so/);

    await user.ok('start-server');
    await shows(
      'work:edit.0',
      /^in$[\s\S]*restored \d{4}-\d\d-\d\d \d\d:\d\d, was running: tail -f[\s\S]*src\/app>tail -f \/dev\/null 'a {2}b'$/m,
    );
    assert.equal(await format('work:edit', '#{window_layout}'), layout);
    assert.equal(
      await format('work:edit.0', '#{pane_restored} #{pane_restored_command}'),
      "1 tail -f /dev/null 'a  b'",
    );
    assert.equal(await format('work', '#{@mine}'), 'kept');
    assert.equal(await format('work:edit.1', '#{pane_dead} #{pane_dead_status}'), '1 3');
    assert.match(
      await user.ok('capture-pane', '-p', '-S', '-', '-t', 'work:edit.1'),
      /last words\n+Pane is dead \(status 3, .*$/,
    );
    await shows(
      'work:logs',
      /was running: echo of before[\s\S]*>echo of before; exec tail -f '\/dev\/null'$/,
    );
    assert.equal(await format('work:edit.0', '#{pane_current_command}'), 'bash');
    await user.ok('send-keys', '-t', 'work:edit.0', 'C-u');
    await type('work:edit.0', 'umask; echo $MINE');
    await shows('work:edit.0', /^0027\n1$/m);
  });

  it('a command runs by itself only where the user gave it and the option allows it', async () => {
    await user.ok('new-session', '-d', '-s', 'work', '-x', '250');
    await user.ok('set-option', '-s', 'restore-commands', 'sleep *,echo ran*');
    await user.ok('new-window', '-t', 'work:1', 'sleep 7001');
    await user.ok('new-window', '-t', 'work:2', 'echo ran; exec sleep 7002');
    await user.ok('new-window', '-t', 'work:5');
    await type('work:5', 'sleep 7005');
    await user.ok('set-option', '-g', 'shell-integration', 'off');
    await user.ok('new-window', '-t', 'work:3');
    // As a program would that names itself so that a restore runs it.
    await type('work:3', "bash -c 'exec -a sleep tail -f /dev/null'");
    await user.ok('new-window', '-t', 'work:4');
    await type('work:4', `bash -c 'exec -a "$1" tail -f /dev/null' x $'touch evil\\r'`);
    await isKept('touch evil');
    await isKept('sleep 7005');
    await isKept('["sleep","-f"');
    await reboot(user);
    await user.ok('start-server');
    await runs('work:1', 'sleep');
    await runs('work:5', 'sleep');
    await shows('work:2', />echo ran; exec sleep 7002$/);
    await shows('work:4', /was running: '?touch evil[\s\S]*not typed again[\s\S]*>$/);
    await shows('work:3', />sleep -f \/dev\/null$/);
    assert.equal(await format('work:3', '#{pane_current_command}'), 'bash');
    assert.equal(readdirSync(user.temp.home).includes('evil'), false);
  });

  it('what is elsewhere on another machine is said, and damaged files cost themselves alone', async () => {
    mkdirSync(folder(), { recursive: true });
    await user.ok('new-session', '-d', '-s', 'work', '-x', '250', '-c', folder());
    await user.ok('new-session', '-d', '-s', 'gone', '-c', folder());
    await user.ok('new-window', '-d', '-t', 'gone', '-n', 'second');
    await isKept('"second"');
    await reboot(user);
    const file = join(state(), 'sessions.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('second', 'secand'));
    const home = join(user.temp.root, 'elsewhere');
    renameSync(user.temp.home, home);
    mkdirSync(user.temp.home);
    rmSync(join(home, 'src'), { recursive: true });
    user.env.HOME = home;

    await user.ok('new-session', '-d', '-s', 'other');
    assert.equal(await format('gone:1', '#{window_name}'), 'second');
    await shows('work:0', /is not on this machine, this is[\s\S]*>$/);
    await user.ok('kill-session', '-t', 'gone');
    await eventually(async () => /^ {2}1 .*: work, other$/m.test(await user.ok('restore', '--list')));
    const [, number = ''] = /^ +(\d+) .*gone/m.exec(await user.ok('restore', '--list')) ?? [];
    assert.match(
      await user.ok('restore', `--from=${number}`),
      /gone: restored\nwork: there is a session of this name, which was left alone/,
    );
    assert.equal(await format('gone:1', '#{window_name}'), 'second');
  });

  it('nothing comes back by itself after kill-server, and all of it when asked for', async () => {
    await user.ok('new-session', '-d', '-s', 'work', '-n', 'mine');
    await isKept('"mine"');
    await user.ok('kill-server');
    await eventually(() => user.processes().length === 0);
    assert.match(await user.ok('restore', '--dry-run'), /nothing that would be restored by itself/);
    await user.ok('start-server');
    assert.equal((await user.run('has-session', '-t', 'work')).code, 1);
    assert.equal(await user.ok('restore'), 'work: restored');
    assert.equal(await format('work:0', '#{window_name}'), 'mine');
    assert.equal(
      (await user.run('restore', '--from', '9')).err,
      'there is no snapshot 9: see zmx restore --list\n',
    );
  });
});
