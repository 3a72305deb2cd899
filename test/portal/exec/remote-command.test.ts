import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claude } from '../../../src/portal/agents/claude.ts';
import { codex } from '../../../src/portal/agents/codex.ts';
import { plain } from '../../../src/portal/agents/profile.ts';
import { remoteCommand } from '../../../src/portal/exec/remote-command.ts';
import { request, SHIM, surroundings } from '../../support/shim-requests.ts';

describe('what the host is told to run', () => {
  const argv = (words: string[], more = {}, around = {}) =>
    remoteCommand(request(words, more), surroundings(around)).argv;

  it('a program by its name, and one of the project by its path there', () => {
    assert.deepEqual(argv(['/usr/bin/git', 'status']), ['git', 'status']);
    assert.deepEqual(argv([SHIM, './x', 'a'], { file: './x' }), ['./x', 'a']);
    assert.deepEqual(argv([SHIM, '/w/x'], { file: '/w/x', cwd: '/w' }, { root: '/w' }), ['/srv/app/x']);
    assert.equal(
      remoteCommand(request(['ls'], { cwd: '/w/a' }), surroundings({ root: '/w' })).cwd,
      '/srv/app/a',
    );
  });

  it('in the folder that it shows further, by the name there', () => {
    const around = surroundings({ also: ['/real/lib', '/lib'], renamed: new Map([['/real/lib', '/lib']]) });
    const cwd = (folder: string) => remoteCommand(request(['ls'], { cwd: folder }), around).cwd;
    assert.deepEqual(['/real/lib', '/real/lib/a', '/lib/a', '/real/libs'].map(cwd), [
      '/lib',
      '/lib/a',
      '/lib/a',
      '/real/libs',
    ]);
  });

  it('a shell that it has for one that it has not', () => {
    assert.deepEqual(argv(['zsh', '-c', 'ls']), ['bash', '-c', 'ls']);
    const login = remoteCommand(request(['-zsh']), surroundings({ remoteHas: (name) => name === 'sh' }));
    assert.deepEqual([login.argv, login.login], [['sh'], true]);
  });

  it('its environment: what was set for it and means the same there', () => {
    const env = new Map([
      ['PATH', '/usr/bin:/home/me/bin'],
      ['TERM', 'xterm'],
      ['LOCAL', 'same'],
      ['CI', '1'],
      ['RUST_LOG', 'debug'],
      ['OPENAI_API_KEY', 'secret'],
      ['EXECPATH', '/home/me/agent'],
      ['PYTHONPATH', '/srv/app/lib'],
      ['HOME', '/home/you'],
      ['BASH_FUNC_f%%', '() { :; }'],
    ]);
    assert.deepEqual(remoteCommand(request(['ls'], { env }), surroundings()).env, {
      TMPDIR: '/tmp/zmx-portal-1',
      TERM: 'xterm',
      CI: '1',
      RUST_LOG: 'debug',
      PYTHONPATH: '/srv/app/lib',
    });
  });

  it('no input where there is none, and a terminal where it has one', () => {
    const of = (words: string[], more = {}) => remoteCommand(request(words, more), surroundings());
    assert.equal(of(['bash', '-c', 'cat'], { noInput: false }).stdin, true);
    assert.equal(of(['bash', '-c', 'cat']).stdin, false);
    assert.equal(of(['git', 'status'], { noInput: false }).stdin, false);
    assert.equal(of(['git', 'apply'], { noInput: false }).stdin, true);
    const terminal = { stdin: true, stdout: true, stderr: true };
    assert.deepEqual(of(['bash'], { terminal, rows: 50, cols: 120 }).tty, { rows: 50, cols: 120 });
  });

  it('files that it makes for this machine come back under their names here', () => {
    const agent = { ...plain, sideFiles: [/>\s*(\/tmp\/agent-\w+-cwd)/g] };
    const command = remoteCommand(
      request(['bash', '-c', 'cd x && pwd > /tmp/agent-1-cwd']),
      surroundings({ agent }),
    );
    assert.deepEqual(command.argv, ['bash', '-c', 'cd x && pwd > /tmp/zmx-portal-1/_tmp_agent-1-cwd']);
    assert.deepEqual(command.collect, ['/tmp/zmx-portal-1/_tmp_agent-1-cwd']);
    assert.deepEqual(command.sideFiles, ['/tmp/agent-1-cwd']);
  });

  it("claude's snapshot of a login shell is the host's, without this machine's PATH, and is read there", () => {
    const file = '/home/me/.claude/shell-snapshots/s.sh';
    const script = [
      `SNAPSHOT_FILE=${file}`,
      '      echo "# Snapshot file" >| "$SNAPSHOT_FILE"',
      `      cat >> "$SNAPSHOT_FILE" << 'PATH_END_x1'`,
      'export PATH=/home/me/bin:/usr/bin',
      'PATH_END_x1',
    ].join('\n');
    const made = remoteCommand(request(['bash', '-c', '-l', script]), surroundings({ agent: claude }));
    const there = '/tmp/zmx-portal-1/_home_me_.claude_shell-snapshots_s.sh';
    assert.match(made.argv[3]!, new RegExp(`^SNAPSHOT_FILE=${there}\n`));
    assert.doesNotMatch(made.argv[3]!, /home\/me\/bin|PATH_END/);
    assert.match(made.argv[3]!, /printf "export PATH=%q\\n" "\$PATH" >> "\$SNAPSHOT_FILE"$/);
    assert.deepEqual([made.collect, made.sideFiles], [[there], [file]]);

    const reading = `source ${file} 2>/dev/null || true && eval 'ls'`;
    const read = remoteCommand(request(['bash', '-c', reading]), surroundings({ agent: claude }));
    assert.equal(read.argv[2], `source ${there} 2>/dev/null || true && eval 'ls'`);
    assert.equal(read.collect, undefined);
  });

  it("codex's snapshot, which lies here, is carried to the commands that read it", () => {
    const of = (line: string) => remoteCommand(request(['bash', '-c', line]), surroundings({ agent: codex }));
    const file = '/home/me/.codex/shell_snapshots/1.2.sh';
    const name = '_home_me_.codex_shell_snapshots_1.2.sh';
    const tried = of(`set -e; . "${file}"`);
    assert.equal(tried.argv[2], `set -e; . "/tmp/zmx-portal-1/${name}"`);
    const used = of(`if . '${file}' >/dev/null 2>&1; then :; fi\nexec '/bin/bash' -c 'ls'`);
    assert.match(used.argv[2]!, new RegExp(`^if \\. '/tmp/zmx-portal-1/${name}' `));
    for (const { readFiles } of [tried, used]) assert.deepEqual(readFiles, [{ here: file, name }]);
    assert.deepEqual(of('. "/home/me/shell_snapshots/../secret"').readFiles, []);
  });
});
