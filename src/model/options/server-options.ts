import { DEFAULT_REDACTION } from '../environment-redact.ts';
import { optionsOf } from './define.ts';

const { array, choice, flag, key, number, size, text } = optionsOf('server');

/** Options of the whole server (set-option -s): tmux 3.3a's that mean something here, and ours. */
export const serverOptions = [
  key('backspace', 'C-?'),
  number('buffer-limit', 50, 1),
  array(
    'command-alias',
    [
      'split-pane=split-window',
      'splitp=split-window',
      'server-info=show-messages -JT',
      'info=show-messages -JT',
      'choose-window=choose-tree -w',
      'choose-session=choose-tree -s',
    ],
    ',',
  ),
  text('copy-command', ''),
  text('default-terminal', 'tmux-256color'),
  text('editor', '/usr/bin/vi'),
  /** Ours: variables of shells that are never kept, see redactionOf. */
  array('environment-redact', DEFAULT_REDACTION, ','),
  number('escape-time', 500),
  flag('exit-empty', 'on'),
  flag('exit-unattached', 'off'),
  choice('extended-keys', 'off', 'off', 'on', 'always'),
  flag('focus-events', 'off'),
  /** Ours, for the panes' logs: days, bytes of one pane's and of all, and what is blackened. */
  number('history-disk-age', 30),
  size('history-disk-limit', '64M'),
  size('history-disk-total', '2G'),
  text('history-file', ''),
  array('history-redact', [], '', 'pattern'),
  number('message-limit', 1000),
  number('prompt-history-limit', 100),
  /** Ours, for zmx portal: commands that run here or on the host whatever its rules say; time-outs in seconds. */
  array('portal-local', [], ','),
  number('portal-orphan-timeout', 43_200, 1),
  array('portal-remote', [], ','),
  number('portal-timeout', 57_600, 1),
  /** Ours: patterns of commands that a restore may run, where others only wait at the prompt. */
  array('restore-commands', [], ','),
  choice('set-clipboard', 'external', 'off', 'external', 'on'),
  array('terminal-features', ['xterm*:clipboard:ccolour:cstyle:focus:title', 'screen*:title'], ','),
  array('terminal-overrides', [], ','),
  /** Ours: panes also get $TMUX and a `tmux` in PATH that is zmx. */
  flag('tmux-compat', 'off'),
  array('user-keys', [], ','),
];
