import { optionsOf } from './define.ts';

const window = optionsOf('window');
/** Options of windows that single panes may override. */
const pane = optionsOf('pane');

const BORDER_LINES = ['single', 'double', 'heavy', 'simple', 'number'];
const POPUP_LINES = ['single', 'double', 'heavy', 'simple', 'rounded', 'padded', 'none'];

export const windowOptions = [
  window.flag('aggressive-resize', 'off'),
  pane.flag('allow-passthrough', 'off'),
  pane.flag('allow-rename', 'off'),
  pane.flag('alternate-screen', 'on'),
  window.flag('automatic-rename', 'on'),
  window.text(
    'automatic-rename-format',
    '#{?pane_in_mode,[zmx],#{pane_current_command}}#{?pane_dead,[dead],}',
  ),
  window.colour('clock-mode-colour', 'blue'),
  window.choice('clock-mode-style', '24', '12', '24'),
  window.style('copy-mode-current-match-style', 'bg=magenta,fg=black'),
  window.style('copy-mode-mark-style', 'bg=red,fg=black'),
  window.style('copy-mode-match-style', 'bg=cyan,fg=black'),
  pane.colour('cursor-colour', 'none'),
  pane.choice(
    'cursor-style',
    'default',
    'default',
    'blinking-block',
    'block',
    'blinking-underline',
    'underline',
    'blinking-bar',
    'bar',
  ),
  window.text('fill-character', ''),
  /** Ours: the pane's output is logged. */
  pane.flag('log', 'on'),
  window.text('main-pane-height', '24'),
  window.text('main-pane-width', '80'),
  window.choice('mode-keys', 'emacs', 'emacs', 'vi'),
  window.style('mode-style', 'bg=yellow,fg=black'),
  window.flag('monitor-activity', 'off'),
  window.flag('monitor-bell', 'on'),
  window.number('monitor-silence', 0),
  window.text('other-pane-height', '0'),
  window.text('other-pane-width', '0'),
  window.style(
    'pane-active-border-style',
    '#{?pane_in_mode,fg=yellow,#{?synchronize-panes,fg=red,fg=green}}',
  ),
  window.number('pane-base-index', 0, 0, 65535),
  pane.text('pane-border-format', '#{?pane_active,#[reverse],}#{pane_index}#[default] "#{pane_title}"'),
  window.choice('pane-border-indicators', 'colour', 'off', 'colour', 'arrows', 'both'),
  window.choice('pane-border-lines', 'single', ...BORDER_LINES),
  window.choice('pane-border-status', 'off', 'off', 'top', 'bottom'),
  window.style('pane-border-style', 'default'),
  pane.array('pane-colours', [], ' ,', 'colour'),
  window.choice('popup-border-lines', 'single', ...POPUP_LINES),
  window.style('popup-border-style', 'default'),
  window.style('popup-style', 'default'),
  pane.choice('remain-on-exit', 'off', 'off', 'on', 'failed'),
  pane.text(
    'remain-on-exit-format',
    'Pane is dead (#{?#{!=:#{pane_dead_status},},status #{pane_dead_status},}#{?#{!=:#{pane_dead_signal},},signal #{pane_dead_signal},}, #{t:pane_dead_time})',
  ),
  pane.flag('scroll-on-clear', 'on'),
  pane.flag('synchronize-panes', 'off'),
  pane.style('window-active-style', 'default'),
  window.choice('window-size', 'latest', 'largest', 'smallest', 'manual', 'latest'),
  window.style('window-status-activity-style', 'reverse'),
  window.style('window-status-bell-style', 'reverse'),
  window.text('window-status-current-format', '#I:#W#{?window_flags,#{window_flags}, }'),
  window.style('window-status-current-style', 'default'),
  window.text('window-status-format', '#I:#W#{?window_flags,#{window_flags}, }'),
  window.style('window-status-last-style', 'default'),
  window.text('window-status-separator', ' '),
  window.style('window-status-style', 'default'),
  pane.style('window-style', 'default'),
  window.flag('wrap-search', 'on'),
];
