import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { newShellState } from '../../src/model/shell-state.ts';
import { TestHost } from './host.ts';

describe('the environment of a pane', () => {
  let host: TestHost;
  beforeEach(async () => {
    host = new TestHost();
    await host.text('new-session -d -s a -e BASE=1');
  });

  const pane = () => [...host.server.panes.values()][0]!;
  const tell = () => {
    const variables = { HOME: '/home/test', BASE: '2', NEW: "it's\nhere", TERM: 'dumb' };
    pane().shellState = {
      ...newShellState(),
      ...{ shell: 'bash', cwd: '/srv/app', variables, umask: 0o77, phase: 'prompt', recent: ['make'] },
      redacted: ['API_TOKEN'],
    };
  };

  it('is what its program was started with until its shell tells', async () => {
    assert.equal(await host.text('env a:'), 'export HOME=/home/test\nexport STARTED=with');
    tell();
    assert.equal(
      await host.text('env a:'),
      "export BASE=2\nexport HOME=/home/test\nexport NEW='it'\\''s\nhere'\nexport PWD=/srv/app\nexport TERM=dumb\n" +
        '# left out by environment-redact: API_TOKEN',
    );
    const { output } = await host.run(['env', '-0', '-t', 'a:']);
    assert.equal(output, "BASE=2\0HOME=/home/test\0NEW=it's\nhere\0PWD=/srv/app\0TERM=dumb\0");
  });

  it('shows functions as a shell reads them, where a shell has told them', async () => {
    const f = { 'BASH_FUNC_f%%': '() { \n    echo "$1"\n}' };
    pane().shellState = {
      ...newShellState(),
      ...{ shell: 'bash', cwd: '/', variables: { ...f, A: '1' }, redacted: ['BASH_FUNC_api_key%%'] },
    };
    assert.equal(
      await host.text('env a:'),
      'export A=1\nf () { \n    echo "$1"\n}\nexport -f f\nexport PWD=/\n' +
        '# left out by environment-redact: api_key()',
    );
    pane().shellState = undefined;
    const hostile = { 'BASH_FUNC_f%%': '() { :; }; touch evil', 'A\nevil': '1', OK: '1' };
    host.programEnvironment = hostile;
    assert.equal(
      await host.text('env a:'),
      '# no shell can export this: "A\\nevil"\n# no shell can export this: "BASH_FUNC_f%%"\nexport OK=1',
    );
  });

  it('-d: what a new pane of the session would not get', async () => {
    tell();
    const lines = (await host.text('env -d a:')).split('\n');
    assert.ok(lines.includes('export BASE=2'));
    assert.ok(lines.includes('unset ZMX_PANE'));
    assert.ok(!lines.some((line) => /HOME|API_TOKEN=/.test(line)));
  });

  it('a respawned shell gets it, but for what the command line says', async () => {
    tell();
    await host.text('respawn-pane -k -e NEW=given -t a:');
    assert.deepEqual(host.spawned.at(-1)?.shell?.restored, {
      cwd: '/srv/app',
      variables: { BASE: '2' },
      umask: 0o77,
      recent: ['make'],
    });
    assert.equal(host.spawned.at(-1)?.cwd, '/srv/app');
    assert.equal(host.spawned.at(-1)?.env.NEW, 'given');
    await host.text('respawn-pane -k -c /elsewhere -t a:');
    assert.equal(host.spawned.at(-1)?.cwd, '/elsewhere');
    assert.equal(host.spawned.at(-1)?.shell?.restored?.cwd, '');
    await host.text('respawn-pane -k -E -t a:');
    assert.equal(host.spawned.at(-1)?.shell?.restored, undefined);
  });

  it('a split begins where the shell is, with -E in its environment', async () => {
    tell();
    await host.text('split-window -d -t a:');
    assert.equal(host.spawned.at(-1)?.cwd, '/srv/app');
    assert.equal(host.spawned.at(-1)?.shell?.restored, undefined);
    await host.text('split-window -d -E -t a:');
    const { variables, recent } = host.spawned.at(-1)!.shell!.restored!;
    assert.deepEqual({ variables, recent }, { variables: { BASE: '2', NEW: "it's\nhere" }, recent: [] });
    await host.text('split-window -d -E -t a: make');
    assert.equal(host.spawned.at(-1)?.shell, undefined);
    assert.equal(host.spawned.at(-1)?.env.BASE, '2');
    assert.equal(host.spawned.at(-1)?.env.TERM, 'tmux-256color');
  });

  it('a command line that is nothing but a shell is a shell', async () => {
    for (const [line, program, arg0] of [
      ['zsh', 'zsh', 'zsh'],
      ['exec /usr/bin/fish -l', '/usr/bin/fish', '-fish'],
      ['bash --login', 'bash', '-bash'],
    ]) {
      await host.run(['new-window', '-d', line!]);
      const { argv, arg0: seen, shell } = host.spawned.at(-1)!;
      assert.deepEqual([argv, seen, shell?.integration], [[program], arg0, true], line);
    }
    for (const line of ['bash -c ls', 'zsh; ls', 'my-bash', 'ssh host']) {
      await host.run(['new-window', '-d', line]);
      assert.deepEqual([host.spawned.at(-1)!.argv[2], host.spawned.at(-1)!.shell], [line, undefined]);
    }
  });
});
