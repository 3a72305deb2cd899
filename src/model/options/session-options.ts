import { optionsOf } from './define.ts';

const { array, choice, colour, flag, key, number, style, text } = optionsOf('session');

const ALERT_ACTIONS = ['none', 'any', 'current', 'other'];
const VISUAL = ['off', 'on', 'both'];

/** The status line's first row, as tmux builds it from the status-left, window-status and status-right options. */
const STATUS_FORMAT =
  '#[align=left range=left #{E:status-left-style}]#[push-default]#{T;=/#{status-left-length}:status-left}#[pop-default]#[norange default]' +
  '#[list=on align=#{status-justify}]#[list=left-marker]<#[list=right-marker]>#[list=on]' +
  '#{W:#[range=window|#{window_index} #{E:window-status-style}' +
  '#{?#{&&:#{window_last_flag},#{!=:#{E:window-status-last-style},default}}, #{E:window-status-last-style},}' +
  '#{?#{&&:#{window_bell_flag},#{!=:#{E:window-status-bell-style},default}}, #{E:window-status-bell-style},' +
  '#{?#{&&:#{||:#{window_activity_flag},#{window_silence_flag}},#{!=:#{E:window-status-activity-style},default}}, #{E:window-status-activity-style},}}]' +
  '#[push-default]#{T:window-status-format}#[pop-default]#[norange default]#{?window_end_flag,,#{window-status-separator}},' +
  '#[range=window|#{window_index} list=focus #{?#{!=:#{E:window-status-current-style},default},#{E:window-status-current-style},#{E:window-status-style}}' +
  '#{?#{&&:#{window_last_flag},#{!=:#{E:window-status-last-style},default}}, #{E:window-status-last-style},}' +
  '#{?#{&&:#{window_bell_flag},#{!=:#{E:window-status-bell-style},default}}, #{E:window-status-bell-style},' +
  '#{?#{&&:#{||:#{window_activity_flag},#{window_silence_flag}},#{!=:#{E:window-status-activity-style},default}}, #{E:window-status-activity-style},}}]' +
  '#[push-default]#{T:window-status-current-format}#[pop-default]#[norange list=on default]#{?window_end_flag,,#{window-status-separator}}}' +
  '#[nolist align=right range=right #{E:status-right-style}]#[push-default]#{T;=/#{status-right-length}:status-right}#[pop-default]#[norange default]';

const PANES_FORMAT =
  '#[align=centre]#{P:#{?pane_active,#[reverse],}#{pane_index}[#{pane_width}x#{pane_height}]#[default] }';

/** Options of sessions; defaults are tmux 3.3a's but for history-limit, since old lines live on disk. */
export const sessionOptions = [
  choice('activity-action', 'other', ...ALERT_ACTIONS),
  flag('agent-socket', 'on'),
  number('assume-paste-time', 1),
  number('base-index', 0),
  choice('bell-action', 'any', ...ALERT_ACTIONS),
  text('default-command', ''),
  text('default-shell', '/bin/sh'),
  text('default-size', '80x24'),
  flag('destroy-unattached', 'off'),
  choice('detach-on-destroy', 'on', 'off', 'on', 'no-detached'),
  colour('display-panes-active-colour', 'red'),
  colour('display-panes-colour', 'blue'),
  number('display-panes-time', 1000, 1),
  number('display-time', 750),
  number('history-limit', 50_000),
  text('key-table', 'root'),
  number('lock-after-time', 0),
  text('lock-command', 'lock -np'),
  style('message-command-style', 'bg=black,fg=yellow'),
  style('message-style', 'bg=yellow,fg=black'),
  flag('mouse', 'off'),
  key('prefix', 'C-b'),
  key('prefix2', 'None'),
  flag('renumber-windows', 'off'),
  number('repeat-time', 500, 0, 32767),
  flag('set-titles', 'off'),
  text('set-titles-string', '#S:#I:#W - "#T" #{session_alerts}'),
  flag('shell-integration', 'on'),
  choice('silence-action', 'other', ...ALERT_ACTIONS),
  choice('status', 'on', 'off', 'on', '2', '3', '4', '5'),
  colour('status-bg', 'default'),
  colour('status-fg', 'default'),
  array('status-format', [STATUS_FORMAT, PANES_FORMAT], ''),
  number('status-interval', 15),
  choice('status-justify', 'left', 'left', 'centre', 'right', 'absolute-centre'),
  choice('status-keys', 'emacs', 'emacs', 'vi'),
  text('status-left', '[#{session_name}] '),
  number('status-left-length', 10, 0, 32767),
  style('status-left-style', 'default'),
  choice('status-position', 'bottom', 'top', 'bottom'),
  text(
    'status-right',
    '#{?window_bigger,[#{window_offset_x}#,#{window_offset_y}] ,}"#{=21:pane_title}" %H:%M %d-%b-%y',
  ),
  number('status-right-length', 40, 0, 32767),
  style('status-right-style', 'default'),
  style('status-style', 'bg=green,fg=black'),
  array(
    'update-environment',
    [
      'DISPLAY',
      'KRB5CCNAME',
      'SSH_ASKPASS',
      'SSH_AUTH_SOCK',
      'SSH_AGENT_PID',
      'SSH_CONNECTION',
      'WINDOWID',
      'XAUTHORITY',
    ],
    ' ',
  ),
  choice('visual-activity', 'off', ...VISUAL),
  choice('visual-bell', 'off', ...VISUAL),
  choice('visual-silence', 'off', ...VISUAL),
  text('word-separators', '!"#$%&\'()*+,-./:;<=>?@[\\]^`{|}~'),
];
