import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ShellStarts } from '../../../src/daemon/shells/shell-starts.ts';
import { TerminalDriver } from '../../support/terminal-driver.ts';

const request = { op: 'op', pane: 'pane', arg0: '', cols: 80, rows: 24, historyLimit: 0 };
const folder = mkdtempSync(join(tmpdir(), 'zmx-starts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Everything by which a user could tell that the integration is there, but for its hooks. */
const SHELLS = {
  '/bin/bash':
    'shopt; set -o; alias; trap; umask; bind -p; echo "$- $0 $PS1 $PS4 $HISTFILE $MAILCHECK $IFS"; env | sort',
  '/bin/zsh':
    'setopt; alias; trap; umask; bindkey; print -l $fpath $0 $PS1 $HISTSIZE $chpwd_functions; env | sort',
  '/usr/bin/fish': 'bind; umask; status is-login; echo $status $fish_function_path; abbr; env | sort',
};

for (const [path, dump] of Object.entries(SHELLS))
  for (const login of [true, false])
    test(`${path}${login ? ' -l' : ''} is but for its reports the shell that it would be`, async (context) => {
      if (!existsSync(path)) return context.skip(`${path} is not installed`);
      const home = mkdtempSync(join(folder, 'home-'));
      const env = {
        ...{ HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8', PATH: '/usr/bin:/bin' },
        ...{ ENV: '/the/users/own', ZDOTDIR: home, PS1: 'prompt> ', HISTCONTROL: 'ignoreboth' },
      };
      const starts = new ShellStarts(folder, '');
      const start = starts.prepare({
        ...request,
        ...{ argv: [path], cwd: home, env },
        shell: { integration: true, session: 0 },
      });
      assert.ok(start);
      const run = async (
        argv: readonly string[],
        given: Readonly<Record<string, string>>,
      ): Promise<string> => {
        const arg0 = login ? `-${path}` : path;
        const exec = ['-c', `exec -a ${arg0} ${path} "$@"`, 'bash', ...argv.slice(1)];
        const terminal = new TerminalDriver('/bin/bash', exec, { env: { ...given }, cwd: home });
        terminal.send(`${path.endsWith('fish') ? `begin; ${dump}; end` : `{ ${dump}; }`} >dump 2>&1\r`);
        terminal.send('exit\r');
        await terminal.waitForExit();
        terminal.dispose();
        return readFileSync(join(home, 'dump'), 'utf8');
      };
      const plain = await run([path], env);
      assert.equal(await run(start.argv, start.env), plain);
      assert.match(plain, /^ENV=\/the\/users\/own$/m);
      assert.deepEqual(readdirSync(join(folder, 'shells')), [], 'the secret is read and removed');
    });

test('functions of the last bash are functions again, and no value runs anything', async () => {
  const home = mkdtempSync(join(folder, 'home-'));
  writeFileSync(join(home, '.bash_profile'), 'theirs() { echo of the file; }\n');
  const variables = {
    'BASH_FUNC_mine%%': '() { \n    echo "mine; $1"\n}',
    'BASH_FUNC_theirs%%': '() { \n    echo of before\n}',
    'BASH_FUNC_git-x%%': '() { \n    :\n}',
    'BASH_FUNC_evil%%': '() { :; }; touch evil',
    'BASH_FUNC_worse%%': '() { :\n}\ntouch evil',
    'BASH_FUNC_$(touch evil)%%': '() { :\n}',
    'A=1\nvariable B': '1',
    'C[$(touch evil)]': '1',
    PLAIN: '$(touch evil); `touch evil`',
  };
  const env = { HOME: home, TERM: 'xterm-256color', PATH: '/usr/bin:/bin', 'BASH_FUNC_git-y%%': '() { :\n}' };
  const start = new ShellStarts(folder, '').prepare({
    ...request,
    ...{ argv: ['/bin/bash'], cwd: home, env },
    shell: {
      ...{ integration: true, session: 0 },
      restored: { cwd: home, variables, umask: undefined, recent: [] },
    },
  });
  assert.ok(start);
  const terminal = new TerminalDriver(
    '/bin/bash',
    ['-c', 'exec -a -bash /bin/bash "$@"', 'bash', '--posix'],
    {
      env: { ...start.env },
      cwd: home,
    },
  );
  terminal.send(
    '{ mine too; theirs; bash -c "mine child"; echo "$PLAIN"; compgen -A variable A; } >seen 2>/dev/null\r',
  );
  terminal.send('exit\r');
  await terminal.waitForExit();
  const screen = terminal.screen();
  terminal.dispose();
  assert.equal(
    readFileSync(join(home, 'seen'), 'utf8'),
    'mine; too\nof the file\nmine; child\n$(touch evil); `touch evil`\n',
  );
  assert.deepEqual(readdirSync(home).sort(), ['.bash_history', '.bash_profile', 'seen']);
  assert.doesNotMatch(screen, /git-/, 'bash does not complain of names that it cannot import');
});
