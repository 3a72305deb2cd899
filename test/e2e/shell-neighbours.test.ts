import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CommandSession } from '../support/command-session.ts';
import { eventually } from '../support/eventually.ts';
import { ZmxUser } from '../support/zmx-user.ts';

/** A shell with what its user has in the start files, each of which writes to ~/log what it has seen. */
interface Household {
  readonly shell: string;
  readonly files: Readonly<Record<string, string>>;
  /** What the user's own hooks have seen after a command that ended with 7. */
  readonly saw: RegExp;
}

/**
 * Hooks for every command as bash-preexec makes them: at the first prompt it takes the DEBUG trap
 * and PROMPT_COMMAND over, and bash's promise not to keep lines with a blank before them away.
 */
const PREEXEC = `bash_preexec_imported=defined
precmd_functions=() preexec_functions=()
hooks_restore() { return "$1"; }
hooks_precmd() {
  local status=$? hook
  for hook in "\${precmd_functions[@]}"; do hooks_restore "$status"; "$hook"; done
}
hooks_prompt() { hooks_waiting=1; }
hooks_debug() {
  local hook
  [[ -n \${hooks_waiting-} && -t 1 ]] || return 0
  [[ \${PROMPT_COMMAND[*]} != *"$BASH_COMMAND"* ]] || { hooks_waiting=; return 0; }
  hooks_waiting=
  for hook in "\${preexec_functions[@]}"; do "$hook" "$(HISTTIMEFORMAT= builtin history 1)"; done
}
hooks_install() {
  trap hooks_debug DEBUG
  HISTCONTROL=\${HISTCONTROL//ignoreboth/ignoredups}
  PROMPT_COMMAND=(hooks_precmd hooks_prompt)
  hooks_precmd
  hooks_prompt
}
PROMPT_COMMAND=hooks_install
`;

/** A prompt of another program, with the time that each command took, as starship sets it up. */
const TIMED_PROMPT = `timed_start() { [[ $timed_ready != 1 ]] || { timed_ready=0; echo "start:$BASH_COMMAND" >>~/log; }; : "$1"; }
timed_prompt() { local status=$?; eval "$timed_others"; PS1="\\n$status \\w ❯ "; timed_ready=1; echo "end:$status" >>~/log; }
trap 'timed_start "$_"' DEBUG
timed_others=$PROMPT_COMMAND
PROMPT_COMMAND=timed_prompt
`;

const HOUSEHOLDS: Readonly<Record<string, Household>> = {
  'bash-preexec': {
    shell: '/bin/bash',
    files: {
      '.bash_profile': `HISTCONTROL=ignoreboth
${PREEXEC}
ended() { echo "end:$?" >>~/log; }; begun() { echo "start:$1" >>~/log; }
precmd_functions+=(ended); preexec_functions+=(begun)
`,
    },
    saw: /start: +\d+ {2}sh -c "exit 7"\nend:7\n/,
  },
  starship: {
    shell: '/bin/bash',
    files: { '.bash_profile': `HISTCONTROL=ignoreboth\n${TIMED_PROMPT}` },
    saw: /start:sh -c "exit 7"\nend:7\n/,
  },
  'an array of prompt commands and vi keys': {
    shell: '/bin/bash',
    files: {
      '.bash_profile': `set -o vi; HISTCONTROL=ignorespace:ignoredups
PROMPT_COMMAND=('echo "one:$?" >>~/log' 'history -a' 'echo "three:$?" >>~/log')
`,
    },
    saw: /one:7\nthree:7\n/,
  },
  'hooks, a prompt with substitutions and another ZDOTDIR': {
    shell: '/bin/zsh',
    files: {
      '.zshenv': 'ZDOTDIR=~/.config/zsh\n',
      '.config/zsh/.zshrc': `autoload -Uz add-zsh-hook vcs_info
setopt prompt_subst hist_ignore_space share_history; bindkey -v
HISTFILE=$ZDOTDIR/history SAVEHIST=100
title_precmd() { echo "end:$?" >>~/log; print -Pn "\\e]2;%n@%m:%~\\a\\e]7;file://%m%d\\a" }
title_preexec() { echo "start:$1" >>~/log; print -rn $'\\e]2;'"$1"$'\\a' }
add-zsh-hook precmd title_precmd; add-zsh-hook preexec title_preexec
zle-line-init() { zle reset-prompt }; zle -N zle-line-init; zle-keymap-select() { zle reset-prompt }; zle -N zle-keymap-select
branch() { echo -n '(branch)' }
PROMPT='%(?:%F{green}:%F{red})➜%f %c $(branch) ' RPROMPT='%*'
`,
    },
    saw: /start:sh -c "exit 7"\nend:7\n/,
  },
  'a prompt of its own on both sides and vi keys': {
    shell: '/usr/bin/fish',
    files: {
      '.config/fish/config.fish': `function fish_prompt; echo -n "[$status] "(prompt_pwd)' ~> '; end
function fish_right_prompt; echo right; end
function fish_greeting; end
fish_vi_key_bindings
function begun --on-event fish_preexec; echo "start:$argv[1]" >>~/log; end
function ended --on-event fish_postexec; echo "end:$status" >>~/log; end
`,
    },
    saw: /start:sh -c "exit 7"\nend:7\n/,
  },
};

describe('beside what users have in their shells', () => {
  let user: ZmxUser;
  let zmx: CommandSession;
  before(async () => {
    user = new ZmxUser({ SHELL: '/bin/bash' });
    await user.ok('new-session', '-d', '-s', 'work', '-x', '100', '-y', '30');
    zmx = new CommandSession(user);
  });
  after(async () => {
    zmx.dispose();
    await user.close();
  });

  for (const [index, [name, { shell, files, saw }]] of Object.entries(HOUSEHOLDS).entries())
    it(`${shell} with ${name}`, async (context) => {
      if (!existsSync(shell)) return context.skip(`${shell} is not installed`);
      const home = join(user.temp.root, `home-${index}`);
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(home, file)), { recursive: true });
        writeFileSync(join(home, file), text);
      }
      const pane = `work:${index + 1}`;
      await zmx.ok('set-option', '-g', 'default-shell', shell);
      await zmx.ok('new-window', '-d', '-t', pane, '-e', `HOME=${home}`);
      const show = (format: string) => zmx.ok('display-message', '-p', '-t', pane, format);
      const shows = (...expected: string[]) =>
        eventually(
          async () => {
            const told = await show(
              '#{pane_shell_state}|#{pane_last_command}|#{pane_last_status}|#{pane_current_path}',
            );
            assert.equal(told, expected.join('|'));
            return true;
          },
          { what: expected.join(' | ') },
        );
      const keys = (...names: string[]) => zmx.ok('send-keys', '-t', pane, ...names);
      const type = (line: string) => zmx.ok('send-keys', '-t', pane, '-l', `${line}\r`);

      await eventually(async () => (await show('#{pane_shell_state}')) === 'prompt', {
        what: 'the first prompt',
      });
      await type('cd /usr/share');
      await shows('prompt', 'cd /usr/share', '0', '/usr/share');
      for (const _ of ['first', 'again']) {
        await type('cat');
        await shows('running', 'cat', '0', '/usr/share');
        await keys('C-d');
        await shows('prompt', 'cat', '0', '/usr/share');
      }
      await type('sh -c "exit 7"');
      await shows('prompt', 'sh -c "exit 7"', '7', '/usr/share');
      // The user's hooks may come after ours.
      await eventually(() => saw.test(readFileSync(join(home, 'log'), 'utf8')), {
        what: 'what the hooks saw',
      });
      await type(' export NEIGHBOUR=1');
      await shows('prompt', '', '0', '/usr/share');
      assert.match(await zmx.ok('env', pane), /^export NEIGHBOUR=1$/m);
      assert.doesNotMatch(await zmx.ok('capture-pane', '-p', '-S', '-', '-t', pane), /zmx_|error|not found/);
    });
});
