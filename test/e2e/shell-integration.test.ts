import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CommandSession } from '../support/command-session.ts';
import { eventually } from '../support/eventually.ts';
import { ZmxUser } from '../support/zmx-user.ts';

/** Start files of a user who has set much of what an integration could break; each writes to ~/NAME what it has seen. */
const BASH_PROFILE = `echo profile >>~/bash
. ~/.bashrc
`;
const BASHRC = `echo rc:$-:$0 >>~/bash
HISTCONTROL=ignoreboth
PROMPT_COMMAND='echo "P:$?:\${PIPESTATUS[*]}" >>~/bash'
PS0='$(echo PS0 >>~/bash)'
PS1='bash> '
alias local=false printf=false read=false
set -u
trap '[[ $BASH_COMMAND == *zmx* ]] || echo "D:$BASH_COMMAND" >>~/bash' DEBUG
`;
const ZSHRC = `echo rc:\${ZDOTDIR-none} >>~/zsh
precmd() { echo "P:$?" >>~/zsh }
preexec() { echo "X:$1" >>~/zsh }
precmd_functions=(mine)
mine() { echo "M:$?" >>~/zsh }
PS1='zsh> '
alias local=false printf=false
setopt nounset ksh_arrays sh_word_split hist_ignore_space no_unset
HISTSIZE=100
`;
const FISH_CONFIG = `echo rc >>~/fish
function fish_prompt; echo 'fish> '; end
function fish_greeting; end
function seen --on-event fish_postexec; echo "P:$status:$argv[1]" >>~/fish; end
`;

interface Shell {
  readonly name: string;
  readonly path: string;
  readonly export: string;
  /** What is in ~/NAME after `sh -c "exit 3"`. */
  readonly seen: readonly RegExp[];
  /** The shell has a history of each pane. */
  readonly recalls: boolean;
}

const SHELLS: readonly Shell[] = [
  {
    name: 'bash',
    path: '/bin/bash',
    export: "export FOO='a b;%'",
    seen: [/^profile\nrc:h?i\w*:-bash\n/, /PS0\nD:sh -c "exit 3"\n/, /P:3:3\n/],
    recalls: true,
  },
  {
    name: 'zsh',
    path: '/bin/zsh',
    export: "export FOO='a b;%'",
    seen: [/^env\nrc:none\n/, /X:sh -c "exit 3"\n/, /P:3\nM:3\n/],
    recalls: true,
  },
  {
    name: 'fish',
    path: '/usr/bin/fish',
    export: "set -gx FOO 'a b;%'",
    seen: [/^rc\n/, /P:3:sh -c "exit 3"\n/],
    recalls: false,
  },
];

describe('a shell that tells', () => {
  let user: ZmxUser;
  let zmx: CommandSession;
  before(async () => {
    user = new ZmxUser({ SHELL: '/bin/bash' });
    const { home } = user.temp;
    mkdirSync(join(home, '.config/fish'), { recursive: true });
    writeFileSync(join(home, '.bash_profile'), BASH_PROFILE);
    writeFileSync(join(home, '.bashrc'), BASHRC);
    writeFileSync(join(home, '.zshenv'), 'echo env >>~/zsh\n');
    writeFileSync(join(home, '.zshrc'), ZSHRC);
    writeFileSync(join(home, '.config/fish/config.fish'), FISH_CONFIG);
    await user.ok('new-session', '-d', '-s', 'work', '-n', 'bash', '-x', '100', '-y', '30');
    zmx = new CommandSession(user);
    await prompt('bash');
  });
  after(async () => {
    zmx.dispose();
    await user.close();
  });

  const show = (pane: string, format: string) =>
    zmx.ok('display-message', '-p', '-t', `work:${pane}`, format);
  const screen = (pane: string) => zmx.ok('capture-pane', '-p', '-J', '-t', `work:${pane}`);
  const prompt = (pane: string) =>
    eventually(async () => (await show(pane, '#{pane_shell_state}')) === 'prompt', {
      what: `prompt of ${pane}`,
    });
  /** Types a command line and waits for the prompt behind it. @param known what is kept of the line */
  const type = async (pane: string, line: string, known = line) => {
    const at = ['-t', `work:${pane}`];
    await zmx.ok('send-keys', ...at, '-l', line, ';', 'send-keys', ...at, 'Enter');
    const expected = `prompt ${known}`;
    await eventually(
      async () => (await show(pane, '#{pane_shell_state} #{pane_last_command}')) === expected,
      { what: `the end of: ${line}` },
    );
  };
  const variables = async (pane: string, ...flags: string[]) => {
    const { out } = await zmx.run('env', '-0', ...flags, `work:${pane}`);
    return new Map(out.split('\0').map((entry) => entry.split(/=(.*)/s).slice(0, 2) as [string, string]));
  };
  const files = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile());

  for (const shell of SHELLS) {
    const { name } = shell;
    it(`${name} tells its folder, commands and environment, and the next one gets them`, async (context) => {
      if (!existsSync(shell.path)) return context.skip(`${shell.path} is not installed`);
      if (name !== 'bash') {
        await zmx.ok('set-option', '-g', 'default-shell', shell.path);
        await zmx.ok('new-window', '-d', '-n', name, '-t', 'work:');
        await prompt(name);
      }
      await type(name, shell.export);
      await type(name, 'cd /usr/share; umask 027');
      await type(name, ' echo hidden', '');
      await type(name, 'sh -c "exit 3"');
      assert.equal(await show(name, '#{pane_last_status} #{pane_current_path}'), '3 /usr/share');
      const told = await variables(name);
      assert.equal(told.get('FOO'), 'a b;%');
      assert.equal(told.get('HOME'), user.temp.home);
      assert.deepEqual(
        [...told.keys()].filter((variable) => /ZMX_SHELL|__zmx|^ENV$|ZDOTDIR/.test(variable)),
        [],
      );
      assert.match(await zmx.ok('env', '-d', `work:${name}`), /^export FOO='a b;%'$/m);
      const seen = readFileSync(join(user.temp.home, name), 'utf8');
      for (const pattern of shell.seen) assert.match(seen, pattern);

      await zmx.ok('respawn-pane', '-k', '-t', `work:${name}`);
      await prompt(name);
      if (shell.recalls) {
        await zmx.ok('send-keys', '-t', `work:${name}`, 'Up');
        await eventually(async () => /> sh -c "exit 3"$/m.test(await screen(name)));
        await zmx.ok('send-keys', '-t', `work:${name}`, 'C-u');
      }
      await type(name, 'echo "=$FOO=$PWD"; umask');
      assert.match(await screen(name), /^=a b;%=\/usr\/share\n0?027$/m);
    });
  }

  for (const { name, path } of SHELLS.filter(({ recalls }) => recalls))
    it(`${name} has the last commands once, whether the one before it could write them or not`, async (context) => {
      if (!existsSync(path)) return context.skip(`${path} is not installed`);
      const home = join(user.temp.home, `recalling-${name}`);
      mkdirSync(home);
      writeFileSync(join(home, '.zshrc'), 'HISTFILE=~/history HISTSIZE=1000 SAVEHIST=1000\n');
      writeFileSync(join(home, '.bashrc'), 'HISTFILE=~/history\n');
      const window = `recalling-${name}`;
      await zmx.ok('new-window', '-d', '-n', window, '-t', 'work:', '-e', `HOME=${home}`, path);
      await zmx.ok('set-option', '-p', '-t', `work:${window}`, 'remain-on-exit', 'on');
      await prompt(window);
      const typed: string[] = [];
      for (const [signal, mark] of [
        ['SIGHUP', 'first'],
        ['SIGHUP', 'second'],
        ['SIGKILL', 'third'],
        ['SIGHUP', 'last'],
      ] as const) {
        for (const line of [`test a = ${mark}`, `for x in ${mark}; do true; done`, 'test b', `: ${mark}`]) {
          await type(window, line);
          typed.push(line);
        }
        const pid = Number(await show(window, '#{pane_pid}'));
        process.kill(pid, signal);
        await eventually(async () => (await show(window, '#{pane_dead}')) === '1');
        await zmx.ok('respawn-pane', '-t', `work:${window}`);
        await prompt(window);
      }
      await type(window, 'fc -ln 1 >~/recalled');
      const recalled = readFileSync(join(home, 'recalled'), 'utf8')
        .split('\n')
        .map((line) => line.trim());
      assert.deepEqual(
        recalled.filter((line) => line !== '' && !line.startsWith('fc ')),
        typed,
      );
    });

  for (const { name, path } of SHELLS)
    it(`${name} finds zmx where the user's files have set another PATH, and the user's own first`, async (context) => {
      if (!existsSync(path)) return context.skip(`${path} is not installed`);
      for (const own of [false, true]) {
        const window = `path-${name}-${own}`;
        const home = join(user.temp.home, window);
        mkdirSync(join(home, '.config/fish'), { recursive: true });
        if (own) writeFileSync(join(home, 'zmx'), '', { mode: 0o755 });
        const folders = ['/usr/bin', '/bin', home];
        for (const file of ['.bashrc', '.zshrc'])
          writeFileSync(join(home, file), `PATH=${folders.join(':')}\n`);
        writeFileSync(join(home, '.config/fish/config.fish'), `set -gx PATH ${folders.join(' ')}\n`);
        await zmx.ok('new-window', '-d', '-n', window, '-t', 'work:', '-e', `HOME=${home}`, path);
        await prompt(window);
        await type(window, 'command -v zmx >~/found; env >~/set');
        const found = readFileSync(join(home, 'found'), 'utf8').trim();
        const [set] = /^PATH=.*$/m.exec(readFileSync(join(home, 'set'), 'utf8')) ?? [];
        assert.equal(set, `PATH=${[...folders, ...(own ? [] : [dirname(found)])].join(':')}`);
        if (own) assert.equal(found, join(home, 'zmx'));
        else assert.match(execFileSync(found, ['-V'], { encoding: 'utf8' }), /^zmx /);
      }
    });

  it('what is shown in a pane cannot speak for its shell', async () => {
    await type('bash', 'cd ~');
    const before = await variables('bash');
    const nonces = ['', 'A'.repeat(21), '*'.repeat(21), '0'.repeat(64), 'x'.repeat(200_000)];
    const forged = nonces.flatMap((nonce) => [
      `\x1b]7707;${nonce};9000;cwd;/tmp\x1b\\`,
      `\x1b]7707;${nonce};9001;environment;000;EVIL=1;PATH=/evil\x07`,
      `\x1b]7707;${nonce};9002;command;rm -rf %2F;/tmp\x1b\\\x1b]7707;${nonce};9003;prompt\x1b\\`,
      `\x1bPtmux;\x1b\x1b]7707;${nonce};9004;finished;77\x07\x1b\\`,
    ]);
    writeFileSync(join(user.temp.home, 'hostile'), `${forged.join('')}\x1b]7;file:///tmp\x07done\n`);
    await type('bash', 'cat hostile');
    assert.equal(
      await show('bash', '#{pane_last_status} #{pane_last_command} #{pane_current_path}'),
      `0 cat hostile ${user.temp.home}`,
    );
    assert.deepEqual(await variables('bash'), before);
  });

  it('the secret of a shell is with it alone', async () => {
    await zmx.ok('pipe-pane', '-t', 'work:bash', 'cat >piped');
    await type('bash', 'echo "=$__zmx_nonce="; env >told');
    const [, nonce = ''] = /^=([\w-]{21})=$/m.exec(await screen('bash')) ?? [];
    assert.notEqual(nonce, '');
    await type('bash', 'clear');
    await zmx.ok('pipe-pane', '-t', 'work:bash');
    const pid = await show('bash', '#{pane_pid}');
    for (const file of [join(user.temp.home, 'told'), `/proc/${pid}/environ`])
      assert.ok(!readFileSync(file, 'latin1').includes(nonce), file);
    const piped = await eventually(() => {
      const text = readFileSync(join(user.temp.home, 'piped'), 'latin1');
      return text.includes(`=${nonce}=`) && text;
    });
    assert.ok(!piped.includes('7707'));
    const { state, runtime } = user.temp.folders;
    for (const file of [
      ...files(join(state, 'default', 'environments')),
      ...files(join(runtime, 'default', 'shells')),
    ])
      assert.ok(!readFileSync(file, 'latin1').includes(nonce), file);
  });

  it('secrets are never kept', async () => {
    await type('bash', 'export API_TOKEN=hunter2', '');
    assert.match(await zmx.ok('env', 'work:bash'), /^# left out by environment-redact: .*\bAPI_TOKEN\b/m);
    assert.equal((await variables('bash')).get('API_TOKEN'), undefined);
    const folder = join(user.temp.folders.state, 'default', 'environments');
    const kept = await eventually(() => {
      const whole = files(folder).map((file) => readFileSync(file, 'utf8'));
      return whole.some((text) => text.includes('"API_TOKEN"')) && whole;
    });
    assert.ok(!kept.join().includes('hunter2'));
    for (const file of files(folder)) assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('exported functions are told, given on and come back', async () => {
    await type('bash', 'greet() { echo "hello; $1"; }; export -f greet');
    await type('bash', 'login() { API_KEY=k ls; }; export -f login', '');
    const shown = await zmx.ok('env', '-d', 'work:bash');
    assert.match(shown, /^greet \(\) \{ \n {4}echo "hello; \$1"\n\}\nexport -f greet$/m);
    assert.match(shown, /^# left out by environment-redact: .*login\(\)/m);
    writeFileSync(join(user.temp.home, 'shown'), shown);
    assert.match(
      execFileSync('/bin/bash', ['-c', '. ./shown; bash -c "greet eval"'], {
        cwd: user.temp.home,
        encoding: 'utf8',
      }),
      /^hello; eval$/m,
    );
    await zmx.ok('set-option', '-g', 'default-shell', '/bin/bash');
    await zmx.ok('respawn-pane', '-k', '-t', 'work:bash');
    await prompt('bash');
    await type('bash', 'greet again; type -t login');
    assert.match(await screen('bash'), /^hello; again\n/m);
    assert.doesNotMatch(await screen('bash'), /^function$/m);
  });

  it('what is known outlives the daemon, and reports go on', async () => {
    await type('bash', 'export KEPT=1');
    const pid = user.daemonPid();
    // Written after a moment; what a kill in between costs comes again with the output.
    process.kill(pid, 'SIGKILL');
    await eventually(() => user.daemonPid() !== pid);
    await eventually(async () => (await zmx.run('has-session', '-t', 'work')).code === 0);
    await eventually(async () => (await variables('bash')).get('KEPT') === '1');
    await type('bash', 'export LATER=2');
    assert.equal((await variables('bash')).get('LATER'), '2');
  });

  it('a split begins in the same folder, with -E in the same environment', async () => {
    await type('bash', 'mkdir -p "a b/c"; cd "a b/c"');
    const beside = async (...flags: string[]) => {
      const id = await zmx.ok('split-window', '-d', '-P', '-F', '#{pane_id}', '-t', 'work:bash', ...flags);
      await zmx.ok('send-keys', '-t', id, 'echo "=$PWD=$(printenv KEPT)="', 'Enter');
      const shown = await eventually(
        async () => /^=(.*)=$/m.exec(await zmx.ok('capture-pane', '-p', '-J', '-t', id))?.[1],
      );
      await zmx.ok('kill-pane', '-t', id);
      return shown;
    };
    const here = join(user.temp.home, 'a b/c');
    assert.equal(await beside(), `${here}=`);
    assert.equal(await beside('-E'), `${here}=1`);
  });

  it('running shells take over what the attached client has brought', async () => {
    user.env.DISPLAY = ':77';
    const terminal = user.open(['attach', 'work'], { cols: 100, rows: 30 });
    await terminal.waitForScreen(/bash> /);
    await type('bash', 'echo now at a prompt');
    await type('bash', 'echo "display is $DISPLAY"');
    assert.match(await screen('bash'), /^display is :77$/m);
    terminal.send('\x02d');
    await terminal.waitForExit();
  });

  it('bash names a line that repeats the last one, and none that is hidden from its history', async () => {
    const home = join(user.temp.home, 'plain');
    mkdirSync(home);
    writeFileSync(join(home, '.bashrc'), 'HISTCONTROL=ignoreboth\n');
    await zmx.ok('new-window', '-d', '-n', 'again', '-t', 'work:', '-e', `HOME=${home}`, 'bash');
    await prompt('again');
    await type('again', 'test -n "$_" && false | true');
    await type('again', ' echo hidden', '');
    await type('again', 'test -n "$_" && false | true');
    await type('again', ' test -n', '');
    assert.doesNotMatch(await screen('again'), /zmx_/);
  });

  it('bash names a line that repeats the last one also where the user has a DEBUG trap, which goes on', async () => {
    for (const _ of ['first', 'again']) {
      await zmx.ok('send-keys', '-t', 'work:bash', 'cat', 'Enter');
      await eventually(async () => (await show('bash', '#{pane_shell_state}')) === 'running');
      assert.equal(await show('bash', '#{pane_last_command}'), 'cat');
      await zmx.ok('send-keys', '-t', 'work:bash', 'C-d');
      await prompt('bash');
    }
    await type('bash', 'trap -p DEBUG >~/trapped');
    assert.match(
      readFileSync(join(user.temp.home, 'trapped'), 'utf8'),
      /^trap -- '\[\[ \$BASH_COMMAND == [^\n]*' DEBUG\n$/,
    );
    assert.match(readFileSync(join(user.temp.home, 'bash'), 'utf8'), /D:cat\n[\s\S]*D:cat\n/);
  });

  it('a shell in a shell is not integrated, and nothing of the outer one reaches it', async () => {
    const send = (line: string) => zmx.ok('send-keys', '-t', 'work:again', '-l', `${line}\r`);
    await send('bash --norc');
    await eventually(async () => (await show('again', '#{pane_shell_state}')) === 'running');
    await send('cd /usr/lib; echo "=$(compgen -v | grep -c zmx)=$(env | grep -c zmx_)=$PROMPT_COMMAND$PS0="');
    await eventually(async () => /^=0=0==$/m.test(await screen('again')));
    assert.equal(await show('again', '#{pane_shell_state} #{pane_last_command}'), 'running bash --norc');
    await eventually(async () => (await show('again', '#{pane_current_path}')) === '/usr/lib');
    await send('exit 5');
    await eventually(
      async () => (await show('again', '#{pane_shell_state} #{pane_last_status}')) === 'prompt 5',
    );
    assert.equal(await show('again', '#{pane_current_path}'), user.temp.home);
  });

  it('nothing is left of a pane that has ended', async () => {
    const id = await zmx.ok('split-window', '-P', '-F', '#{pane_uuid}', '-t', 'work:bash');
    const file = join(user.temp.folders.state, 'default', 'environments', `${id}.json`);
    await eventually(() => existsSync(file));
    await zmx.ok('kill-pane', '-t', 'work:bash');
    assert.ok(!existsSync(file));
  });

  it('off, the shell is started as it is', async () => {
    await zmx.ok('set-option', '-g', 'shell-integration', 'off');
    await zmx.ok('new-window', '-d', '-n', 'plain', '-t', 'work:');
    await zmx.ok(
      'send-keys',
      '-t',
      'work:plain',
      'export GIVEN=1; echo "=$(compgen -v | grep -c zmx)="',
      'Enter',
    );
    await eventually(async () => /^=0=$/m.test(await screen('plain')));
    assert.equal(await show('plain', '#{pane_shell_state}'), '');
    const pid = await show('plain', '#{pane_pid}');
    assert.equal(readFileSync(`/proc/${pid}/cmdline`, 'latin1'), '-bash\0');
    const told = await variables('plain');
    assert.equal(told.get('HOME'), user.temp.home);
    assert.equal(told.get('GIVEN'), undefined);
  });
});

it('the scripts are accepted by their shells', (context) => {
  const scripts = { bash: 'bash/integration.bash', zsh: 'zsh/.zshenv', fish: 'fish/integration.fish' };
  for (const [name, script] of Object.entries(scripts)) {
    const path = ['/bin', '/usr/bin'].map((folder) => `${folder}/${name}`).find(existsSync);
    if (path) execFileSync(path, ['-n', join('src/shell', script)]);
    else context.diagnostic(`${name} is not installed`);
  }
});
