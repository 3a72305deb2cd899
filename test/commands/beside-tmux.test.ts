import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { TestHost } from './host.ts';

/**
 * The same command lines given to a tmux on this machine and to ours, side by side:
 * layouts, targets, messages and printed forms must be the same text.
 */
const folder = mkdtempSync(join(tmpdir(), 'zmx-tmux-'));
const environment = { PATH: process.env.PATH, HOME: folder, TMUX_TMPDIR: folder, LC_ALL: 'C.UTF-8' };

/** Each test has a server of its own, since one that is told to end takes a moment. */
let server = 'none';

function tmux(...words: string[]): string {
  try {
    return execFileSync('tmux', ['-L', server, '-f', '/dev/null', ...words], {
      encoding: 'utf8',
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trimEnd();
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}!${stderr.trimEnd()}`;
  }
}

/** Other versions say some things differently; this machine's is the one that zmx follows. */
function needsTmux(context: TestContext): boolean {
  const version = execFileSync('tmux', ['-V'], { encoding: 'utf8' }).trim();
  if (version !== 'tmux 3.3a') context.skip(`needs tmux 3.3a, and this is ${version}`);
  return version === 'tmux 3.3a';
}

after(() => {
  for (server of ['layouts', 'groups', 'mistakes', 'outputs']) tmux('kill-server');
  rmSync(folder, { recursive: true, force: true });
});

interface Step {
  readonly words: readonly string[];
}
const step = (line: string): Step => ({ words: line.split(' ').map((word) => word.replace(/␣/g, ' ')) });

const STATE =
  '#{session_name}:#{window_index}.#{pane_index} #{pane_id} #{window_flags} #{pane_width}x#{pane_height}+#{pane_left}+#{pane_top} #{pane_active} #{window_layout}';

const STEPS = `
new-session -d -s a -x 80 -y 24 sleep␣1000
split-window -h sleep␣1000
split-window -v sleep␣1000
split-window -l 5 sleep␣1000
split-window -hb -l 30% -t :.0 sleep␣1000
split-window -f -l 4 sleep␣1000
split-window -fhb sleep␣1000
resize-pane -L 3
resize-pane -t :.2 -R 7
resize-pane -t :.1 -x 12
resize-pane -t :.3 -y 50%
resize-pane -D 2
kill-pane -t :.2
swap-pane -U
swap-pane -s :.0 -t :.3
swap-pane -d -s :.1 -t :.2
select-pane -L
select-pane -U
select-pane -l
select-pane -t {bottom-right}
select-pane -t {up-of}
resize-pane -Z
select-pane -Z -t :.+
resize-pane -Z
rotate-window
rotate-window -D
select-layout tiled
select-layout even-horizontal
select-layout main-vertical
set-window-option main-pane-width 60
select-layout main-vertical
select-layout main-horizontal
select-layout even-vertical
next-layout
previous-layout
select-layout -E
select-layout -o
break-pane -n broken
join-pane -h -s a:broken.0 -t a:0.1
new-window -n second sleep␣1000
new-window -a -t a:0 sleep␣1000
new-window -t a:9 sleep␣1000
move-window -r
swap-window -s a:0 -t a:1
select-window -t :^
next-window
last-window
previous-window
split-window sleep␣1000
move-window -t a:7
new-session -d -s b -x 100 -y 30 sleep␣1000
move-pane -s a:7.1 -t b:0
set-option -g pane-border-status top
split-window -t b:0 -h sleep␣1000
split-window -t b:0.0 sleep␣1000
select-layout -t b:0 tiled
select-layout -t b:0 even-vertical
set-option -g pane-border-status off
link-window -s b:0 -t a:5
unlink-window -t a:5
resize-window -t b:0 -x 61 -y 17
resize-window -t b:0 -x 120 -y 40
split-window -Z -t b:0.0 sleep␣1000
resize-pane -Z -t b:0
join-pane -d -s b:0.1 -t b:0.0
join-pane -f -s b:0.0 -t a:0.0
new-window -d -t b: sleep␣1000
break-pane -d -s b:1.0
move-window -a -s a:1 -t a:8
link-window -d -s b:0 -t a:30
new-window -k -t a:0 sleep␣1000
swap-window -s b:0 -t a:30
swap-pane -d -s a:0.0 -t b:0.0
set-option -g renumber-windows on
kill-window -a -t a:0
kill-session -t b
`
  .trim()
  .split('\n');

test('the same steps give the same layouts, indices and active panes as tmux', async (context) => {
  if (!needsTmux(context)) return;
  const host = new TestHost();
  server = 'layouts';
  for (const line of STEPS) {
    const { words } = step(line);
    const theirs = tmux(...words);
    const result = await host.run(words);
    assert.equal(result.errors.trimEnd(), theirs.replace(/^!/, ''), line);
    const expected = tmux('list-panes', '-a', '-F', STATE);
    const { output } = await host.run(['list-panes', '-a', '-F', STATE]);
    assert.equal(output.trimEnd(), expected, `after: ${line}`);
  }
});

const GROUP_STATE =
  '#{session_name}:#{window_index} #{window_name} #{window_flags} #{session_group} #{session_grouped} #{session_group_size} #{session_group_list} #{session_stack}';

const GROUP_STEPS = `
new-session -d -s a -n one sleep␣1000
new-window -n two sleep␣1000
new-session -d -s b -t a
new-window -t b: -n three sleep␣1000
select-window -t b:1
new-session -d -s alone -t later
new-session -d -s d -t later
new-session -d -t a -n x
new-session -d -t a sleep␣1000
link-window -s a:0 -t b:9
move-window -s a:0 -t b:9
swap-window -s a:0 -t b:1
unlink-window -t a:0
kill-window -t a:2
move-window -s a:0 -t a:5
rename-session -t a first
new-session -d -s third -t first
kill-session -t first
link-window -s b:1 -t alone:
kill-window -t third:5
kill-window -t third:1
`
  .trim()
  .split('\n');

test('sessions of a group share their windows as in tmux', async (context) => {
  if (!needsTmux(context)) return;
  const host = new TestHost();
  server = 'groups';
  for (const line of GROUP_STEPS) {
    const { words } = step(line);
    const theirs = tmux(...words);
    const result = await host.run(words);
    assert.equal(result.errors.trimEnd(), theirs.replace(/^!/, ''), line);
    for (const list of [
      ['list-windows', '-a', '-F', GROUP_STATE],
      ['list-sessions', '-F', '#{session_name} #{session_windows} #{session_group}'],
    ]) {
      // What a shell's window is called differs from machine to machine.
      const strip = (text: string) => text.replace(/:(\d+) (?!one|two|three)\S+/g, ':$1 shell');
      assert.equal(strip((await host.run(list)).output.trimEnd()), strip(tmux(...list)), `after: ${line}`);
    }
    host.time += 1000;
  }
  await host.text('kill-server');
});

const MESSAGES = `
foo
kill
kill-session -z
rename-session
rename-session a b
kill-session -?
has-session -t nope
kill-window -t nope
kill-window -t a:77
kill-pane -t a:0.77
kill-pane -t %99
select-window -t @99
select-pane -t nope:1
set-option -g foo bar
set-option -g stat bar
set-option -g status bar
set-option -g base-index x
set-option -g base-index -1
set-option -g mouse x
set-option -g status-bg xx
set-option -g status-style xx
set-option -g prefix xx-y
set-option -g base-index
set-option -g base-index[1] 2
set-option -o -g mouse on
show-options -g nope
show-options -g @nope
list-keys -T nope
bind-key zzz-q display-message
unbind-key zzz-q
unbind-key -T nope x
unbind-key
bind-key
new-session -d -s a
new-window -t a:0
split-window -t a:0 -l x
split-window -h -t a:0 -l x
join-pane -l x -s a:0 -t a:1
wait-for
wait-for -U nobody
resize-pane -x y
resize-pane 0
swap-window -s a:0 -t a:99
move-window -s a:0 -t a:1
show-buffer
show-buffer -b nope
delete-buffer -b nope
set-buffer
paste-buffer -b nope
save-buffer -b nope /tmp/x
source-file /nonexistent/file
last-pane -t a:1
last-window -t c
next-window -t c
send-keys -t a:0 -X cancel
respawn-pane -t a:0
set-environment
set-environment A
set-environment A=b
show-environment NOPE
unlink-window -t a:0
capture-pane -p -a -t a:0
if-shell -F 1
command-prompt
attach-session -t nope
switch-client -t nope
detach-client -t nope
clear-prompt-history -T nope
join-pane -s a:0.0 -t a:0.0
list-windows -t nope
list-panes -t nope
resize-window -x 0 -t a:0
`
  .trim()
  .split('\n');

test('mistakes get the messages of tmux', async (context) => {
  if (!needsTmux(context)) return;
  const host = new TestHost();
  server = 'mistakes';
  for (const line of [
    'new-session -d -s a -x 80 -y 24 sleep␣1000',
    'new-window -d -t a sleep␣1000',
    'new-session -d -s c sleep␣1000',
  ]) {
    tmux(...step(line).words);
    await host.run(step(line).words);
  }
  const differences: string[] = [];
  for (const line of MESSAGES) {
    const { words } = step(line);
    const theirs = tmux(...words).replace(/^!/, '');
    const ours = (await host.run(words)).errors.trimEnd();
    if (ours !== theirs) differences.push(`${line}\n  tmux: ${theirs}\n  ours: ${ours}`);
  }
  assert.equal(differences.join('\n'), '');
});

const OUTPUTS = `
show-options -g
show-options -s
show-options -gw
show-options -gv update-environment
show-options -g update-environment[2]
show-options -A
show-options -gA status-left
list-keys
list-keys -N
list-keys -T copy-mode-vi
list-keys -T prefix %
list-windows -a
list-windows -t a
list-sessions -F #{session_name}_#{session_windows}_#{session_attached}
display-message -p -t a #{?session_attached,yes,no}#{==:a,b}#{!=:a,b}#{<:a,b}#{&&:1,0}#{||:1,0}
display-message -p -t a #{=3:session_name}#{=/2/..:window_layout}#{=-3:window_layout}|#{p6:session_name}|#{p-6:session_name}|
display-message -p -t a #{b:@path}_#{d:@path}_#{n:@path}_#{w:@path}_#{q:@quoted}
display-message -p -t a #{s/a/x/:@path}_#{s/(.)o/\\1\\1/:@path}_#{s/A/x/i:@path}
display-message -p -t a #{e|+:1,2}_#{e|*|f|3:2,1.5}_#{e|/:7,2}_#{e|m:7,4}_#{e|<:1,2}_#{a:65}
display-message -p -t a #{m:*a*,banana}#{m:x*,banana}#{m/r:^b.n,banana}#{m/ri:^B,banana}
display-message -p -t a #{l:#{x}}_##_#,_#}_#{W:#{window_index},[#{window_index}]}_#{P:#{pane_index}}_#{S:#{session_name}_}
display-message -p -t a #{E:@inner}_#{@inner}_#{T:@timed}
display-message -p -t a #S_#I_#P_#F_#D_#x_#[fg=red]_##[x]_###[x]
display-message -p -t a #{?#{==:#{session_name},a},#{?window_zoomed_flag,z,#,n},other}
display-message -p -t a #{window_flags}#{session_stack}#{window_stack_index}#{window_end_flag}#{window_start_flag}
display-message -p -t a #{t/f/%%Y:@time}_#{t/f/%Y:start_time}
display-message -p -t a #{pane_at_top}#{pane_at_bottom}#{pane_at_left}#{pane_at_right}#{pane_bottom}#{pane_right}
display-message -p -t a #{N:nope}#{N/s:a}#{N/w:nope}
show-environment -s -t a ZED
show-environment -t a
list-buffers
list-commands -F #{command_list_name} send-keys
`
  .trim()
  .split('\n');

/** Options and bindings that one of the two does not have, or has differently on purpose. */
const OURS_ALONE =
  /tmux-compat|portal|agent-socket|shell-integration|environment-redact|restore-commands|history-(limit|disk|redact)|^log |automatic-rename-format|default-shell/;
const THEIRS_ALONE = /xterm-keys|default-shell/;

test('options, keys and formats read as in tmux', async (context) => {
  if (!needsTmux(context)) return;
  const host = new TestHost();
  server = 'outputs';
  const setUp = [
    'new-session -d -s a -x 80 -y 24 -n first sleep␣1000',
    'new-window -n second -t a sleep␣1000',
    'set-option -g @path /usr/foo/bar',
    "set-option -g @quoted it's␣a$b;",
    'set-option -g @inner #{session_name}#{@path}',
    'set-option -g @timed #{session_name}',
    'set-buffer one␣two',
    'set-buffer -b named a\\b',
    'set-environment -t a ZED 1',
  ];
  for (const line of setUp) {
    tmux(...step(line).words);
    await host.run(step(line).words);
  }
  const differences: string[] = [];
  for (const line of OUTPUTS) {
    const { words } = step(line);
    const theirs = tmux(...words)
      .split('\n')
      .filter((each) => !OURS_ALONE.test(each) && !THEIRS_ALONE.test(each));
    const ours = (await host.run(words)).output
      .trimEnd()
      .split('\n')
      .filter((each) => !OURS_ALONE.test(each));
    for (const each of theirs) if (!ours.includes(each)) differences.push(`${line}\n  tmux: ${each}`);
    for (const each of ours) if (!theirs.includes(each)) differences.push(`${line}\n  ours: ${each}`);
  }
  assert.equal(differences.join('\n'), '');
});
